"""What Stripe scripts may not do: the validator tells by the SDK's names, the broker refuses whatever is written."""

from collections.abc import Iterator

import pytest
from stripe_stage import Stage, sandboxed, stage

from agentic.apis.stripe import STRIPE
from agentic.broker.credentials import key_class
from agentic.broker.rules import Allowed, Refused, Rules
from agentic.broker.scrub import scrub
from agentic.core.cache import cache_folder
from agentic.core.wire import HttpRequest, HttpResponse
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


def judge(path: str, form: str) -> Allowed | Refused:
    headers = (("Content-Type", "application/x-www-form-urlencoded"),)
    return Rules(STRIPE).judge(HttpRequest("POST", f"https://api.stripe.com{path}", headers, form.encode()))


@pytest.mark.parametrize(
    ("path", "form"),
    [
        # Numbers by the names that older releases of the API have for a card or an account.
        ("/v1/customers", "source[object]=card&source[number]=4242424242424242"),
        ("/v1/customers/cus_1", "source[object]=bank_account&source[account_number]=000123456789"),
        ("/v1/customers", "Source%5Bnumber%5D=4242424242424242"),
        ("/v1/customers/cus_1", "bank_account[account_number]=000123456789"),
        ("/v1/payment_methods", "type=payto&payto[account_number]=000123456"),
        ("/v1/payment_intents", "amount=9&currency=aud&payment_method_data[payto][account_number]=000123456"),
        # Stripe asks this mailbox to which account a refund is to go.
        ("/v1/refunds", "payment_intent=pi_1&instructions_email=mallory@example.com"),
        ("/v1/refunds", "payment_intent=pi_1&Instructions-Email=mallory@example.com"),
        # Another account, in odd spellings and at every depth.
        ("/v1/payment_intents", "amount=9&currency=eur&0[on_behalf_of]=acct_1"),
        ("/v1/payment_intents", "amount=9&currency=eur&transfer[data][destination]=acct_1"),
        ("/v1/payment_intents/pi_1/capture", "transfer_data[amount]=1"),
        ("/v1/checkout/sessions", "mode=payment&payment_intent_data[on%20behalf%20of]=acct_1"),
        ("/v1/checkout/sessions", "mode=subscription&subscription_data[invoice_settings][issuer][account]=acct_1"),
        ("/v1/payment_links", "invoice_creation[invoice_data][issuer][account]=acct_1"),
        ("/v1/invoices/create_preview", "issuer[account]=acct_1"),
    ],
)
def test_no_field_brings_a_number_or_sends_money_elsewhere(path: str, form: str):
    assert isinstance(judge(path, form), Refused)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/v1/customers", "source=tok_visa&email=ada@example.com"),
        ("/v1/payment_methods", "type=payto&payto[pay_id]=ada@example.com"),
        ("/v1/refunds", "payment_intent=pi_1&amount=900"),
        ("/v1/payment_intents", "amount=9&currency=eur&metadata[on_behalf_of]=Ada&metadata[number]=7"),
        ("/v1/checkout/sessions", "mode=payment&payment_intent_data[description]=x"),
    ],
)
def test_control_the_same_calls_without_such_a_field_are_allowed(path: str, form: str):
    assert isinstance(judge(path, form), Allowed)


def test_the_number_of_an_issued_card_is_taken_out_and_an_invoices_stays():
    """A card behind a balance transaction could be expanded with it."""
    body = b'{"source": {"card": {"last4": "4242", "number": "4000009990000013", "cvc": "123"}}, "number": "INV-7"}'
    got = scrub(STRIPE, HttpResponse(200, (), body), {"api_key": "sk_test_0123456789"}).body
    assert got == b'{"source": {"card": {"last4": "4242", "number": "[removed]", "cvc": "[removed]"}}, "number": "INV-7"}'


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("sk_live_0123456789", "live"),
        ("rk_live_0123456789", "live"),
        ("sk_org_live_0123456789", "live"),
        ("sk_org_0123456789", "live"),
        ("sk_test_0123456789", "test"),
        ("sk_org_test_0123456789", "unknown"),
    ],
)
def test_an_organisations_key_is_live_unless_it_says_otherwise(key: str, kind: str):
    assert key_class(STRIPE.secrets, {"api_key": key}) == kind
