"""What the Stripe recipes do to an account, each found by its task: the right objects change, and no others."""

from collections.abc import Callable

import pytest
import stripe
from fake_world import Ran, World

from agentic.agents.offline import Match, match
from agentic.apis.recipes.stripe import RECIPES

Run = Callable[[str], Ran]


def _done(run: Run, task: str, recipe: str) -> Ran:
    """Runs the script that the task leads to; the recipe must be the one named."""
    found = match(task, RECIPES)
    assert isinstance(found, Match), found
    assert found.recipe.name == recipe
    return run(found.script)


def _customer() -> str:
    customer = stripe.Customer.create(name="Client", email="client@example.com")
    method = stripe.PaymentMethod.attach("pm_card_visa", customer=customer.id)
    stripe.Customer.modify(customer.id, invoice_settings={"default_payment_method": method.id})
    return customer.id


def _invoice(*, final: bool = True) -> str:
    customer = _customer()
    invoice = stripe.Invoice.create(customer=customer, collection_method="send_invoice", days_until_due=9, currency="eur")
    stripe.InvoiceItem.create(customer=customer, invoice=invoice.id, amount=900, currency="eur", description="Work")
    return stripe.Invoice.finalize_invoice(invoice.id).id if final else invoice.id


def _price(amount: int = 900) -> str:
    recurring: stripe.params.PriceCreateParamsRecurring = {"interval": "month"}
    return stripe.Price.create(unit_amount=amount, currency="eur", recurring=recurring, product_data={"name": "Plan"}).id


def _subscription() -> str:
    return stripe.Subscription.create(customer=_customer(), items=[{"price": _price()}]).id


def _payment(amount: int = 5000) -> str:
    return stripe.PaymentIntent.create(
        amount=amount, currency="eur", payment_method="pm_card_visa", confirm=True, allowed_payment_method_types=["card"]
    ).id


def test_a_refund_makes_no_payment_and_a_charge_no_refund(world: World, run: Run):
    payment = _payment()
    assert _done(run, f"Refund payment {payment}", "refund_payment").status == 0
    assert [intent.id for intent in stripe.PaymentIntent.list().data] == [payment]
    assert [refund.amount for refund in stripe.Refund.list().data] == [5000]
    # And the other way round.
    customer = _customer()
    assert _done(run, f"Charge customer {customer} 20 EUR", "charge_customer").status == 0
    assert len(stripe.Refund.list().data) == 1
    assert stripe.PaymentIntent.list().data[0].amount_received == 2000


def test_a_credit_lowers_what_the_customer_owes_and_charges_nothing(world: World, run: Run):
    customer = _customer()
    assert _done(run, f"Give customer {customer} a credit of 10 EUR", "credit_customer").status == 0
    again = _done(run, f"Give customer {customer} a credit of 2.50 EUR", "credit_customer")
    assert "12.50 EUR credit" in again.stdout
    assert stripe.Customer.retrieve(customer).balance == -1250
    assert [entry.amount for entry in stripe.Customer.list_balance_transactions(customer).data] == [-250, -1000]
    assert not stripe.PaymentIntent.list().data
    other = _done(run, f"Give customer {customer} a credit of 10 USD", "credit_customer")
    assert (other.status, stripe.Customer.retrieve(customer).balance) == (1, -1250)


def test_a_part_of_a_charge_is_refunded_by_the_charges_own_id(world: World, run: Run):
    charge = str(stripe.PaymentIntent.retrieve(_payment()).latest_charge)
    done = _done(run, f"Refund 12.50 EUR of charge {charge}", "refund_payment")
    assert (done.status, stripe.Charge.retrieve(charge).amount_refunded) == (0, 1250)
    again = _done(run, f"Refund 40 EUR of charge {charge}", "refund_payment")
    assert again.status == 1
    assert stripe.Charge.retrieve(charge).amount_refunded == 1250


def test_a_payment_that_was_taken_cannot_be_cancelled_and_one_that_waits_can(world: World, run: Run):
    paid, waiting = _payment(), stripe.PaymentIntent.create(amount=500, currency="eur").id
    assert _done(run, f"Cancel payment {paid}", "cancel_payment").status == 1
    assert stripe.PaymentIntent.retrieve(paid).status == "succeeded"
    assert _done(run, f"Cancel payment {waiting}", "cancel_payment").status == 0
    assert stripe.PaymentIntent.retrieve(waiting).status == "canceled"


@pytest.mark.parametrize(
    ("task", "recipe", "final", "status"),
    [
        ("Finalize invoice {id}", "finalize_invoice", False, "open"),
        ("Send invoice {id} to the customer", "send_invoice", False, "open"),
        ("Void invoice {id}", "void_invoice", True, "void"),
        ("Mark invoice {id} as paid outside Stripe", "mark_invoice_paid", True, "paid"),
        ("Show invoice {id}", "show_invoice", False, "draft"),
    ],
)
def test_an_invoice_gets_the_state_that_was_asked_for_and_no_card_is_charged(
    world: World, run: Run, task: str, recipe: str, final: bool, status: str
):
    invoice = _invoice(final=final)
    done = _done(run, task.format(id=invoice), recipe)
    assert (done.status, done.stderr) == (0, "")
    assert stripe.Invoice.retrieve(invoice).status == status
    assert stripe.Charge.list().data == []


def test_an_invoice_that_is_paid_cannot_be_made_void(world: World, run: Run):
    invoice = _invoice()
    stripe.Invoice.pay(invoice, paid_out_of_band=True)
    assert _done(run, f"Void invoice {invoice}", "void_invoice").status == 1
    assert stripe.Invoice.retrieve(invoice).status == "paid"


def test_a_subscription_is_paused_resumed_and_moved_to_another_price(world: World, run: Run):
    subscription, other = _subscription(), _price(1900)
    assert _done(run, f"Pause the payments of subscription {subscription}", "pause_subscription").status == 0
    paused = stripe.Subscription.retrieve(subscription).pause_collection
    assert paused is not None
    assert paused.behavior == "void"
    assert _done(run, f"Resume subscription {subscription}", "resume_subscription").status == 0
    assert stripe.Subscription.retrieve(subscription).pause_collection is None
    done = _done(run, f"Move subscription {subscription} to price {other}", "change_subscription_price")
    assert (done.status, done.stderr) == (0, "")
    (item,) = stripe.Subscription.retrieve(subscription)["items"].data
    assert (item.price.id, item.price.unit_amount) == (other, 1900)


def test_resuming_takes_back_that_a_subscription_was_to_end(world: World, run: Run):
    subscription = _subscription()
    stripe.Subscription.modify(subscription, cancel_at_period_end=True)
    assert _done(run, f"Resume subscription {subscription}", "resume_subscription").status == 0
    assert stripe.Subscription.retrieve(subscription).cancel_at is None


def test_the_test_card_is_kept_and_pays_from_then_on(world: World, run: Run):
    customer = stripe.Customer.create(name="Cardless").id
    assert _done(run, f"Add the test card to customer {customer}", "attach_test_card").status == 0
    (method,) = stripe.Customer.list_payment_methods(customer).data
    settings = stripe.Customer.retrieve(customer).invoice_settings
    assert settings is not None
    assert settings.default_payment_method == method.id
    assert stripe.Charge.list().data == []


def test_an_archived_product_stays_but_is_not_sold(world: World, run: Run):
    product = stripe.Product.create(name="Old plan").id
    assert _done(run, f"Archive product {product}", "archive_product").status == 0
    assert stripe.Product.retrieve(product).active is False
