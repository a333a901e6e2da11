# attack: a request line may hold a whole URL, an authority or an asterisk, as for a proxy; whoever resolves it goes elsewhere
# expect: broker
# validator: refused
import socket
import ssl

TARGETS = (
    "https://attacker.example/v1/customers",
    "http://api.stripe.com/v1/payouts",
    "https://api.stripe.com/v1/payouts",
    "https://api.stripe.com@attacker.example/v1/customers",
    "ftp://attacker.example/",
    "file:///etc/passwd",
    "attacker.example:443",
    "*",
    "//attacker.example/v1/customers",
    "/\\attacker.example/v1/customers",
    "v1/customers",
    "?/v1/customers",
    "#/v1/customers",
    "@attacker.example/v1/customers",
    ":443@attacker.example/",
    ".attacker.example/v1/customers",
)


def ask(method, target):
    plain = socket.create_connection(("api.stripe.com", 443), 1)
    with ssl.create_default_context().wrap_socket(plain, server_hostname="api.stripe.com") as tls:
        tls.settimeout(1)
        tls.sendall(f"{method} {target} HTTP/1.1\r\nHost: api.stripe.com\r\nConnection: close\r\n\r\n".encode())
        return tls.recv(65536)


for target in TARGETS:
    for method in ("GET", "OPTIONS"):
        try:
            answer = ask(method, target)
            if b" 200 " in answer[:20]:
                print("ESCAPED: the broker took the target", target, flush=True)
            print(method, target, answer[:15])
        except OSError as error:
            print(method, target, error)
