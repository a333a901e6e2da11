"""Honest scripts of many styles: valid, and run to exit 0 behind all walls, through relay and broker, against the fake."""

import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agentic.apis.stripe import STRIPE
from agentic.broker.broker import Broker
from agentic.broker.ca import Authority
from agentic.broker.ledger import MemoryLedger
from agentic.broker.relay import Relay
from agentic.broker.transport import FakeTransport
from agentic.core.values import Outcome, Target
from agentic.local.fakes import Fakes
from agentic.sandbox import Sandbox, SandboxPolicy
from agentic.validator import ValidationPolicy, validate

CORPUS = Path(__file__).parents[1] / "corpus"
SCRIPTS = sorted([*CORPUS.glob("stripe/*.py"), *CORPUS.glob("styles/*.py")])
GRANT = "run_00000000000000bb.0123456789abcdef0123456789abcdef"

Run = Callable[[str], Outcome]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(STRIPE.sdk, python_path=(sysconfig.get_path("purelib"),)) as sandbox:
        yield sandbox


@pytest.fixture
def run(sandbox: Sandbox) -> Iterator[Run]:
    """Runs scripts one after another against one fresh account, which has a little of everything."""
    states: dict[str, dict[str, str]] = {}
    fakes = Fakes(lambda name: states.setdefault(name, {}))
    fakes.add(STRIPE)
    fakes.start()
    ledger = MemoryLedger(GRANT, "stripe", limit=1000)
    broker = Broker(STRIPE, ledger, lambda _: fakes.secrets["stripe"], {Target.FAKE: FakeTransport(fakes.url)})
    authority = Authority()

    def run(code: str) -> Outcome:
        relay = Relay(
            [host.name for host in STRIPE.hosts],
            lambda asked, _origin: broker.call(GRANT, asked),
            authority,
            refusal=STRIPE.refusal,
        )
        return sandbox.run(code, SandboxPolicy(STRIPE.environment, seconds=60), relay)

    prepared = run(f"import contextlib, os, stripe\nstripe.api_key = os.environ['STRIPE_API_KEY']\n{ACCOUNT}")
    assert prepared.success, prepared.stderr
    yield run
    fakes.close()


ACCOUNT = """
customer = stripe.Customer.create(name="Ada", email="ada@example.com", address={"country": "GB"})
method = stripe.PaymentMethod.attach("pm_card_visa", customer=customer.id)
stripe.Customer.modify(customer.id, invoice_settings={"default_payment_method": method.id})
for card in ("pm_card_visa", "pm_card_createDispute", "pm_card_chargeDeclinedInsufficientFunds"):
    with contextlib.suppress(stripe.CardError):
        stripe.PaymentIntent.create(
            amount=3000, currency="usd", payment_method=card, confirm=True,
            automatic_payment_methods={"enabled": True, "allow_redirects": "never"},
        )
price = stripe.Price.create(unit_amount=900, currency="usd", recurring={"interval": "week"}, product_data={"name": "Weekly"})
stripe.Subscription.create(customer=customer.id, items=[{"price": price.id, "quantity": 2}])
stripe.Subscription.cancel(stripe.Subscription.create(customer=customer.id, items=[{"price": price.id}]).id)
invoice = stripe.Invoice.create(customer=customer.id, collection_method="send_invoice", days_until_due=1)
stripe.InvoiceItem.create(customer=customer.id, invoice=invoice.id, amount=700, currency="usd")
stripe.Invoice.finalize_invoice(invoice.id)
"""


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_script_is_valid_and_ends_with_0(path: Path, run: Run) -> None:
    text = path.read_text("utf-8")
    verdict = validate(text, ValidationPolicy.for_spec(STRIPE))
    assert verdict.valid, verdict.findings
    outcome = run(text)
    assert (outcome.exit, outcome.reason) == (0, ""), outcome.stderr
    assert outcome.stdout.strip()
    assert {"process", "rlimits", "relay"} <= set(outcome.layers)
