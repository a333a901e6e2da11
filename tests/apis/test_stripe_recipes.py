"""Every Stripe recipe: its script runs unmodified with the real SDK against the fake, and does what its task says."""

import ast
import re
from collections.abc import Callable
from typing import Any

import pytest
import stripe
from fake_world import Ran, World

from agentic.agents.offline import Match, match
from agentic.agents.offline.rewrite import constants, with_constants
from agentic.apis.recipes.stripe import RECIPES
from agentic.core.spec import Recipe

Run = Callable[[str], Ran]
_ID = re.compile(r"\b(?:cus|prod|price|pi|ch|plink|re|promo|sub|in|du|pm)_[A-Za-z0-9]+|coupon \w+")


def _by_name(name: str) -> Recipe:
    return next(recipe for recipe in RECIPES if recipe.name == name)


def _prepared() -> dict[str, str]:
    """An account with something of each kind; the ids by the constants' names."""
    customer = stripe.Customer.create(name="Prepared", email="alice@example.com")
    method = stripe.PaymentMethod.attach("pm_card_visa", customer=customer.id)
    stripe.Customer.modify(customer.id, invoice_settings={"default_payment_method": method.id})
    product = stripe.Product.create(name="Prepared product")
    price = stripe.Price.create(product=product.id, unit_amount=1200, currency="eur", recurring={"interval": "month"})
    payment = stripe.PaymentIntent.create(
        amount=5000,
        currency="eur",
        customer=customer.id,
        payment_method=method.id,
        confirm=True,
        automatic_payment_methods={"enabled": True, "allow_redirects": "never"},
    )
    subscription = stripe.Subscription.create(customer=customer.id, items=[{"price": price.id}])
    invoice = stripe.Invoice.create(customer=customer.id, collection_method="send_invoice", days_until_due=30, currency="eur")
    stripe.InvoiceItem.create(customer=customer.id, invoice=invoice.id, amount=900, currency="eur", description="Work")
    stripe.Coupon.create(percent_off=10)
    for card in ("pm_card_visa", "pm_card_createDispute"):
        paid = stripe.PaymentIntent.create(
            amount=700, currency="eur", payment_method=card, confirm=True, allowed_payment_method_types=["card"]
        )
        if card == "pm_card_visa":
            stripe.Refund.create(payment_intent=paid.id)
    ids = {"CUSTOMER": customer.id, "PRODUCT": product.id, "PRICE": price.id, "PAYMENT": payment.id}
    return ids | {"SUBSCRIPTION": subscription.id, "INVOICE": invoice.id}


