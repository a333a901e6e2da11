# attack: an HTTP request without TLS on port 443, and TLS on port 80: a relay that guesses the protocol could skip a check
# expect: broker
# validator: refused
import socket
import ssl

FORBIDDEN = b"GET /v1/payouts HTTP/1.1\r\nHost: api.stripe.com\r\nConnection: close\r\n\r\n"


def in_the_clear(port):
    with socket.create_connection(("api.stripe.com", port), 1) as plain:
        plain.settimeout(0.5)
        plain.sendall(FORBIDDEN)
        return plain.recv(65536)


def tls_on_the_plain_port():
    plain = socket.create_connection(("api.stripe.com", 80), 1)
    plain.settimeout(0.5)
    with ssl.create_default_context().wrap_socket(plain, server_hostname="api.stripe.com") as tls:
        tls.sendall(FORBIDDEN)
        return tls.recv(65536)


def clear_text_after_the_handshake():
    # What follows a finished handshake in the clear must not be read as a request.
    plain = socket.create_connection(("api.stripe.com", 443), 1)
    tls = ssl.create_default_context().wrap_socket(plain, server_hostname="api.stripe.com", suppress_ragged_eofs=True)
    below = socket.socket(fileno=tls.detach())
    below.settimeout(0.5)
    below.sendall(FORBIDDEN)
    return below.recv(65536)


def tls_within_tls():
    context = ssl.create_default_context()
    plain = socket.create_connection(("api.stripe.com", 443), 1)
    plain.settimeout(0.5)
    outer = context.wrap_socket(plain, server_hostname="api.stripe.com")
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    inner = context.wrap_bio(incoming, outgoing, server_hostname="api.stripe.com")
    try:
        inner.do_handshake()
    except ssl.SSLWantReadError:
        outer.sendall(outgoing.read())
    return outer.recv(65536)


for attempt in (
    lambda: in_the_clear(443),
    lambda: in_the_clear(80),
    tls_on_the_plain_port,
    clear_text_after_the_handshake,
    tls_within_tls,
):
    try:
        answer = attempt()
        print(answer[:30])
        # The plain port is the relay's own and the rules hold there too: only an answer to the forbidden call counts.
        if b" 200 " in answer[:20]:
            print("ESCAPED: the forbidden call was answered", flush=True)
    except OSError as error:
        print(type(error).__name__, error)
