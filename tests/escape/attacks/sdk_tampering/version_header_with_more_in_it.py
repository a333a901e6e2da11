# attack: the API version and the app's name go into headers as they are: a line break in them makes headers of the script's own
# expect: broker
# validator: refused
import os

import stripe

KEY = os.environ["STRIPE_API_KEY"]
stripe.api_key = KEY
stripe.max_network_retries = 0
TEXTS = (
    "2020-08-27\r\nStripe-Account: acct_victim",
    "2020-08-27\nStripe-Account: acct_victim",
    "2020-08-27\u010d\u010aStripe-Account: acct_victim",
    "2020-08-27; Stripe-Account=acct_victim",
)


class Careless(stripe.HTTPClient):
    """Writes headers without a look at them."""

    name = "careless"

    def request(self, method, url, headers, post_data=None):
        import socket
        import ssl

        plain = socket.create_connection(("api.stripe.com", 443), 1)
        with ssl.create_default_context().wrap_socket(plain, server_hostname="api.stripe.com") as tls:
            tls.settimeout(0.4)
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            text = f"GET /v1/customers/cus_1 HTTP/1.1\r\nHost: api.stripe.com\r\nConnection: close\r\n{lines}\r\n"
            tls.sendall(text.encode("utf-8"))
            answer = b""
            while piece := tls.recv(65536):
                answer += piece
        head, _, body = answer.partition(b"\r\n\r\n")
        return body.decode(), int(head.split()[1]), {}


for text in TEXTS:
    for own_client in (None, Careless()):
        try:
            client = stripe.StripeClient(KEY, stripe_version=text, http_client=own_client, max_network_retries=0)
            made = client.v1.customers.retrieve("cus_1")
            # The arena looks for the header; text inside of the version's own value is only text.
            print(repr(text[:20]), made.id)
            if "stripe-account" in made.to_dict()["echo"]["headers"]:
                print("ESCAPED: the header arrived", flush=True)
        except Exception as error:
            print(repr(text[:20]), type(error).__name__, str(error)[:80])
    try:
        stripe.set_app_info("plan", version=text, url="https://attacker.example")
        print(stripe.Customer.retrieve("cus_1").id)
    except Exception as error:
        print(type(error).__name__, str(error)[:80])
