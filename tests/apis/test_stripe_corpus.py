"""The corpus's Stripe scripts: accepted, exit 0, the output that their task asks for, placeholders only.

How long the platform takes for each, without the time of the API's answers, is printed at the end (`platform_times.py`).
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from stripe_stage import ACCOUNT, Stage, sandboxed, stage

from agentic.apis.stripe import STRIPE
from agentic.core.cache import cache_folder
from agentic.sandbox import Sandbox
from agentic.validator import ValidationPolicy, validate
from agentic.validator.describe import installed_index

FOLDER = Path(__file__).parents[1] / "corpus" / "stripe"
SCRIPTS = sorted(FOLDER.glob("*.py"))
_DAY = 86_400

# Script to what its output has, for the account of `ACCOUNT`.
PRINTS = {
    "02_product_monthly_price": r"Product: Pro plan \(prod_\w+\)\nPrice: +price_\w+ = 20\.00 USD/month",
    "04_list_recent_charges": r"30\.00 USD failed [\s\S]*5 charges, 87\.00 paid in total",
    "06_subscription_with_trial": r"Subscription sub_\w+: trialing\nTrial ends: [\s\S]* - price_\w+ x 1",
    "08_failed_payments_report": r"insufficient_funds,Your card has insufficient funds\.[\s\S]*insufficient_funds: 1",
    "10_export_customers_csv": r"cus_\w+,Ada,ada@example\.com,\d{4}-\d\d-\d\d,GB",
    "12_coupon_promo_code": r"25\.0% off for 3 months\nPromotion code: SPRING25 \(promo_\w+\), max 100 uses",
    "14_payment_link": r"^https://buy\.stripe\.com/test_\w+$",
    "16_overdue_invoices": r": 1\nin_\w+ +7\.00 USD +4 days  ada@example\.com",
    "18_fees_by_type": r"charge +USD n=4 +gross= +87\.00 fees= +3\.72 net= +83\.28",
    "20_idempotent_payment": r"First call: +pi_(\w+) succeeded\nRetry call: +pi_\1 succeeded\nCharged once: True",
    "22_mrr": r"Active subscriptions: 1\nMRR: 78\.26 USD",
    "24_async_customers": r"^(?:cus_\w+\n){5}Created 5 customers",
    "26_disputes_summary": r"Money at stake: 30\.00\nDisputes that need a response: 1\n  du_\w+: 30\.00 USD reason=fraudulent",
    "28_churn_report": r"\d{4}-\d\d: 1 canceled\nMedian lifetime: 0\.0 days \(n=1\)",
    "30_verify_webhook": r"Valid event evt_test_1 [\s\S]*\nTampered signature rejected",
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with sandboxed() as made:
        yield made


@pytest.fixture
def on_stage(sandbox: Sandbox) -> Iterator[Stage]:
    """A fresh account each, so that no script sees another's work; its invoice fell due five days ago."""
    with stage(sandbox) as made:
        prepared = made.run(ACCOUNT)
        assert prepared.success, prepared.stderr
        for key, text in made.store.items():
            if key.startswith("invoice/"):
                invoice = json.loads(text)
                due = invoice["due_date"] and invoice["due_date"] - 5 * _DAY - 60
                made.store[key] = json.dumps(invoice | {"due_date": due})
        yield made


@pytest.fixture(scope="module")
def policy() -> ValidationPolicy:
    return ValidationPolicy.for_spec(STRIPE, installed_index(STRIPE.sdk, cache_folder()))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_corpus_script_does_what_its_task_says(
    path: Path,
    on_stage: Stage,
    policy: ValidationPolicy,
    record_property: Callable[[str, object], None],
):
    code = path.read_text("utf-8")
    verdict = validate(code, policy)
    assert verdict.valid, verdict.findings
    before = len(on_stage.transport.requests), on_stage.transport.seconds
    begun = time.perf_counter()
    outcome = on_stage.run(code)
    taken = time.perf_counter() - begun - (on_stage.transport.seconds - before[1])
    record_property("platform_ms", round(1000 * taken, 1))
    assert (outcome.exit, outcome.reason) == (0, ""), outcome.stderr
    assert re.search(PRINTS[path.stem], outcome.stdout.strip()), outcome.stdout
    # The key was in each request that left the broker, and in nothing on the script's side.
    sent = on_stage.transport.requests[before[0] :]
    assert all(dict(request.headers)["Authorization"] == f"Bearer {on_stage.key}" for request in sent)
    assert on_stage.key not in outcome.stdout + outcome.stderr + repr(on_stage.calls)


def test_every_script_of_the_corpus_has_an_expectation():
    assert {path.stem for path in SCRIPTS} == set(PRINTS)


def test_a_script_sees_the_placeholder_and_not_the_key(on_stage: Stage):
    code = 'import os\nprint(os.environ["STRIPE_API_KEY"], os.environ["STRIPE_SECRET_KEY"])'
    assert set(on_stage.run(code).stdout.split()) == {STRIPE.secrets[0].placeholder}
    assert on_stage.key != STRIPE.secrets[0].placeholder
