# attack: domain fronting: a connection to the allowed host, a Host header (doubled, odd, forwarded) that names another one
# expect: broker
# validator: refused
import socket
import ssl

HEADS = {
    "other": b"Host: attacker.example\r\n",
    "two, good first": b"Host: api.stripe.com\r\nHost: attacker.example\r\n",
    "two, bad first": b"Host: attacker.example\r\nHost: api.stripe.com\r\n",
    "none": b"",
    "empty": b"Host:\r\n",
    "list": b"Host: api.stripe.com, attacker.example\r\n",
    "user part": b"Host: api.stripe.com@attacker.example\r\n",
    "backslash": b"Host: api.stripe.com\\@attacker.example\r\n",
    "port": b"Host: api.stripe.com:8443\r\n",
    "port that is none": b"Host: api.stripe.com:443:443\r\n",
    "both ports": b"Host: api.stripe.com:80:443\r\n",
    "tab": b"Host:\tapi.stripe.com\tattacker.example\r\n",
    "null": b"Host: api.stripe.com\0.attacker.example\r\n",
    "blank before colon": b"Host : attacker.example\r\nHost: api.stripe.com\r\n",
    "underscore": b"Host: api.stripe.com\r\nX_Forwarded_Host: attacker.example\r\n",
    "forwarded": b"Host: api.stripe.com\r\nForwarded: host=attacker.example\r\nX-Forwarded-Host: attacker.example\r\n",
    "rewrite": b"Host: api.stripe.com\r\nX-Original-URL: /v1/payouts\r\nX-Rewrite-URL: /v1/payouts\r\nX-Host: attacker\r\n",
}


def ask(head):
    plain = socket.create_connection(("api.stripe.com", 443), 1)
    with ssl.create_default_context().wrap_socket(plain, server_hostname="api.stripe.com") as tls:
        tls.settimeout(1)
        tls.sendall(b"GET /v1/customers/cus_1 HTTP/1.1\r\n" + head + b"Connection: close\r\n\r\n")
        answer = b""
        while piece := tls.recv(65536):
            answer += piece
        return answer


for name, head in HEADS.items():
    try:
        answer = ask(head)
        # The API echoes what arrived: what another server would be named by must not be in it.
        if b" 200 " in answer[:20] and (b"attacker" in answer or b"payouts" in answer or b":8443" in answer):
            print("ESCAPED: the broker sent on", name, flush=True)
        print(name, answer[:20], answer[-90:])
    except OSError as error:
        print(name, error)
