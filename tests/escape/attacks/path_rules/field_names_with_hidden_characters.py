# attack: a null, a soft hyphen or full-width letters make a name another for the check and the same for the server
# expect: broker
# validator: refused
import json
import re
import socket
import ssl
import unicodedata
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
    b"on_behalf_of%00=acct_attacker",
    b"on_behalf_of%00x=acct_attacker",
    b"on_behalf_of%0a=acct_attacker",
    b"on_behalf_of%c2%ad=acct_attacker",
    b"on_behalf_of%e2%80%8b=acct_attacker",
    b"%ef%bd%8fn_behalf_of=acct_attacker",
    b"on%ef%bc%bfbehalf%ef%bc%bfof=acct_attacker",
    b"on_behal%ef%ac%80=acct_attacker",
    b"\xef\xbd\x8fn_behalf_of=acct_attacker",
    b"on-behalf-of=acct_attacker",
    b"on.behalf.of=acct_attacker",
    b"on+behalf+of=acct_attacker",
    b"on_behalf_o%66=acct_attacker",
    b"on_behalf_of%c0%80=acct_attacker",
    b"on_behalf_of%ff=acct_attacker",
    b"on%u005fbehalf_of=acct_attacker",
)


def as_lenient_servers_read(name):
    """Ended at a null (C), without what cannot be seen, in the compatible form, with _ for . - and blank (PHP)."""
    name = unicodedata.normalize("NFKC", name.partition("\0")[0])
    name = "".join(letter for letter in name if unicodedata.category(letter) not in {"Cc", "Cf"})
    return re.sub(r"[ .\-]", "_", name).lower()


for body in BODIES:
    status, arrived = ask("/v1/payment_intents", "POST", FORM, body)
    print(body[:60], status)
    if arrived and "on_behalf_of" in {as_lenient_servers_read(name) for name in as_rack_reads(arrived["body"])}:
        print("ESCAPED: a lenient server reads on_behalf_of in", ascii(arrived["body"]), flush=True)
