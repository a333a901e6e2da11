"""The offline matcher: many wordings of one task give the same recipe and values; what is not covered is never done."""

from typing import Any

import pytest

from agentic.agents.offline import Ask, Match, NoMatch, match
from agentic.agents.offline.rewrite import constants
from agentic.apis.recipes.stripe import RECIPES
from agentic.core.spec import Parameter, ParameterKind, Recipe

ZOE = {"NAME": "Zoë Quist", "EMAIL": "zoe@quist.example"}
GOLD = {"NAME": "Gold plan", "AMOUNT": 1500, "CURRENCY": "eur", "INTERVAL": "month"}
PAID = {"AMOUNT": 1250, "CURRENCY": "usd"}
MONTHLY = {"CUSTOMER": "cus_9s8AK", "AMOUNT": 1500, "CURRENCY": "usd", "INTERVAL": "month"}

WORDINGS: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "create_customer",
        ZOE,
        [
            "Create a Stripe customer named Zoë Quist with email zoe@quist.example",
            "Please add a new customer: Zoë Quist, zoe@quist.example",
            "I need a new customer for Zoë Quist, her email address is zoe@quist.example.",
            'could you register a client called "Zoë Quist" (zoe@quist.example)?',
            "New customer Zoë Quist <zoe@quist.example>",
            "creating customer Zoë Quist with the e-mail zoe@quist.example, and show me the id",
            "Set up a customer with name: Zoë Quist and email: zoe@quist.example",
            "Stripe: make a customer whose name is Zoë Quist and whose email is zoe@quist.example",
        ],
    ),
    (
        "create_product_with_price",
        GOLD,
        [
            "Create a product called Gold plan at 15 EUR a month",
            "create a product named Gold plan for €15 per month",
            "Add a Gold plan product at 15€/month",
            'make a product "Gold plan" with a monthly price of 15 euros',
            "Set up a new product called Gold plan, fifteen euros monthly",
            "I want a product called Gold plan that costs EUR 15.00 every month, and give me the price id",
            "create product 'Gold plan' priced at 15,00 € each month",
        ],
    ),
    (
        "charge_test_card",
        PAID,
        [
            "Take a payment of 12.50 USD from the test card",
            "Charge the test card $12.50",
            "charge the test visa card 12.50 usd once",
            "Create a payment of $12.50 with the test card",
            "Please collect 12,50 USD from the visa test card",
        ],
    ),
    (
        "refund_payment",
        {"PAYMENT": "pi_3NqAB"},
        [
            "Refund payment pi_3NqAB",
            "refund pi_3NqAB",
            "Please refund the payment intent pi_3NqAB",
            "give back the payment pi_3NqAB",
            "Reimburse the charge pi_3NqAB, please",
            "I want the payment pi_3NqAB refunded",
        ],
    ),
    (
        "create_subscription_for_amount",
        MONTHLY,
        [
            "Subscribe customer cus_9s8AK for 15 USD a month",
            "subscribe cus_9s8AK at $15/month",
            "Create a subscription for customer cus_9s8AK at fifteen dollars per month",
            "Start a monthly subscription of $15 for cus_9s8AK",
            "Set up a subscription for the customer cus_9s8AK: USD 15 monthly",
        ],
    ),
    (
        "cancel_subscription",
        {"SUBSCRIPTION": "sub_1ABC"},
        [
            "Cancel subscription sub_1ABC now",
            "cancel sub_1ABC",
            "Please stop the subscription sub_1ABC",
            "end subscription sub_1ABC immediately",
            "I'd like to cancel the subscription sub_1ABC",
        ],
    ),
    (
        "create_payment_link",
        {"NAME": "Ebook", "AMOUNT": 900, "CURRENCY": "usd"},
        [
            "Create a payment link for Ebook at 9 USD",
            'make a payment link for "Ebook" at 9 dollars',
            "Generate a payment link called Ebook for $9",
            "new payment link named Ebook, price 9.00 USD",
            "I need a payment link for Ebook costing nine dollars and give me the url",
        ],
    ),
    (
        "create_coupon",
        {"PERCENT": 25, "MONTHS": 3},
        [
            "Create a coupon for 25% off for 3 months",
            "make a 25% coupon valid for 3 months",
            "new coupon: 25 percent off, three months",
            "Generate a discount of 25 per cent for 3 months",
            "set up a 25% off coupon that lasts 3 months",
        ],
    ),
    (
        "create_invoice",
        {"CUSTOMER": "cus_1A", "AMOUNT": 5000, "CURRENCY": "eur", "DESCRIPTION": "Web design", "DAYS": 14},
        [
            'Create an invoice of 50 EUR for customer cus_1A, due in 14 days, described as "Web design"',
            'invoice cus_1A €50 for "Web design", due in 14 days',
            'Write an invoice for cus_1A over 50 euros, description "Web design", payable within 14 days',
            'issue an invoice to customer cus_1A: 50 EUR, description: "Web design", 14 days',
            'new invoice for cus_1A, 50,00 €, described as "Web design", due within 14 days',
        ],
    ),
    (
        "list_payments",
        {"LIMIT": 5},
        [
            "List the last 5 payments",
            "Show me the five most recent payments",
            "show the latest 5 payments",
            "What are my last 5 payments?",
            "Give me the 5 newest payments",
        ],
    ),
    (
        "find_customer",
        {"EMAIL": "a@b.co"},
        [
            "Find the customer with email a@b.co",
            "search for the customer a@b.co",
            "Look up the customer whose e-mail address is a@b.co",
            "which customer has the email a@b.co?",
            "Find all customers with the email a@b.co",
        ],
    ),
    (
        "delete_customer",
        {"CUSTOMER": "cus_1A"},
        [
            "Delete customer cus_1A",
            "remove the customer cus_1A",
            "please delete cus_1A",
            "Erase client cus_1A",
            "Deleting customer cus_1A",
        ],
    ),
    (
        "show_balance",
        {},
        [
            "Show my balance",
            "What is our Stripe balance?",
            "check the balance",
            "how much balance do I have?",
            "print the account balance",
        ],
    ),
]
CASES = [(name, values, wording) for name, values, wordings in WORDINGS for wording in wordings]


