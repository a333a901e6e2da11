# attack: the SDK uploads files to another host of the same company, where the allow-list of operations does not look
# expect: broker
# validator: accepted
import io
import os

import stripe

stripe.api_key = os.environ["STRIPE_API_KEY"]
stripe.max_network_retries = 0
client = stripe.StripeClient(stripe.api_key, max_network_retries=0)
content = io.BytesIO(b"customer list of this account")
try:
    made = stripe.File.create(purpose="dispute_evidence", file=content)
    print("ESCAPED: a file was uploaded", made.id, flush=True)
except Exception as error:
    print(type(error).__name__, error)
try:
    made = client.v1.files.create({"purpose": "identity_document", "file": content})
    print("ESCAPED: a file was uploaded by the client", made.id, flush=True)
except Exception as error:
    print(type(error).__name__, error)
try:
    made = stripe.FileLink.create(file="file_1")
    print("ESCAPED: a public link to a file", made.id, flush=True)
except Exception as error:
    print(type(error).__name__, error)
