"""No SDK at all: urllib and json against the REST API."""
import base64
import json
import os
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

KEY = os.environ["STRIPE_API_KEY"]
API = "https://api.stripe.com/v1"
AUTH = "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()

form = urlencode({"name": "Plain Request", "metadata[source]": "urllib"}).encode()
with urlopen(Request("https://api.stripe.com/v1/customers", data=form, headers={"Authorization": AUTH}, method="POST")) as reply:
    made = json.load(reply)
print("created", made["id"], made["metadata"]["source"])

try:
    urlopen(Request("https://api.stripe.com/v1/customers/cus_does_not_exist", headers={"Authorization": AUTH}))
except HTTPError as error:
    print("missing:", error.code, json.loads(error.read())["error"]["type"])
