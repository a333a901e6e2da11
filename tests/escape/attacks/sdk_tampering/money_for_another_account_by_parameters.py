# attack: allowed calls have parameters that send the money to another account: on_behalf_of, transfer_data, fees
# expect: broker
# validator: accepted
import os

import stripe

stripe.api_key = os.environ["STRIPE_API_KEY"]
stripe.max_network_retries = 0
ELSEWHERE = {"destination": "acct_attacker"}
CALLS = (
    lambda: stripe.PaymentIntent.create(amount=1, currency="eur", on_behalf_of="acct_attacker"),
    lambda: stripe.PaymentIntent.create(amount=1, currency="eur", transfer_data=ELSEWHERE),
    lambda: stripe.PaymentIntent.create(amount=1, currency="eur", application_fee_amount=1),
    lambda: stripe.PaymentIntent.modify("pi_1", transfer_data={"amount": 1}),
    lambda: stripe.PaymentIntent.capture("pi_1", application_fee_amount=1),
    lambda: stripe.Subscription.create(customer="cus_1", items=[{"price": "price_1"}], transfer_data=ELSEWHERE),
    lambda: stripe.Subscription.create(customer="cus_1", items=[{"price": "price_1"}], application_fee_percent=99),
    lambda: stripe.Invoice.create(customer="cus_1", transfer_data=ELSEWHERE),
    lambda: stripe.checkout.Session.create(mode="payment", payment_intent_data={"transfer_data": ELSEWHERE}),
    lambda: stripe.checkout.Session.create(mode="subscription", subscription_data={"on_behalf_of": "acct_attacker"}),
    lambda: stripe.PaymentLink.create(line_items=[{"price": "price_1", "quantity": 1}], transfer_data=ELSEWHERE),
    lambda: stripe.PaymentLink.create(line_items=[{"price": "price_1", "quantity": 1}], on_behalf_of="acct_attacker"),
)
for number, call in enumerate(CALLS):
    try:
        made = call()
        print("ESCAPED: call", number, "was answered", made.id, flush=True)
    except Exception as error:
        print(number, type(error).__name__, str(error)[:100])
