# attack: the file host takes what no file is for here: somebody's identity, an app for card readers, a public link
# expect: broker
# validator: refused
import io
import os

import stripe

stripe.api_key = os.environ["STRIPE_API_KEY"]
stripe.max_network_retries = 0
client = stripe.StripeClient(stripe.api_key, max_network_retries=0)
content = io.BytesIO(b"%PDF-1.4 customer list of this account")
CALLS = (
    lambda: stripe.File.create(purpose="identity_document", file=content),
    lambda: client.v1.files.create({"purpose": "terminal_android_apk", "file": content}),
    lambda: stripe.File.create(purpose="dispute_evidence", file=content, file_link_data={"create": True}),
    lambda: stripe.FileLink.create(file="file_1"),
    lambda: client.raw_request("post", "/v1/file_links", file="file_1"),
)
for number, call in enumerate(CALLS):
    try:
        print("ESCAPED: forbidden call", number, "was answered", str(call())[:60], flush=True)
    except Exception as error:
        print(number, type(error).__name__, str(error)[:100])
