"""Stripe's own `stripe-mock` judges our parameters: what the recipes, the corpus and the idioms send, and the fake's table.

What the two see differently is named here and in docs/limitations/fakes-stripe.md, with the reason.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from stripe_idioms_table import IDIOMS, PREFACE
from stripe_mock import Judged, ask, listening, stripe_mock
from stripe_samples import flat, sample
from stripe_stage import ACCOUNT, Stage, sandboxed, stage

from agentic.agents.offline.rewrite import constants, with_constants
from agentic.apis.fakes.stripe import parameters
from agentic.apis.recipes.stripe import RECIPES
from agentic.broker.transport import FakeTransport
from agentic.core.spec import Recipe
from agentic.core.wire import HttpRequest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted([*ROOT.glob("tests/corpus/stripe/*.py"), *ROOT.glob("tests/corpus/styles/*.py")])
TABLE: dict[str, dict[str, Any]] = json.loads(Path(parameters.__file__).with_name("parameters.json").read_text("utf-8"))

# What the fake takes, with the SDK of the lock, and the judge does not.
KNOWN = {
    "GET /v1/products type",
    "POST /v1/products type",
    "GET /v1/subscriptions plan",
    "POST /v1/customers validate",
    "POST /v1/customers/{id} validate",
    "POST /v1/disputes/{id} intended_submission_method",
    "POST /v1/checkout/sessions allowed_payment_method_types",
    "POST /v1/invoiceitems/{id} invoicing_rules",
    "POST /v1/subscription_items plan",
    "POST /v1/subscription_items current_trial",
    "POST /v1/subscription_items/{id} plan",
    "POST /v1/subscription_items/{id} current_trial",
    "POST /v1/subscriptions trial_settings",
    "POST /v1/subscriptions/{id} trial_settings",
    "POST /v1/subscriptions/{id} billing_cycle_anchor",
}

# Of each kind one, in the state in which the recipe's task makes sense; prints the ids by the recipes' names for them.
_PREPARE = """
import json, os, stripe
stripe.api_key = os.environ["STRIPE_API_KEY"]
card = {"payment_method": "pm_card_visa", "confirm": True, "allowed_payment_method_types": ["card"]}
customer = stripe.Customer.create(name="Prepared", email="alice@example.com")
method = stripe.PaymentMethod.attach("pm_card_visa", customer=customer.id)
stripe.Customer.modify(customer.id, invoice_settings={"default_payment_method": method.id})
product = stripe.Product.create(name="Prepared product")
price = stripe.Price.create(product=product.id, unit_amount=1200, currency="eur", recurring={"interval": "month"})
payment = stripe.PaymentIntent.create(amount=5000, currency="eur", **({} if RECIPE == "cancel_payment" else card))
subscription = stripe.Subscription.create(customer=customer.id, items=[{"price": price.id}])
invoice = stripe.Invoice.create(customer=customer.id, collection_method="send_invoice", days_until_due=30)
stripe.InvoiceItem.create(customer=customer.id, invoice=invoice.id, amount=900, currency="usd")
if RECIPE in ("void_invoice", "mark_invoice_paid"):
    stripe.Invoice.finalize_invoice(invoice.id)
print(json.dumps({"CUSTOMER": customer.id, "PRODUCT": product.id, "PRICE": price.id, "PAYMENT": payment.id,
    "SUBSCRIPTION": subscription.id, "INVOICE": invoice.id}))
"""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with listening(stripe_mock()) as at:
        yield at


@pytest.fixture(scope="module")
def judged(port: int) -> Iterator[tuple[Stage, Judged]]:
    """A stage whose requests the judge sees too."""
    made: list[Judged] = []

    def both(url: str) -> Judged:
        made.append(Judged(FakeTransport(url), port))
        return made[0]

    with sandboxed() as sandbox, stage(sandbox, lambda fakes: both(fakes.url)) as on_stage:
        assert on_stage.run(ACCOUNT).success
        yield on_stage, made[0]


def _opinions(judged: tuple[Stage, Judged], code: str) -> None:
    """Runs the code; the judge must find no fault with what it sends, and the fake none with its parameters."""
    on_stage, judge = judged
    before = len(judge.opinions)
    outcome = on_stage.run(code)
    assert outcome.exit == 0, outcome.stderr
    for opinion in judge.opinions[before:]:
        known = any(f"{opinion.asked} {name}" in KNOWN for name in opinion.fields)
        assert opinion.judge == 200 or known, opinion
        assert not opinion.message.startswith("parameter_"), opinion


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_the_judge_takes_what_a_recipe_sends(recipe: Recipe, judged: tuple[Stage, Judged]):
    prepared = judged[0].run(f"RECIPE = {recipe.name!r}\n{_PREPARE}")
    assert prepared.success, prepared.stderr
    ids = json.loads(prepared.stdout)
    values = {name: ids[name] for name in constants(recipe.script) if name in ids}
    _opinions(judged, with_constants(recipe.script, values))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_the_judge_takes_what_a_script_of_the_corpus_sends(path: Path, judged: tuple[Stage, Judged]):
    _opinions(judged, path.read_text("utf-8"))


def test_the_judge_takes_what_the_idioms_send(judged: tuple[Stage, Judged]):
    for idiom in IDIOMS:
        _opinions(judged, PREFACE + idiom.code)


def test_a_wrong_parameter_is_seen_by_both(judged: tuple[Stage, Judged]):
    """The control of the tests above."""
    on_stage, judge = judged
    outcome = on_stage.run(PREFACE + "params = {'nmae': 'B'}\nstripe.Customer.create(**params)")
    assert outcome.exit == 1
    assert (judge.opinions[-1].fake, judge.opinions[-1].judge) == (400, 400)


def test_every_parameter_of_the_fakes_table_is_the_judges_too(port: int):
    """Each operation by itself, without each required parameter, with each optional one, and with one that does not exist."""
    refused: set[str] = set()
    tried = 0
    for operation, schema in TABLE.items():
        if operation == "POST /v1/files":  # Multipart; test_stripe_files.py has it.
            continue
        needed = {name[:-1]: sample(name[:-1], kind) for name, kind in schema.items() if name.endswith("!")}
        assert _status(port, operation, needed) == 200, operation
        assert _status(port, operation, needed | {"nonsense": "1"}) == 400, operation
        for name in needed:
            assert _status(port, operation, {key: value for key, value in needed.items() if key != name}) == 400, operation
        for name, kind in schema.items():
            # What `expand` takes are fields of the answer, whose example the judge cannot expand at will.
            value = sample(name, kind) if not name.endswith("!") and name != "expand" else None
            if value is not None:
                tried += 1
                refused |= {f"{operation} {name}"} if _status(port, operation, needed | {name: value}) != 200 else set()
    assert tried > 400
    assert refused == KNOWN


def test_each_known_difference_is_in_the_documentation():
    text = (ROOT / "docs" / "limitations" / "fakes-stripe.md").read_text("utf-8")
    assert [name for name in KNOWN if f"`{name.rpartition(' ')[2]}`" not in text] == []


def _status(port: int, operation: str, values: dict[str, Any]) -> int:
    method, _, path = operation.replace("{id}", "x_1").partition(" ")
    form, url = urlencode(list(flat(values))), f"https://api.stripe.com{path}"
    if method == "POST":
        request = HttpRequest(method, url, (("Content-Type", "application/x-www-form-urlencoded"),), form.encode())
    else:
        request = HttpRequest(method, f"{url}?{form}" if form else url, (), b"")
    return ask(port, request)[0]