@pytest.mark.parametrize(("name", "values", "task"), CASES, ids=[case[2] for case in CASES])
def test_wordings(name: str, values: dict[str, Any], task: str):
    found = match(task, RECIPES)
    assert isinstance(found, Match), found
    assert (found.recipe.name, dict(found.values)) == (name, values)
    assert {key: constants(found.script)[key] for key in values} == values


@pytest.mark.parametrize(
    ("task", "name", "values"),
    [
        ("Create a customer with the email a@b.co", "create_customer_by_email", {"EMAIL": "a@b.co"}),
        ("Change the email of customer cus_1A to n@x.com", "change_customer_email", {"CUSTOMER": "cus_1A", "EMAIL": "n@x.com"}),
        ("rename cus_1A to Bob Smith", "rename_customer", {"CUSTOMER": "cus_1A", "NAME": "Bob Smith"}),
        ("Create a product called Gold plan", "create_product", {"NAME": "Gold plan"}),
        ("Create a payment intent of 2000 JPY", "create_payment_intent", {"AMOUNT": 2000, "CURRENCY": "jpy"}),
        ("Charge cus_1A 20 EUR", "charge_customer", {"CUSTOMER": "cus_1A", "AMOUNT": 2000, "CURRENCY": "eur"}),
        ("Create a payment link for price_1AB", "create_payment_link_for_price", {"PRICE": "price_1AB"}),
        ("Refund 5 EUR of pi_3A", "refund_payment", {"PAYMENT": "pi_3A", "AMOUNT": 500, "CURRENCY": "eur"}),
        ("Create a 10 EUR off coupon", "create_amount_coupon", {"AMOUNT": 1000, "CURRENCY": "eur"}),
        (
            "Create a promo code WINTER with 15 percent off, limited to 100 uses",
            "create_promotion_code",
            {"PERCENT": 15, "USES": 100, "CODE": "WINTER"},
        ),
        (
            "Subscribe cus_1A to price_9Z with a 14-day trial",
            "create_subscription",
            {"CUSTOMER": "cus_1A", "PRICE": "price_9Z", "TRIAL_DAYS": 14},
        ),
        ("Cancel sub_1A at the end of the period", "cancel_subscription_later", {"SUBSCRIPTION": "sub_1A"}),
        ("list all customers", "list_customers", {"ALL": "all"}),
        ("List my products", "list_products", {}),
        ("Show the newest 3 subscriptions", "list_subscriptions", {"LIMIT": 3}),
        ("show invoices", "list_invoices", {}),
        ("List recent charges", "list_charges", {}),
        ("show customer cus_1A", "show_customer", {"CUSTOMER": "cus_1A"}),
        (
            "Create a price of $5 per day for prod_AB1",
            "create_price",
            {"PRODUCT": "prod_AB1", "AMOUNT": 500, "CURRENCY": "usd", "INTERVAL": "day"},
        ),
    ],
)
def test_every_other_recipe_is_found(task: str, name: str, values: dict[str, Any]):
    found = match(task, RECIPES)
    assert isinstance(found, Match), found
    assert (found.recipe.name, dict(found.values)) == (name, values)


