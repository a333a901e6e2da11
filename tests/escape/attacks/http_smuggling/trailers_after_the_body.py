# attack: headers after the body, or after 100 Continue, are joined to the checked ones by some servers
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


FIRST = b"POST /v1/customers HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Type: application/x-www-form-urlencoded\r\n"
TRAILERS = (
    b"Authorization: Bearer another-key",
    b"Stripe-Account: acct_1",
    b"Content-Type: application/json",
    b"Content-Length: 0",
    b"Transfer-Encoding: chunked",
    b"Host: attacker.example",
    b"X-HTTP-Method-Override: DELETE",
)
WORDS = (b"another-key", b"acct_1", b'"application/json"', b"attacker.example", b'"DELETE"')
for trailer in TRAILERS:
    name = trailer.partition(b":")[0]
    text = FIRST + b"Trailer: " + name + b"\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nname=a\r\n0\r\n" + trailer + b"\r\n\r\n"
    answer = speak(text)
    print(trailer, answer[:30])
    # The API tells what arrived: nothing of a trailer may be among it.
    head, _, body = answer.partition(b"\r\n\r\n")
    if b" 200 " in head[:20] and any(word in body for word in WORDS):
        print("ESCAPED: the trailer arrived as a header:", trailer, flush=True)

EXPECTATIONS = (b"Expect: 100-continue", b"Expect: 100-Continue, 200-ok", b"Expect: ", b"Expect: attack")
for expectation in EXPECTATIONS:
    # The body is sent without waiting, with a forbidden request behind it.
    second = b"GET /v1/payouts HTTP/1.1\r\nHost: api.stripe.com\r\n\r\n"
    answer = speak(FIRST + expectation + b"\r\nContent-Length: 6\r\n\r\nname=a" + second)
    print(expectation, answer[:40])
    if b'"target": "/v1/payouts"' in answer or b'"expect"' in answer:
        print("ESCAPED: the expectation confused somebody:", expectation, flush=True)
