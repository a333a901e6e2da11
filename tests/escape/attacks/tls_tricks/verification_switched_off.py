# attack: with certificates unverified a script believes anybody; that must not make anybody else reachable
# expect: broker
# validator: refused
import ssl
import urllib.request

import httpx
import requests
import stripe
import urllib3

urllib3.disable_warnings()
loose = ssl._create_unverified_context()
ssl._create_default_https_context = ssl._create_unverified_context
stripe.verify_ssl_certs = False
WAYS = {
    "requests": lambda url: requests.get(url, verify=False, timeout=0.5).status_code,
    "httpx": lambda url: httpx.get(url, verify=False, timeout=0.5).status_code,
    "urllib": lambda url: urllib.request.urlopen(url, context=loose, timeout=0.5).status,
    "own bundle": lambda url: requests.get(url, verify="@CANARY_FILE@", timeout=0.5).status_code,
}
URLS = (
    "https://api.stripe.com/v1/payouts",
    "https://attacker.example/",
    "https://127.0.0.1:@TCP_PORT@/",
    "https://api.stripe.com:8443/v1/customers",
)
for url in URLS:
    for name, way in WAYS.items():
        try:
            status = way(url)
        except Exception as error:
            print(name, url, type(error).__name__)
            continue
        print(name, url, status)
        if status == 200:
            print("ESCAPED:", name, "got an answer of", url, flush=True)
