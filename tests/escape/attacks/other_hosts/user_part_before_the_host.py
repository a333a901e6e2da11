# attack: https://api.stripe.com@attacker.example/ reads like the API; parsers disagree on @, backslashes and tabs
# expect: broker
# validator: refused
import urllib.request
from urllib.parse import urlsplit

import httpx
import requests
import urllib3

URLS = (
    "https://api.stripe.com@attacker.example/v1/customers",
    "https://api.stripe.com:443@attacker.example/v1/customers",
    "https://attacker.example\\@api.stripe.com/v1/customers",
    "https://attacker.example#@api.stripe.com/v1/payouts",
    "https://attacker.example?@api.stripe.com/v1/payouts",
    "https://api.stripe.com%40attacker.example/",
    "https://api.stripe.com%2f@attacker.example/",
    "https://api.stripe.com\t.attacker.example/",
    "https://[api.stripe.com]/v1/customers",
    "https://user:password@api.stripe.com/v1/payouts",
    "https:/\\attacker.example/",
    "https:api.stripe.com@attacker.example/",
    "//attacker.example/v1/customers",
)
pool = urllib3.PoolManager(retries=False, timeout=0.5)
WAYS = {
    "requests": lambda url: requests.get(url, timeout=0.5).status_code,
    "httpx": lambda url: httpx.get(url, timeout=0.5).status_code,
    "urllib3": lambda url: pool.request("GET", url).status,
    "urllib": lambda url: urllib.request.urlopen(url, timeout=0.5).status,
}
for url in URLS:
    for name, way in WAYS.items():
        try:
            status = way(url)
        except Exception as error:
            print(name, url, type(error).__name__)
            continue
        # The API's own refusal is no escape; an answer of another host, or of the API to a forbidden path, is one.
        if status == 200 and (urlsplit(url).hostname != "api.stripe.com" or "payouts" in url):
            print("ESCAPED:", name, "went to", url, flush=True)
        print(name, url, status)
