# attack: the broker puts the key where the placeholder was; placeholders elsewhere might be filled in too
# expect: broker
# validator: accepted
import os

import stripe

placeholder = os.environ["STRIPE_API_KEY"]
stripe.api_key = placeholder
stripe.max_network_retries = 0
TEXTS = [
    placeholder,
    f"Bearer {placeholder}",
    "{api_key}",
    "Bearer {api_key}",
    "{secret}",
    "${api_key}",
    "%(api_key)s",
    "[removed]",
]


def told(answer) -> str:
    return str(answer.echo)


for text in TEXTS:
    for where in ("metadata", "name", "email", "version", "idempotency"):
        try:
            if where == "metadata":
                answer = stripe.Customer.create(metadata={"note": text, text: "name"})
            elif where == "version":
                answer = stripe.Customer.create(name="a", stripe_version=text)
            elif where == "idempotency":
                answer = stripe.Customer.create(name="a", idempotency_key=text)
            elif where == "email":
                answer = stripe.Customer.retrieve("cus_1", expand=[text])
            else:
                answer = stripe.Customer.create(name=text)
        except stripe.StripeError as error:
            print(where, type(error).__name__)
            continue
        # What came back must be what was sent; a removed place means that the key had been put there.
        count = told(answer).count("removed") - (text + where).count("removed")
        if count > (2 if where == "metadata" and "removed" in text else 1):
            print("ESCAPED: the key was put into", where, "for", text, flush=True)
        print(where, text[:12], count)
