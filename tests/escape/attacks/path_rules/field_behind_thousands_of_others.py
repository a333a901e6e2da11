# attack: a check that stops after some thousand fields, or at some depth, does not see what comes behind
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


JSON = "Content-Type: application/json\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
HIDDEN = "acct_attacker"


def many(count):
    return {**{f"metadata_{number}": 1 for number in range(count)}, "on_behalf_of": HIDDEN}


def deep(depth):
    value = {"on_behalf_of": HIDDEN}
    for _ in range(depth):
        value = [value]
    return {"payment_intent_data": value}


VARIANTS = [(f"{count} JSON fields", JSON, json.dumps(many(count)).encode()) for count in (100, 1001, 5000, 20000)]
VARIANTS += [(f"{depth} deep", JSON, json.dumps(deep(depth)).encode()) for depth in (10, 61, 500)]
VARIANTS += [
    (
        f"{count} form fields",
        FORM,
        b"&".join(b"a%d=1" % number for number in range(count)) + b"&on_behalf_of=" + HIDDEN.encode(),
    )
    for count in (1000, 5000, 20000)
]
VARIANTS += [("one long name", FORM, b"a" * 1_000_000 + b"=1&on_behalf_of=" + HIDDEN.encode())]
VARIANTS += [("brackets", FORM, b"payment_intent_data" + b"[0]" * 500 + b"[on_behalf_of]=" + HIDDEN.encode())]
for name, kind, body in VARIANTS:
    try:
        status, arrived = ask("/v1/payment_intents", "POST", kind, body)
    except (OSError, ValueError, IndexError) as error:
        print(name, type(error).__name__, error)
        continue
    print(name, status)
    if arrived and HIDDEN in arrived["body"] and "on_behalf_of" in arrived["body"]:
        print("ESCAPED: it arrived behind", name, flush=True)
