"""The offline matcher on Stripe's recipes, with those of all APIs beside them: each wording gives its recipe and its values."""

from typing import Any

import pytest

from agentic.agents.offline import Match, match
from agentic.apis.recipes.github import RECIPES as GITHUB
from agentic.apis.recipes.openweather import RECIPES as OPENWEATHER
from agentic.apis.recipes.stripe import RECIPES as STRIPE

EVERYTHING = (*STRIPE, *GITHUB, *OPENWEATHER)

WORDINGS: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "create_customer",
        {"NAME": "José Müller", "EMAIL": "jose@muller.example"},
        [
            "Sign up José Müller (jose@muller.example) as a new customer",
            "We have a new client, José Müller, email jose@muller.example. Please add him as a customer.",
            "Craete a custmer named José Müller with email jose@muller.example",
            "For jose@muller.example create a customer named José Müller",
        ],
    ),
    ("create_customer", {"NAME": "bob jones"}, ["add customer bob jones", "new customer called bob jones"]),
    (
        "create_customer_by_email",
        {"EMAIL": "x@y.example"},
        ["Add x@y.example as a customer", "new customer with e-mail x@y.example"],
    ),
    (
        "change_customer_email",
        {"CUSTOMER": "cus_7Gh2", "EMAIL": "new@y.example"},
        [
            "Update the e-mail of cus_7Gh2 to new@y.example",
            "cus_7Gh2 has a new email address: new@y.example, please update the customer",
            "set customer cus_7Gh2's email to new@y.example",
        ],
    ),
    (
        "rename_customer",
        {"CUSTOMER": "cus_7Gh2", "NAME": "Jane Roe"},
        ["Rename customer cus_7Gh2 to Jane Roe", 'change the name of customer cus_7Gh2 to "Jane Roe"'],
    ),
    (
        "delete_customer",
        {"CUSTOMER": "cus_7Gh2"},
        ["Please get rid of customer cus_7Gh2", "delte customer cus_7Gh2", "I want customer cus_7Gh2 removed"],
    ),
    (
        "show_customer",
        {"CUSTOMER": "cus_7Gh2"},
        ["Fetch customer cus_7Gh2", "look up the customer cus_7Gh2", "what do we have on customer cus_7Gh2?"],
    ),
    (
        "find_customer",
        {"EMAIL": "x@y.example"},
        ["Is there a customer with the email x@y.example?", "look for customer x@y.example"],
    ),
    (
        "list_customers",
        {"LIMIT": 10},
        ["Show me our ten newest customers", "the last 10 customers, list them please", "give me the 10 most recent custmers"],
    ),
    ("list_customers", {}, ["Show our customers", "who are our customers?"]),
    (
        "attach_test_card",
        {"CUSTOMER": "cus_7Gh2"},
        ["Attach the test card to customer cus_7Gh2", "give customer cus_7Gh2 the test card"],
    ),
    (
        "create_product",
        {"NAME": "Tea set"},
        ["Add a product named Tea set", 'New product: "Tea set"', "put in a new product called Tea set please"],
    ),
    (
        "create_product_with_price",
        {"NAME": "Tea set", "AMOUNT": 125_000, "CURRENCY": "eur"},
        [
            'Add the product "Tea set" at 1.250,00 €',
            "create a product called Tea set for €1,250",
            "Create a product named Tea set that costs 1250 euros",
        ],
    ),
    (
        "create_price",
        {"PRODUCT": "prod_8u", "AMOUNT": 990, "CURRENCY": "usd", "INTERVAL": "month"},
        ["Add a price of $9.90 a month to product prod_8u", "prod_8u needs a new price: 9.90 USD per month"],
    ),
    ("list_products", {"LIMIT": 3}, ["show the 3 latest products", "list the first three products"]),
    ("archive_product", {"PRODUCT": "prod_8u"}, ["Archive prod_8u", "deactivate the product prod_8u please"]),
    (
        "create_payment_intent",
        {"AMOUNT": 120_050, "CURRENCY": "usd"},
        ["Create a payment intent for $1,200.50", "make a payment intent over 1200.50 dollars"],
    ),
    (
        "charge_test_card",
        {"AMOUNT": 1500, "CURRENCY": "eur"},
        ["Charge the test card fifteen euros", "charge €15 to the test card", "take 15,00 € from the test card"],
    ),
    (
        "charge_customer",
        {"CUSTOMER": "cus_7Gh2", "AMOUNT": 1500, "CURRENCY": "eur"},
        ["Charge cus_7Gh2 fifteen euros", "Please charge 15 EUR to customer cus_7Gh2", "chrage customer cus_7Gh2 €15"],
    ),
    (
        "credit_customer",
        {"CUSTOMER": "cus_7Gh2", "AMOUNT": 1500, "CURRENCY": "eur"},
        [
            "Give cus_7Gh2 a 15 EUR credit",
            "please add a credit of €15 to customer cus_7Gh2",
            "grant cus_7Gh2 fifteen euros credit",
        ],
    ),
    ("list_payments", {}, ["Show me the payments", "what payments did we get"]),
    ("list_charges", {"LIMIT": 4}, ["list the last four charges", "4 most recent charges, show me"]),
    (
        "show_payment",
        {"PAYMENT": "pi_3Zx9"},
        ["What about payment pi_3Zx9? Show it", "Look up pi_3Zx9", "check the payment pi_3Zx9"],
    ),
    ("cancel_payment", {"PAYMENT": "pi_3Zx9"}, ["Cancel the payment intent pi_3Zx9", "abort payment pi_3Zx9"]),
    (
        "create_payment_link",
        {"NAME": "Poster", "AMOUNT": 2500, "CURRENCY": "gbp"},
        ["I want a payment link for Poster at £25", 'generate a payment link for "Poster", 25 pounds'],
    ),
    (
        "create_payment_link_for_price",
        {"PRICE": "price_5T"},
        ["Make a payment link for price_5T", "I need a payment link with the price price_5T"],
    ),
    (
        "refund_payment",
        {"PAYMENT": "pi_3Zx9", "AMOUNT": 500, "CURRENCY": "usd"},
        ["Refund $5 of pi_3Zx9", "give back five dollars of the payment pi_3Zx9", "partially refund payment pi_3Zx9: 5 USD"],
    ),
    (
        "refund_payment",
        {"PAYMENT": "pi_3Zx9"},
        ["refnud payment pi_3Zx9", "issue a refund for pi_3Zx9", "The payment pi_3Zx9 needs to be refunded"],
    ),
    ("list_refunds", {"LIMIT": 2}, ["show the last 2 refunds", "list the two latest refunds"]),
    ("list_disputes", {}, ["Which disputes do we have?", "show the disputes"]),
    (
        "create_coupon",
        {"PERCENT": 10},
        ["Create a ten percent coupon", "make a coupon with 10% off", "10 percent off coupon, create one please"],
    ),
    ("create_amount_coupon", {"AMOUNT": 700, "CURRENCY": "chf"}, ["New coupon: CHF 7 off", "create a coupon of 7 CHF off"]),
    ("list_coupons", {"ALL": "all"}, ["Show all coupons", "which coupons are there? list all"]),
    (
        "create_promotion_code",
        {"CODE": "SUMMER", "PERCENT": 20},
        ["Create the promo code SUMMER for 20% off", "make a promotion code called SUMMER giving 20 percent off"],
    ),
    (
        "create_subscription",
        {"CUSTOMER": "cus_7Gh2", "PRICE": "price_5T"},
        ["Start a subscription for customer cus_7Gh2 at price_5T", "subscribe cus_7Gh2 to price_5T please"],
    ),
    (
        "create_subscription_for_amount",
        {"CUSTOMER": "cus_7Gh2", "AMOUNT": 2000, "CURRENCY": "usd", "INTERVAL": "year"},
        ["Subscribe customer cus_7Gh2 at twenty dollars a year", "create a yearly subscription of $20 for cus_7Gh2"],
    ),
    (
        "cancel_subscription",
        {"SUBSCRIPTION": "sub_6Y"},
        ["please terminate subscription sub_6Y", "Cancel the subscripton sub_6Y right away"],
    ),
    (
        "cancel_subscription_later",
        {"SUBSCRIPTION": "sub_6Y"},
        ["End subscription sub_6Y at the end of the billing period", "cancel sub_6Y at period end"],
    ),
    ("pause_subscription", {"SUBSCRIPTION": "sub_6Y"}, ["Pause subscription sub_6Y", "put sub_6Y on hold"]),
    ("resume_subscription", {"SUBSCRIPTION": "sub_6Y"}, ["Resume the subscription sub_6Y", "unpause sub_6Y"]),
    (
        "change_subscription_price",
        {"SUBSCRIPTION": "sub_6Y", "PRICE": "price_5T"},
        ["Switch subscription sub_6Y to price_5T", "change sub_6Y to the price price_5T"],
    ),
    ("list_subscriptions", {"LIMIT": 6}, ["Show the six latest subscriptions", "list the last 6 subscriptions"]),
    (
        "create_invoice",
        {"CUSTOMER": "cus_7Gh2", "AMOUNT": 8000, "CURRENCY": "eur", "DAYS": 14},
        [
            "Invoice cus_7Gh2 for 80 EUR, due in 14 days",
            "create an invoice over 80 € for customer cus_7Gh2 due in fourteen days",
        ],
    ),
    ("show_invoice", {"INVOICE": "in_4R"}, ["Show me the invoice in_4R", "look up invoice in_4R"]),
    ("finalize_invoice", {"INVOICE": "in_4R"}, ["finalise invoice in_4R", "please finalize in_4R"]),
    ("send_invoice", {"INVOICE": "in_4R"}, ["Send invoice in_4R", "email the invoice in_4R to the customer"]),
    ("void_invoice", {"INVOICE": "in_4R"}, ["void in_4R", "Please void the invoice in_4R"]),
    ("mark_invoice_paid", {"INVOICE": "in_4R"}, ["Mark the invoice in_4R as paid", "record invoice in_4R as paid"]),
    ("list_invoices", {"LIMIT": 5}, ["What are the last 5 invoices?", "show me the five latest invoices"]),
    ("show_balance", {}, ["What's our balance?", "show the current balance please"]),
]
CASES = [(name, values, wording) for name, values, wordings in WORDINGS for wording in wordings]


@pytest.mark.parametrize(("name", "values", "task"), CASES, ids=[case[2] for case in CASES])
def test_wordings_of_stripe_tasks(name: str, values: dict[str, Any], task: str):
    found = match(task, EVERYTHING)
    assert isinstance(found, Match), found
    assert (found.recipe.name, dict(found.values)) == (name, values)


def test_every_recipe_has_two_wordings_here():
    told = {recipe.name: sum(len(wordings) for name, _, wordings in WORDINGS if name == recipe.name) for recipe in STRIPE}
    assert {name: count for name, count in told.items() if count < 2} == {}
