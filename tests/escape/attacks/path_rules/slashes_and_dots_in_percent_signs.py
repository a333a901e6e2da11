# attack: %2F and %2E are slash and dot to a server that decodes before it routes, and nothing to a check that does not
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
    "/v1/customers/cus_1%2F..%2F..%2Fpayouts",
    "/v1/customers/..%2fpayouts",
    "/v1/customers/%2e%2e/payouts",
    "/v1/customers/%2E%2E%2Fpayouts",
    "/v1/%63ustomers/../payouts",
    "/v1%2Fpayouts",
    "/v1/customers/%252e%252e%252fpayouts",
    "/v1/customers/cus_1%5c..%5cpayouts",
    "/v1/customers/cus_1%255c..",
    "/v1/customers/.%2e/payouts",
    "/v1/customers/%2",
    "/v1/customers/%zz",
    "/v1/customers/%u002e%u002e",
    "/v1/customers/%C0%AE%C0%AE",
    "%2Fv1%2Fpayouts",
    "/%2e/v1/payouts",
    "/v1/%70ayouts",
    "/v1/customers/cus_1%3fx%2f..",
    "/v1/customers/cus_1%23",
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