@pytest.mark.parametrize(
    "task",
    [
        "Delete all customers",
        "delete every customer",
        "Delete customer cus_1A and cus_2B",
        "Do not delete customer cus_1A",
        "don't create a customer named Bob",
        "don’t refund pi_3NqAB",
        "Never charge customer cus_1A 20 EUR",
        "Create a customer named Alice and then refund pi_123ABC",
        "Create a customer named Alice and a product named Gold",
        "Create a customer named Alice. Delete cus_1A.",
        "Create customer Alice, then customer Bob",
        "Create a customer named Alice and Bob",
        "Charge the card 10 EUR and refund it",
        "charge pi_3NqAB",
        "Refund customer cus_1A",
        "Refund payment pi_1AB and payment pi_2AB",
        "Refund half of payment pi_1AB with 50%",
        "refund all payments",
        "Cancel all subscriptions",
        "cancel subscription sub_1ABC tomorrow",
        "tone down subscription sub_1ABC",
        "create a customer named Alice if she does not exist",
        "Create a customer named Alice unless there is one",
        "Create 5 customers",
        "create three customers named Alice",
        "create a customer named Alice with phone number +49 123",
        "create a customer named Alice with VIP status in Berlin",
        "Create a customer named Alice with email a@b.co and email c@d.co",
        "make a product Gold at 15 or 20 EUR",
        "create product Gold costing 15 euro every 3 months",
        "create product Gold costing 15 euro quarterly",
        "Create a product called Gold at 15.5 JPY",
        "Create a product called Gold at -5 EUR",
        "Create a product called Gold at $9.999",
        "Create a price of 1.5k EUR for prod_AB1",
        "create a monthly report of customers",
        "list the last 7 days of charges",
        "List customers and delete them",
        "How many customers do I have?",
        "should I refund pi_3NqAB",
        "Bill customer cus_1A $50",
        "Pay out 500 EUR to my bank",
        "photograph product prod_AB1",
        "Write me a poem",
        "",
        "???",
        "customer " * 1000,
    ],
)
def test_what_no_recipe_covers_is_not_done(task: str):
    found = match(task, RECIPES)
    assert isinstance(found, NoMatch), found
    assert sorted(found.tasks) == sorted(recipe.task for recipe in RECIPES)
    assert "\n" not in found.message


