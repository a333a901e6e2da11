"""Makes what the Stripe recipes' tasks are about; prints which id takes which place: {recipe: {id in its task: real id}}."""

import json
import os

import stripe

stripe.api_key = os.environ["STRIPE_API_KEY"]


def new_customer():
    customer = stripe.Customer.create(name="Alice", email="alice@example.com")
    method = stripe.PaymentMethod.attach("pm_card_visa", customer=customer.id)
    stripe.Customer.modify(customer.id, invoice_settings={"default_payment_method": method.id})
    return customer.id


def new_price(amount):
    return stripe.Price.create(product=product.id, unit_amount=amount, currency="eur", recurring={"interval": "month"}).id


def new_subscription(**more):
    return stripe.Subscription.create(customer=customer, items=[{"price": price}], **more).id


def new_invoice(finalized=True):
    invoice = stripe.Invoice.create(
        customer=customer, currency="eur", collection_method="send_invoice", days_until_due=30, auto_advance=False
    )
    stripe.InvoiceItem.create(customer=customer, invoice=invoice.id, amount=5000, currency="eur", description="Services")
    if finalized:
        stripe.Invoice.finalize_invoice(invoice.id)
    return invoice.id


def new_payment(paid=True):
    methods = {"enabled": True, "allow_redirects": "never"}
    now = {"payment_method": "pm_card_visa", "confirm": True} if paid else {}
    return stripe.PaymentIntent.create(amount=2000, currency="eur", automatic_payment_methods=methods, **now).id


customer = new_customer()
product = stripe.Product.create(name="Silver plan")
price = new_price(900)
taken = {
    # Each of these ends or changes what it is about, so it has one of its own.
    "delete_customer": {"cus_ABC123": new_customer()},
    "archive_product": {"prod_ABC123": stripe.Product.create(name="Old plan").id},
    "refund_payment": {"pi_ABC123": new_payment()},
    "show_payment": {"pi_ABC123": new_payment()},
    "cancel_payment": {"pi_ABC123": new_payment(paid=False)},
    "cancel_subscription": {"sub_ABC123": new_subscription()},
    "cancel_subscription_later": {"sub_ABC123": new_subscription()},
    "pause_subscription": {"sub_ABC123": new_subscription()},
    "resume_subscription": {"sub_ABC123": new_subscription(cancel_at_period_end=True)},
    "change_subscription_price": {"sub_ABC123": new_subscription(), "price_ABC123": new_price(1500)},
    "show_invoice": {"in_ABC123": new_invoice()},
    "finalize_invoice": {"in_ABC123": new_invoice(finalized=False)},
    "send_invoice": {"in_ABC123": new_invoice()},
    "void_invoice": {"in_ABC123": new_invoice()},
    "mark_invoice_paid": {"in_ABC123": new_invoice()},
}
print(json.dumps({"": {"cus_ABC123": customer, "prod_ABC123": product.id, "price_ABC123": price}, **taken}))
