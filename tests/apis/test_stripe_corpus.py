"""Scripts that people would write run to the end, unmodified, with the real SDK against the fake."""

import contextlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import stripe
from fake_world import Ran, World

CORPUS = Path(__file__).parents[1] / "corpus" / "stripe"
SCRIPTS = sorted(CORPUS.glob("*.py"))


def _account() -> None:
    """A little of everything that the reports read: payments good and bad, a dispute, subscriptions, an invoice."""
    customer = stripe.Customer.create(name="Ada", email="ada@example.com", address={"country": "GB"})
    method = stripe.PaymentMethod.attach("pm_card_visa", customer=customer.id)
    stripe.Customer.modify(customer.id, invoice_settings={"default_payment_method": method.id})
    for card in ("pm_card_visa", "pm_card_createDispute", "pm_card_chargeDeclinedInsufficientFunds"):
        with contextlib.suppress(stripe.CardError):
            stripe.PaymentIntent.create(
                amount=3000,
                currency="usd",
                payment_method=card,
                confirm=True,
                automatic_payment_methods={"enabled": True, "allow_redirects": "never"},
            )
    price = stripe.Price.create(
        unit_amount=900, currency="usd", recurring={"interval": "week"}, product_data={"name": "Weekly"}
    )
    stripe.Subscription.create(customer=customer.id, items=[{"price": price.id, "quantity": 2}])
    subscription = stripe.Subscription.create(customer=customer.id, items=[{"price": price.id}])
    stripe.Subscription.cancel(subscription.id)
    invoice = stripe.Invoice.create(customer=customer.id, collection_method="send_invoice", days_until_due=1)
    stripe.InvoiceItem.create(customer=customer.id, invoice=invoice.id, amount=700, currency="usd")
    stripe.Invoice.finalize_invoice(invoice.id)


def _run_apart(path: Path, url: str) -> Ran:
    start = f"import runpy, stripe; stripe.api_base = {url!r}; stripe.enable_telemetry = False; "
    start += f"runpy.run_path({str(path)!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", start], capture_output=True, text=True, timeout=60, check=False)
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.mark.skipif(not SCRIPTS, reason="no scripts in tests/corpus/stripe")
@pytest.mark.filterwarnings("ignore:.*utcfromtimestamp:DeprecationWarning")  # a script's own old call
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_each_script_ends_with_0_and_says_something(path: Path, world: World, run: Callable[[str], Ran]):
    _account()
    # The scripts ask the real clock; the invoice of the prepared account is by then overdue.
    text = path.read_text("utf-8")
    # An event loop's connections close with its process.
    done = _run_apart(path, world.url) if "asyncio" in text else run(text)
    assert done.status == 0, done.stderr
    assert done.stdout.strip()
    assert "Traceback" not in done.stderr
