"""The Stripe plugin as the registry takes it."""

import json
import subprocess
import sys

import pluggy

from agentic.apis import stripe as plugin
from agentic.apis.fakes.stripe import ROUTES
from agentic.apis.stripe import STRIPE
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
    allowed = {f"{operation.method} {operation.path}" for operation in STRIPE.hosts[0].operations}
    assert allowed == set(ROUTES)


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