@pytest.mark.parametrize(
    ("task", "missing", "part"),
    [
        ("create a customer", ("NAME",), "the name"),
        ("Refund payment", ("PAYMENT",), "the payment's id (pi_… or ch_…)"),
        ("Delete the customer", ("CUSTOMER",), "the customer's id (cus_…)"),
        ("create a payment for 20", ("CURRENCY",), "the currency"),
        ("Create a product", ("NAME",), "the name"),
        ("make a payment link for an ebook at 9 dollars", ("NAME",), "the name"),
        ("create a coupon", ("PERCENT",), "the percent (25%)"),
    ],
)
def test_what_is_missing_is_asked_for_by_name(task: str, missing: tuple[str, ...], part: str):
    found = match(task, RECIPES)
    assert isinstance(found, Ask), found
    assert found.missing == missing
    assert part in found.question


@pytest.mark.parametrize(
    "name",
    [
        '"; import os #',
        "Robert'); DROP TABLE customers;--",
        "{os.environ}",
        "a\\",
        "x = 1 # NAME = 2",
        '"""',
        "Zoë 'the great' Quist",
    ],
)
def test_code_in_a_name_comes_out_as_a_literal(name: str):
    quotes = "“”" if '"' in name and "'" in name else "''" if '"' in name else '""'
    found = match(f"Create a customer named {quotes[0]}{name}{quotes[1]}", RECIPES)
    assert isinstance(found, Match), found
    assert dict(found.values) == {"NAME": name}
    assert constants(found.script) == constants(found.recipe.script) | {"NAME": name}
    assert found.script.count("import") == found.recipe.script.count("import") + name.count("import")


def test_a_quote_that_is_never_closed_is_a_character_of_the_name():
    found = match('Create a customer named "; import os #', RECIPES)
    assert isinstance(found, Match)
    assert dict(found.values) == {"NAME": '"; import os #'}


@pytest.mark.parametrize(
    ("task", "name"),
    [
        ("Create a customer named Refund Coupon", "Refund Coupon"),
        ("create a customer called alice", "alice"),
        ("Create a customer named O'Brien", "O'Brien"),
        ("Create a customer for Ludwig van Beethoven", "Ludwig van Beethoven"),
        ("New customer Anna-Lena Müller", "Anna-Lena Müller"),
        ("Create a customer called Acme, Inc.", "Acme, Inc."),
        ("Create a customer named J. R. Smith Jr. with email j@r.com", "J. R. Smith Jr."),
        ("Create a customer named 山田太郎", "山田太郎"),
        ("Create a customer named  Zoë   Quist  please", "Zoë Quist"),
        ("create a customer „Marks & Spencer“", "Marks & Spencer"),
        ("Create a customer named Bank of America", "Bank of America"),
        ("CREATE A CUSTOMER NAMED ALICE WITH EMAIL A@B.CO", "ALICE"),
        ("Add Alice Smith as a customer", "Alice Smith"),
    ],
)
def test_names(task: str, name: str):
    found = match(task, RECIPES)
    assert isinstance(found, Match), found
    assert dict(found.values)["NAME"] == name


def _recipe(name: str, task: str, *words: str, **more: Any) -> Recipe:
    return Recipe(name, task, words, 'CITY = "Paris"\nprint(CITY)\n', **more)


def test_it_works_for_any_plugins_recipes():
    city = Parameter("CITY", ParameterKind.NAME, required=True)
    weather = _recipe("weather", "Tell me the weather in Paris", "weather|forecast", parameters=(city,))
    found = match("What is the weather like in Köln?", [weather])
    assert isinstance(found, Match)
    assert found.script == "CITY = 'Köln'\nprint(CITY)\n"
    assert isinstance(match("anything", []), NoMatch)


def test_two_recipes_that_fit_alike_lead_to_a_question():
    one = _recipe("one", "Print the city", "print", "city")
    two = _recipe("two", "Print the town or city", "print", "city|town")
    found = match("print the city", [one, two])
    assert isinstance(found, Ask)
    assert [recipe.name for recipe in found.recipes] == ["one", "two"]


def test_a_word_of_unless_rules_a_recipe_out():
    plain = _recipe("plain", "Print the city", "print", "city")
    assert isinstance(match("print the city prettily", [plain]), Match)
    barred = _recipe("barred", "Print the city", "print", "city", unless=("prettily",))
    assert isinstance(match("print the city prettily", [barred]), NoMatch)
