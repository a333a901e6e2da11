"""The Stripe plugin as the registry takes it."""

import json
import subprocess
import sys
from typing import Any

import pluggy
import stripe

from agentic.apis import stripe as plugin
from agentic.apis.fakes.stripe import ROUTES, fake_stripe, files
from agentic.apis.stripe import STRIPE
from agentic.core.fake import FakeRequest
from agentic.core.spec import ApiSpec
from agentic.registry import Registry, hookspecs


def test_the_hook_brings_one_api_that_the_registry_takes():
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(plugin)
    manager.check_pending()
    specs = [spec for result in manager.hook.agentic_apis() for spec in result]
    assert Registry(specs).get("stripe") is STRIPE


def test_the_spec_survives_freezing():
    assert ApiSpec.from_data(json.loads(json.dumps(STRIPE.to_data()))) == STRIPE


def test_the_fake_answers_exactly_what_is_allowed():
    allowed = {host.name: {f"{operation.method} {operation.path}" for operation in host.operations} for host in STRIPE.hosts}
    assert allowed == {"api.stripe.com": set(ROUTES), files.HOST: {*files.FILE_ROUTES, files.CONTENTS}}


def test_every_credential_of_stripe_is_the_same_key():
    assert {host.credential for host in STRIPE.hosts} == {STRIPE.hosts[0].credential}


def test_every_refused_name_is_in_the_sdk_and_tells_why():
    for name, reason in STRIPE.sdk.refused:
        found: Any = stripe
        for part in name.split(".")[1:]:
            found = getattr(found, part)
        assert found
        assert len(reason) > 20


def test_no_refused_name_is_one_that_an_allowed_operation_needs():
    """The SDK's class of each allowed path is not among the refused names."""
    allowed = {operation.path for host in STRIPE.hosts for operation in host.operations}
    refused = [name.split(".") for name, _ in STRIPE.sdk.refused]
    classes = [getattr(stripe, names[1]) for names in refused if len(names) == 2 and names[1][0].isupper()]
    paths = {path for kind in classes if hasattr(kind, "OBJECT_NAME") for path in (_path_of(kind),) if path}
    assert {"/v1/payouts", "/v1/accounts", "/v1/webhook_endpoints"} <= paths
    assert not paths & allowed


def _path_of(kind: Any) -> str:
    try:
        return kind.class_url()
    except (AttributeError, NotImplementedError):
        return ""


def test_the_key_check_reads_and_its_answer_says_whether_the_key_is_live():
    check = STRIPE.key_check
    assert check is not None
    operations = {f"{o.method} {o.path}": o for host in STRIPE.hosts if host.name == check.host for o in host.operations}
    assert not operations[f"GET {check.path}"].writes
    request = FakeRequest("GET", check.host, check.path, headers={"authorization": "Bearer sk_test_a"})
    assert json.loads(fake_stripe({}, {"api_key": "sk_test_a"}).respond(request).body)[check.live_field] is False
    assert fake_stripe({}, {"api_key": "sk_test_b"}).respond(request).status == 401


def test_what_is_dangerous_is_not_among_the_operations():
    allowed = [operation.path for host in STRIPE.hosts for operation in host.operations]
    never = {operation.path.split("/")[2] for operation in STRIPE.refused if operation.path != "/v1/customers/{id}/sources"}
    never -= {"customers"}
    assert {"payouts", "transfers", "topups", "accounts", "webhook_endpoints", "ephemeral_keys", "issuing", "apps"} <= never
    assert not [path for path in allowed if path.split("/")[2] in never]


def test_money_cannot_be_sent_to_another_account_by_a_field():
    writes = [operation for operation in STRIPE.hosts[0].operations if operation.method == "POST"]
    assert writes
    assert all({"on_behalf_of", "transfer_data", "payment_intent_data.transfer_data"} <= set(o.refused_fields) for o in writes)


def test_the_placeholder_is_a_test_key_by_its_form_and_no_live_one():
    import re

    secret = STRIPE.secrets[0]
    assert re.fullmatch(secret.test_pattern, secret.placeholder)
    assert re.fullmatch(secret.test_pattern, secret.fake_value.replace("{random}", "0a1B"))
    assert not re.search(secret.live_pattern, secret.placeholder)
    assert re.fullmatch(secret.live_pattern, "rk_live_" + "0a1B")


def test_the_sandbox_module_needs_no_registry_and_a_warm_process_imports_nothing_more_of_the_sdk():
    """After the warm-up, the calls of a recipe import no further module of the SDK, and no thread is left."""
    script = """
import sys, threading
from agentic.apis import stripe_sandbox
stripe_sandbox.warm_up()
assert "pluggy" not in sys.modules and "agentic.registry" not in sys.modules
import stripe
assert stripe.enable_telemetry is False and stripe.default_http_client is None and threading.active_count() == 1
before = set(sys.modules)
client = stripe.StripeClient("sk_test_x", http_client=stripe_sandbox._Canned())
stripe.default_http_client = stripe_sandbox._Canned()
stripe.api_key = "sk_test_x"
for resource in (stripe.Customer, stripe.Product, stripe.Price, stripe.PaymentIntent, stripe.Invoice, stripe.Subscription):
    resource.list(limit=1).data
stripe.Customer.create(name="Zoe")
stripe.Refund.create(payment_intent="pi_1")
print(sorted(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.strip(), done.stderr, done.returncode) == ("[]", "", 0)
