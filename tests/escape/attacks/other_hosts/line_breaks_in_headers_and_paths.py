# attack: a line break inside a header's value, a path or a method makes one request two, behind the check of the first
# expect: broker
# validator: refused
import http.client
import re

SMUGGLED = "GET /v1/payouts HTTP/1.1\r\nHost: api.stripe.com\r\n\r\n"


class Careless(http.client.HTTPSConnection):
    """Without the checks of the standard library."""

    def _validate_path(self, url):
        return None

    def _validate_method(self, method):
        return None

    def putheader(self, header, *values):
        self._buffer.append(header.encode("latin-1") + b": " + values[0].encode("latin-1"))


http.client._is_illegal_header_value = http.client._is_legal_header_name = re.compile("").match
VARIANTS = {
    "value": ("GET", "/v1/customers/cus_1", {"X-Note": f"a\r\n\r\n{SMUGGLED}"}),
    "bare line feed": ("GET", "/v1/customers/cus_1", {"X-Note": "a\nStripe-Account: acct_1"}),
    "bare return": ("GET", "/v1/customers/cus_1", {"X-Note": "a\rStripe-Account: acct_1"}),
    "header name": ("GET", "/v1/customers/cus_1", {"X-Note\r\nStripe-Account": "acct_1"}),
    "path": ("GET", f"/v1/customers/cus_1 HTTP/1.1\r\nHost: api.stripe.com\r\n\r\n{SMUGGLED}GET /v1/balance", {}),
    "encoded path": ("GET", "/v1/customers/cus_1%0d%0aStripe-Account:%20acct_1", {}),
    "encoded query": ("GET", "/v1/customers?email=%0d%0a%0d%0aGET%20/v1/payouts", {}),
    "method": ("GET /v1/payouts HTTP/1.1\r\nX:", "/v1/customers/cus_1", {}),
    "latin letters": (
        "GET",
        "/v1/customers/cus_1",
        {"X-Note": "a\u010d\u010aStripe-Account: acct_1".encode().decode("latin-1")},
    ),
    "line separator": ("GET", "/v1/customers/cus_1", {"X-Note": "a\x85Stripe-Account: acct_1"}),
}
for name, (method, path, headers) in VARIANTS.items():
    try:
        connection = Careless("api.stripe.com", timeout=0.2)
        connection.request(method, path, headers={"Host": "api.stripe.com", **headers})
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        print(name, answer.status, text[:100])
        # As a header of its own (the echo writes names in lower case), not as text in another's value.
        if '"stripe-account"' in text:
            print("ESCAPED: a header was injected:", name, flush=True)
        # On this connection a second answer would be the smuggled request's.
        more = connection.sock.recv(65536) if connection.sock else b""
        if b" 200 " in more[:20]:
            print("ESCAPED: a second request was answered:", name, flush=True)
    except Exception as error:
        print(name, type(error).__name__, error)
