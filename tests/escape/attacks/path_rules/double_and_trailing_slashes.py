# attack: servers merge empty segments or not, so //payouts and /v1//payouts are a call here and another one there
# expect: broker
# validator: refused
import json
import re
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


TARGETS = (
    "//v1/payouts",
    "/v1//payouts",
    "/v1/customers//payouts",
    "/v1/payouts/",
    "/v1/payouts//",
    "/v1/customers/",
    "/v1/customers//",
    "/v1/customers/cus_1/",
    "///v1/customers",
    "/v1/customers/cus_1//payment_methods",
    "/",
    "",
    "//",
    "/v1",
    "/v1/",
    "//api.stripe.com/v1/payouts",
    "/v1/customers/cus_1/%2f",
)
PLAIN = re.compile(r"/v1/[a-z_]+(?:/[A-Za-z0-9_]+)*(?:\?.*)?")


for target in TARGETS:
    try:
        status, arrived = ask(target)
    except (OSError, ValueError, IndexError) as error:
        print(target, type(error).__name__, error)
        continue
    print(target[:60], status)
    # Whatever path arrives must be of two or three plain segments that every server reads in one way.
    if arrived and not PLAIN.fullmatch(arrived["target"]):
        print("ESCAPED: the API got", ascii(arrived["target"]), "for", ascii(target), flush=True)
