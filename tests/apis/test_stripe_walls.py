"""What Stripe scripts may not do: the validator tells by the SDK's names, the broker refuses whatever is written."""

from collections.abc import Iterator

import pytest
from stripe_stage import Stage, sandboxed, stage

from agentic.apis.stripe import STRIPE
from agentic.core.cache import cache_folder
from agentic.validator import ValidationPolicy, validate
from agentic.validator.describe import installed_index

_START = "import os, stripe\nstripe.api_key = os.environ['STRIPE_API_KEY']\nclient = stripe.StripeClient(stripe.api_key)\n"


@pytest.fixture(scope="module")
def on_stage() -> Iterator[Stage]:
    with sandboxed() as sandbox, stage(sandbox) as made:
        yield made


@pytest.fixture(scope="module")
def policy() -> ValidationPolicy:
    return ValidationPolicy.for_spec(STRIPE, installed_index(STRIPE.sdk, cache_folder()))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("stripe.Payout.create(amount=100, currency='eur')", "money does not leave the account"),
        ("client.v1.payouts.create(params={'amount': 100, 'currency': 'eur'})", "money does not leave the account"),
        ("stripe.Transfer.create(amount=1, currency='eur', destination='acct_1')", "money does not leave the account"),
        ("stripe.Topup.create(amount=1, currency='eur')", "money is not moved into the account"),
        ("stripe.Account.retrieve()", "one account only"),
        ("client.v1.account_links.create(params={'account': 'acct_1', 'type': 'account_onboarding'})", "one account only"),
        ("stripe.EphemeralKey.create(customer='cus_1', stripe_version='x')", "no new secrets"),
        ("stripe.WebhookEndpoint.create(url='https://example.com', enabled_events=['*'])", "events are not sent elsewhere"),
        ("stripe.issuing.Card.create(type='virtual', currency='eur')", "cards are not issued"),
        ("client.v1.issuing.cards.list()", "cards are not issued"),
        ("stripe.Customer.create_source('cus_1', source='tok_visa')", "card and bank numbers"),
        ("stripe.FileLink.create(file='file_1')", "not made public"),
    ],
)
def test_the_validator_says_why_a_name_is_of_no_use_here_and_the_broker_refuses_it_too(
    call: str, said: str, policy: ValidationPolicy, on_stage: Stage
):
    code = f"{_START}{call}\n"
    assert [finding.rule for finding in validate(code, policy).findings] == ["sdk_refused"]
    assert said in validate(code, policy).findings[0].message
    before = len(on_stage.transport.requests)
    outcome = on_stage.run(code)
    assert outcome.exit == 1
    assert "PermissionError" in outcome.stderr
    assert len(on_stage.transport.requests) == before


def test_what_is_allowed_is_neither_refused_by_name_nor_by_the_broker(policy: ValidationPolicy, on_stage: Stage):
    """The control."""
    code = f"{_START}stripe.Customer.create(name='A')\nclient.v1.customers.list()\nstripe.Balance.retrieve()\n"
    assert validate(code, policy).valid
    assert on_stage.run(code).success


@pytest.mark.parametrize(
    "call",
    [
        "stripe.PaymentMethod.create(type='card', card={'number': '4242424242424242', 'exp_month': 1, 'exp_year': 2030})",
        "stripe.PaymentMethod.create(type='sepa_debit', sepa_debit={'iban': 'DE89370400440532013000'})",
        "stripe.PaymentIntent.create(amount=9, payment_method_data={'type': 'card', 'card': {'number': '4242424242424242'}})",
    ],
)
def test_no_number_of_a_card_or_a_bank_account_passes_the_broker(call: str, on_stage: Stage):
    before = len(on_stage.transport.requests)
    outcome = on_stage.run(f"{_START}{call}\n")
    assert "PermissionError" in outcome.stderr
    assert len(on_stage.transport.requests) == before


def test_a_test_card_by_name_or_token_passes(on_stage: Stage):
    """The control: the same calls without a number."""
    code = f"""{_START}
method = stripe.PaymentMethod.create(type="card", card={{"token": "tok_visa"}})
for card in (method.id, "pm_card_visa"):
    payment = stripe.PaymentIntent.create(
        amount=900, currency="usd", payment_method=card, confirm=True, allowed_payment_method_types=["card"]
    )
    print(payment.status)
"""
    assert on_stage.run(code).stdout.split() == ["succeeded", "succeeded"]
