"""The Stripe plugin as scripts meet it: the sandbox with all walls, the relay, the broker and the fake behind it."""

import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from watched import Watched

from agentic.apis.stripe import STRIPE
from agentic.broker.broker import Broker
from agentic.broker.ca import Authority
from agentic.broker.ledger import MemoryLedger
from agentic.broker.relay import Relay
from agentic.broker.transport import FakeTransport, Transport
from agentic.core.values import Call, Outcome, Target
from agentic.local.fakes import Fakes
from agentic.sandbox import Sandbox, SandboxPolicy

_GRANT = "run_00000000000000bb.0123456789abcdef0123456789abcdef"

# An account with a little of everything, for scripts that report.
ACCOUNT = """
import contextlib, os, stripe
stripe.api_key = os.environ["STRIPE_API_KEY"]
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


@dataclass
class Stage:
    """One account. `transport` sees what leaves the broker, with the credential in it; `store` is what the fake keeps."""

    sandbox: Sandbox
    transport: Watched
    key: str
    store: dict[str, str]
    _broker: Callable[[MemoryLedger], Broker]
    _authority: Authority
    calls: tuple[Call, ...] = ()

    def run(self, code: str) -> Outcome:
        """One script behind all walls; afterwards `calls` is its journal."""
        ledger = MemoryLedger(_GRANT, "stripe", limit=1000)
        broker = self._broker(ledger)
        hosts = [host.name for host in STRIPE.hosts]
        relay = Relay(hosts, lambda asked, _origin: broker.call(_GRANT, asked), self._authority, refusal=STRIPE.refusal)
        outcome = self.sandbox.run(code, SandboxPolicy(STRIPE.environment, seconds=60), relay)
        self.calls = ledger.calls
        return outcome


@contextmanager
def sandboxed() -> Iterator[Sandbox]:
    with Sandbox(STRIPE.sdk, python_path=(sysconfig.get_path("purelib"),)) as sandbox:
        yield sandbox


@contextmanager
def stage(sandbox: Sandbox, transport: Callable[[Fakes], Transport] | None = None) -> Iterator[Stage]:
    """A stage with a fresh account. `transport` puts something else behind the broker than the fake."""
    states: dict[str, dict[str, str]] = {}
    fakes = Fakes(lambda name: states.setdefault(name, {}))
    fakes.add(STRIPE)
    fakes.start()
    watched = Watched(transport(fakes) if transport else FakeTransport(fakes.url))
    secrets = fakes.secrets["stripe"]

    def broker(ledger: MemoryLedger) -> Broker:
        return Broker(STRIPE, ledger, lambda _: secrets, {Target.FAKE: watched})

    try:
        yield Stage(sandbox, watched, secrets["api_key"], states["fake-stripe"], broker, Authority())
    finally:
        fakes.close()
