# attack: TLS names one server, HTTP another and the connect request a third; a relay may look at one of them only
# expect: broker
# validator: refused
import socket
import ssl

NAMES = ("attacker.example", "meter-events.stripe.com", "localhost", None)


def ask(server_name, host):
    context = ssl.create_default_context()
    context.check_hostname = False
    plain = socket.create_connection(("api.stripe.com", 443), 1)
    with context.wrap_socket(plain, server_hostname=server_name) as tls:
        tls.settimeout(1)
        names = tls.getpeercert()["subjectAltName"]
        if server_name and any(name == server_name for _, name in names):
            print("ESCAPED: the relay has a certificate for", server_name, flush=True)
        tls.sendall(f"GET /v1/customers/cus_1 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while piece := tls.recv(65536):
            answer += piece
        return answer


for server_name in NAMES:
    for host in ("api.stripe.com", server_name or "attacker.example"):
        try:
            answer = ask(server_name, host)
            # An answer to another name than the API's own is one too many; the arena looks where it went.
            if b" 200 " in answer[:20] and host != "api.stripe.com":
                print("ESCAPED: the relay answered for", host, flush=True)
            print(server_name, host, answer[:15], answer[-80:])
        except OSError as error:
            print(server_name, host, error)
