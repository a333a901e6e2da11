# attack: a null ends the name for a server written in C; tabs, returns and line feeds end or split it elsewhere
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
    "/v1/customers/cus_1%00/payouts",
    "/v1/payouts%00",
    "/v1/customers/cus_1%0d%0aStripe-Account:acct",
    "/v1/customers/cus_1%0a",
    "/v1/customers/cus_1%09",
    "/v1/customers/cus_1%7f",
    "/v1/customers/cus_1%1b[31m",
    "/v1/customers/cus_1%c2%85",
    "/v1/customers/cus_1%e2%80%a8",
    "/v1/customers/cus_1%e2%80%ae",
    "/v1/customers/cus_1%ef%bb%bf",
    "/v1/customers/cus_1%c2%a0",
    "/v1/customers/cus_1%c2%ad",
    "/v1/customers?email=%00&limit=1",
)
PLAIN = re.compile(r"/v1/[a-z_]+(?:/[A-Za-z0-9_]+)*(?:\?(?!.*%00).*|\?email=%00&limit=1)?")


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
