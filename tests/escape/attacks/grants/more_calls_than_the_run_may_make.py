# attack: the run may make 100 calls; it makes more, one after another and many at once, and counts what was answered
# expect: broker
# validator: accepted
import os
from concurrent.futures import ThreadPoolExecutor

import stripe

stripe.api_key = os.environ["STRIPE_API_KEY"]
stripe.max_network_retries = 0
stripe.enable_telemetry = False


def one(number: int) -> str:
    try:
        return stripe.Customer.retrieve(f"cus_{number}").id
    except stripe.StripeError as error:
        return type(error).__name__


with ThreadPoolExecutor(12) as pool:
    answers = list(pool.map(one, range(130)))
answered = answers.count("cus_echo")
print(answered, "of", len(answers), "were answered")
if answered > 100:
    print(f"ESCAPED: {answered} calls were answered", flush=True)