def _prepared_for(recipe: Recipe) -> dict[str, str]:
    """The same, in the state in which the recipe's task makes sense."""
    ids = _prepared()
    if recipe.name in ("void_invoice", "mark_invoice_paid"):
        stripe.Invoice.finalize_invoice(ids["INVOICE"])
    if recipe.name == "cancel_payment":
        ids["PAYMENT"] = stripe.PaymentIntent.create(amount=500, currency="eur").id
    return ids


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_each_script_runs_to_the_end_and_prints_an_id(recipe: Recipe, world: World, run: Run):
    ids = _prepared_for(recipe)
    values = {name: ids[name] for name in constants(recipe.script) if name in ids}
    done = run(with_constants(recipe.script, values))
    assert (done.status, done.stderr) == (0, "")
    assert _ID.search(done.stdout) or recipe.name == "show_balance"


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_each_script_tells_an_api_error_in_one_line(recipe: Recipe, world: World, run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STRIPE_API_KEY", "sk_test_wrong")
    done = run(recipe.script)
    assert done.status == 1
    assert done.stderr.startswith("Stripe: Invalid API Key provided")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_each_example_matches_its_own_recipe_and_changes_nothing_in_it(recipe: Recipe):
    """So the example values are the script's own, and a reader of one knows the other."""
    found = match(recipe.task, RECIPES)
    assert isinstance(found, Match)
    assert found.recipe is recipe
    for name, value in found.values:
        assert constants(found.script)[name] == value
    required = {parameter.name for parameter in recipe.parameters if parameter.required}
    assert required <= {name for name, _ in found.values}
    same = {name: value for name, value in found.values if name in required}
    assert {name: constants(recipe.script)[name] for name in required} == same


def test_every_recipe_is_a_complete_script_with_its_constants_first():
    for recipe in RECIPES:
        tree = ast.parse(recipe.script)
        assert ast.get_docstring(tree), recipe.name
        assert 'os.environ["STRIPE_API_KEY"]' in recipe.script
        assert {parameter.name for parameter in recipe.parameters} <= set(constants(recipe.script))


def test_gold_plan_makes_the_product_and_its_monthly_price(world: World, run: Run):
    found = match("Create a product called Gold plan at 15 EUR a month", RECIPES)
    assert isinstance(found, Match)
    done = run(found.script)
    assert done.status == 0
    (product,) = stripe.Product.list().data
    (price,) = stripe.Price.list().data
    assert product.name == "Gold plan"
    assert (price.product, price.unit_amount, price.currency) == (product.id, 1500, "eur")
    assert price.recurring
    assert (price.recurring.interval, price.recurring.interval_count) == ("month", 1)
    assert product.id in done.stdout
    assert price.id in done.stdout


def test_zoe_quist_is_created_with_exactly_this_name_and_address(world: World, run: Run):
    found = match("Create a Stripe customer named Zoë Quist with email zoe@quist.example", RECIPES)
    assert isinstance(found, Match)
    assert run(found.script).status == 0
    (customer,) = stripe.Customer.list().data
    assert (customer.name, customer.email, customer.description, customer.phone) == (
        "Zoë Quist",
        "zoe@quist.example",
        None,
        None,
    )


def test_a_customer_without_an_address_gets_none(world: World, run: Run):
    found = match("Create a customer named Bob", RECIPES)
    assert isinstance(found, Match)
    assert run(found.script).status == 0
    assert stripe.Customer.list().data[0].email is None


def test_a_partial_refund_leaves_the_rest_and_a_wrong_currency_refunds_nothing(world: World, run: Run):
    payment = _prepared()["PAYMENT"]
    other = match(f"Refund 5 USD of payment {payment}", RECIPES)
    assert isinstance(other, Match)
    done = run(other.script)
    assert done.status == 1
    assert "paid in eur" in done.stderr
    part = match(f"Refund €5.50 of payment {payment}", RECIPES)
    assert isinstance(part, Match)
    assert run(part.script).status == 0
    assert [refund.amount for refund in stripe.Refund.list(payment_intent=payment).data] == [550]
    rest = match(f"refund {payment}", RECIPES)
    assert isinstance(rest, Match)
    assert run(rest.script).status == 0
    assert stripe.Refund.list().data[0].amount == 4450


def test_a_subscription_without_a_card_is_invoiced_and_has_its_trial(world: World, run: Run):
    customer = stripe.Customer.create(name="Cardless")
    found = match(f"Subscribe customer {customer.id} for $15 per month with a 14 day trial", RECIPES)
    assert isinstance(found, Match)
    assert run(found.script).status == 0
    (subscription,) = stripe.Subscription.list().data
    assert (subscription.status, subscription.collection_method) == ("trialing", "send_invoice")
    assert subscription.trial_end == int(world.now) + 14 * 86_400


def test_an_invoice_is_open_with_its_line_and_due_date(world: World, run: Run):
    customer = stripe.Customer.create(name="Client", email="c@example.com")
    found = match(f'Create an invoice for {customer.id} over 120 CHF described as "Web design", due in 14 days', RECIPES)
    assert isinstance(found, Match)
    assert run(found.script).status == 0
    (invoice,) = stripe.Invoice.list().data
    assert (invoice.status, invoice.amount_due, invoice.currency) == ("open", 12_000, "chf")
    assert invoice.due_date == int(world.now) + 14 * 86_400
    assert [line.description for line in invoice.lines.data] == ["Web design"]


def test_a_list_of_all_goes_over_every_page(world: World, run: Run):
    for number in range(105):
        stripe.Customer.create(name=f"Customer {number}")
    whole = match("List all customers", RECIPES)
    some = match("Show me the last 3 customers", RECIPES)
    assert isinstance(whole, Match)
    assert isinstance(some, Match)
    assert run(whole.script).stdout.endswith("105 customers\n")
    newest = run(some.script).stdout
    assert "Customer 104" in newest
    assert newest.endswith("3 customers\n")


def test_a_name_full_of_code_arrives_as_a_name(world: World, run: Run):
    name = "\"; import os; os.abort() #\\ {x} \n''' é"
    recipe = _by_name("create_customer")
    values: dict[str, Any] = {"NAME": name}
    assert run(with_constants(recipe.script, values)).status == 0
    assert stripe.Customer.list().data[0].name == name
