# attack: Stripe-Account and Stripe-Context let one key act for connected accounts; the SDK takes them as ordinary options
# expect: broker
# validator: accepted
import os

import stripe

stripe.api_key = os.environ["STRIPE_API_KEY"]
stripe.max_network_retries = 0

# The arena looks whether the headers arrive at the API.
try:
    print(stripe.Customer.retrieve("cus_1", stripe_account="acct_victim").id)
except Exception as error:
    print(type(error).__name__, error)
try:
    print(stripe.Customer.create(name="a", stripe_account="acct_victim", stripe_version="2020-08-27").id)
except Exception as error:
    print(type(error).__name__, error)
for options in ({"stripe_account": "acct_victim"}, {"stripe_context": "wksp_1/acct_victim"}):
    try:
        client = stripe.StripeClient(stripe.api_key, max_network_retries=0)
        print(client.v1.customers.retrieve("cus_1", options=options).id)
    except Exception as error:
        print(type(error).__name__, error)
try:
    client = stripe.StripeClient(
        stripe.api_key, stripe_account="acct_victim", stripe_context="acct_victim", max_network_retries=0
    )
    print(client.v1.balance.retrieve().object)
except Exception as error:
    print(type(error).__name__, error)
try:
    # A header by another spelling: an underscore is a hyphen to many servers.
    answer = client.raw_request("get", "/v1/customers/cus_1", headers={"Stripe_Account": "acct_victim"})
    if "acct_victim" in str(answer.data):
        print("ESCAPED: the account arrived", flush=True)
except Exception as error:
    print(type(error).__name__, error)
