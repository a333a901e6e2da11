# attack: requests that break something on the way: an error's text may quote the key, a path or a variable
# expect: broker
# validator: refused
import re
import socket
import ssl

SECRETS = re.compile(
    rb"CANARY" + rb"_7f3a|(?:sk|rk)_(?:test|live)_(?!placeholder)\w{4,}|Traceback|/work/|/home/|site-packages|run_[0-9a-f]{16}"
)


def ask(text):
    plain = socket.create_connection(("api.stripe.com", 443), 1)
    with ssl.create_default_context().wrap_socket(plain, server_hostname="api.stripe.com") as tls:
        tls.settimeout(0.4)
        tls.sendall(text)
        answer = b""
        try:
            while piece := tls.recv(65536):
                answer += piece
        except OSError:
            pass
        return answer


HEAD = b"GET /v1/customers/cus_1 HTTP/1.1\r\nHost: api.stripe.com\r\nConnection: close\r\n"
POST = b"POST /v1/customers HTTP/1.1\r\nHost: api.stripe.com\r\nConnection: close\r\n"
REQUESTS = {
    "many headers": HEAD + b"".join(b"X-%d: y\r\n" % number for number in range(150)) + b"\r\n",
    "long header": HEAD + b"X-Long: " + b"a" * 60_000 + b"\r\n\r\n",
    "long path": b"GET /v1/customers?email="
    + b"a" * 15_000
    + b" HTTP/1.1\r\nHost: api.stripe.com\r\nConnection: close\r\n\r\n",
    "high bytes": HEAD + b"X-High: \xff\xfe\x80\r\n\r\n",
    "no type": POST + b"Content-Length: 3\r\n\r\na=b",
    "unknown type": POST + b"Content-Type: \xff/\xfe\r\nContent-Length: 3\r\n\r\na=b",
    "broken JSON": POST + b"Content-Type: application/json\r\nContent-Length: 3\r\n\r\n{\x00}",
    "deep JSON": POST + b"Content-Type: application/json\r\nContent-Length: 90000\r\n\r\n" + b"[" * 90_000,
    "long number": POST + b"Content-Type: application/json\r\nContent-Length: 90001\r\n\r\n1" + b"0" * 90_000,
    "own authorization": HEAD + b"Authorization: Bearer {api_key}\r\nAuthorization: Basic {secret[api_key]}\r\n\r\n",
    "format text": HEAD + b"X-Note: {api_key} %s %(api_key)s ${api_key} {0.__class__}\r\n\r\n",
    "format query": b"GET /v1/customers?email={api_key}{secret} HTTP/1.1\r\nHost: api.stripe.com\r\nConnection: close\r\n\r\n",
    "unknown method": b"{api_key} /v1/customers HTTP/1.1\r\nHost: api.stripe.com\r\nConnection: close\r\n\r\n",
    "body shorter than said": POST + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\na=b",
}
for name, text in REQUESTS.items():
    try:
        answer = ask(text)
    except OSError as error:
        print(name, error)
        continue
    print(name, answer[:25], answer[-100:])
    for hit in set(SECRETS.findall(answer)):
        print("ESCAPED: an answer tells", name, hit.decode(errors="replace")[::-1], flush=True)
