"""Stripe's dangerous endpoints stay refused when a stack widens its operations to everything, and whatever the spelling."""

import dataclasses
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from agentic.apis.stripe import STRIPE
from agentic.broker.credentials import to_send
from agentic.broker.rules import Allowed, Refused, Rules
from agentic.core.spec import ApiSpec, Operation
from agentic.core.wire import Headers, HttpRequest

METHODS = ("GET", "POST", "DELETE")
FORM: Headers = (("Content-Type", "application/x-www-form-urlencoded"),)
# reference/apis.md, section 4, and what belongs to the same families in the SDK's own list of endpoints.
DANGEROUS = re.compile(
    r"/v1/(?:payouts|transfers|topups|accounts?|account_links|account_sessions|ephemeral_keys|terminal/connection_tokens"
    r"|webhook_endpoints|apps/secrets|issuing|treasury|application_fees|balance_settings|forwarding|tokens|sources"
    r"|customers/\{customer\}/(?:sources|bank_accounts|cards)|test_helpers/issuing)(?:/|$)"
    r"|/v2/(?:core|money_management)/"
)


def everything(*, refused: bool = True) -> ApiSpec:
    """Stripe as a stack would have it that allows every method on every path."""
    paths = ["/" + "/".join(f"{{part{number}}}" for number in range(depth)) for depth in range(1, 9)]
    operations = tuple(Operation(method, path, "everything") for method in METHODS for path in paths)
    host = dataclasses.replace(STRIPE.hosts[0], operations=operations)
    return dataclasses.replace(STRIPE, hosts=(host,), refused=STRIPE.refused if refused else ())


def endpoints() -> list[str]:
    """Every path that the installed SDK knows."""
    spec = find_spec("stripe")
    assert spec
    assert spec.origin
    found: set[str] = set()
    for service in Path(spec.origin).parent.rglob("*_service.py"):
        found |= set(re.findall(r'"(/v[12]/[^"]+)"', service.read_text("utf-8")))
    return sorted(found)


WIDE, OPEN = Rules(everything()), Rules(everything(refused=False))
ENDPOINTS = endpoints()


def judged(rules: Rules, method: str, path: str, body: bytes = b"") -> Allowed | Refused:
    return rules.judge(HttpRequest(method, f"https://api.stripe.com{path}", FORM if body else (), body))


def test_every_dangerous_endpoint_of_the_sdk_is_refused_by_every_method() -> None:
    dangerous = [re.sub(r"\{\w+\}", "x_1", path) for path in ENDPOINTS if DANGEROUS.search(path)]
    assert len(dangerous) > 150
    for path in dangerous:
        for method in METHODS:
            for spelled in (path, path.upper().replace("/V", "/v", 1), f"{path}.json"):
                answer = judged(WIDE, method, spelled)
                assert isinstance(answer, Refused), (method, spelled)
                assert "never allowed" in answer.reason


@pytest.mark.parametrize(
    "path",
    [
        *("payouts", "transfers", "topups", "accounts", "account_links", "ephemeral_keys", "terminal/connection_tokens"),
        *("webhook_endpoints", "apps/secrets", "apps/secrets/find", "issuing/cards", "issuing/cardholders", "account"),
        *("customers/cus_1/sources", "tokens", "accounts/acct_1/external_accounts", "accounts/acct_1/login_links"),
        *("payouts/po_1/cancel", "transfers/tr_1/reversals/trr_1", "issuing/authorizations/iauth_1/approve"),
    ],
)
def test_list_of_the_reference_is_refused_and_a_control_without_it_is_not(path: str) -> None:
    assert isinstance(judged(WIDE, "POST", f"/v1/{path}"), Refused)
    assert isinstance(judged(OPEN, "POST", f"/v1/{path}"), Allowed)


def test_second_line_refuses_nothing_that_is_allowed() -> None:
    rules = Rules(STRIPE)
    for operation in STRIPE.hosts[0].operations:
        answer = judged(rules, operation.method, operation.path.replace("{id}", "x_1"))
        assert isinstance(answer, Allowed), answer
        assert answer.operation is operation


FIELDS = (
    *("transfer_data[destination]=acct_1", "on_behalf_of=acct_1", "application_fee_amount=1", "destination=acct_1"),
    *("payment_intent_data[transfer_data][destination]=acct_1", "subscription_data[application_fee_percent]=1"),
    *("setup_intent_data[on_behalf_of]=acct_1", "issuer[account]=acct_1", "automatic_tax[liability][account]=acct_1"),
    *("invoice_creation[invoice_data][issuer][account]=acct_1", "subscription_data[invoice_settings][issuer][account]=acct_1"),
)
AS_ANOTHER = ("_stripe_account=acct_1", "_stripe_context=acct_1", "key=pk_live_1", "KEY=pk_live_1", "_stripe%5faccount=acct_1")


@pytest.mark.parametrize("field", FIELDS)
def test_field_that_leads_money_elsewhere_is_refused_in_every_write(field: str) -> None:
    rules = Rules(STRIPE)
    for operation in STRIPE.hosts[0].operations:
        if operation.method == "POST":
            answer = judged(rules, "POST", operation.path.replace("{id}", "x_1"), field.encode())
            assert isinstance(answer, Refused), operation.path


@pytest.mark.parametrize("field", AS_ANOTHER)
def test_field_that_acts_as_another_account_is_refused_in_query_and_body_of_every_operation(field: str) -> None:
    """What Stripe's browser library sends in place of the headers that are refused."""
    rules = Rules(STRIPE)
    for operation in STRIPE.hosts[0].operations:
        path = operation.path.replace("{id}", "x_1")
        assert isinstance(judged(rules, operation.method, f"{path}?{field}"), Refused)
        if operation.method != "GET":
            assert isinstance(judged(rules, operation.method, path, field.encode()), Refused)
    assert isinstance(judged(OPEN, "GET", f"/v1/customers?{field}"), Allowed)  # The control.


@pytest.mark.parametrize("name", ["Stripe-Account", "stripe-context", "STRIPE_ACCOUNT", "Stripe_Context"])
def test_header_that_acts_as_another_account_is_refused(name: str) -> None:
    """Left out, it would be done in the key's own account, which is not what the script said."""

    def answered(spec: ApiSpec) -> Allowed | Refused:
        headers = ((name, "acct_1"), ("Stripe-Version", "2026"))
        return Rules(spec).judge(HttpRequest("POST", "https://api.stripe.com/v1/customers", headers))

    answer = answered(STRIPE)
    assert isinstance(answer, Refused)
    assert name in answer.reason
    # The control.
    open_ = answered(dataclasses.replace(STRIPE, refused_headers=()))
    assert isinstance(open_, Allowed)
    assert ("Stripe-Version", "2026") in to_send(STRIPE, open_, {"api_key": "sk_test_1"}).headers
