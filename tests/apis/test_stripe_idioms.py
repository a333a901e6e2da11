"""What models write with SDKs of all ages is accepted and works, with the SDK of the lock and with an older one."""

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stripe
from fake_world import KEY, World, serve
from older_stripe import python_with_stripe
from stripe_idioms_table import IDIOMS, PREFACE, Idiom
from stripe_stage import Stage, sandboxed, stage

from agentic.apis.stripe import STRIPE
from agentic.core.cache import cache_folder
from agentic.validator import ValidationPolicy, validate
from agentic.validator.describe import installed_index

OLDER = "14.4.2"

# Runs the idioms that it reads, each in a namespace of its own, and writes what each printed, or how it failed.
_RUNNER = """
import contextlib, io, json, os, sys, warnings
warnings.simplefilter("ignore")
given = json.load(sys.stdin)
import stripe
if given["help"]:
    from agentic.apis import stripe_idioms
    stripe_idioms.install()
stripe.enable_telemetry = False
stripe.api_base = given["url"]
StripeClient = stripe.StripeClient
stripe.StripeClient = lambda key: StripeClient(key, base_addresses={"api": given["url"]})
said = {}
for name, code in given["idioms"].items():
    out, stripe.api_version = io.StringIO(), given.setdefault("version", stripe.api_version)
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(code, name, "exec"), {"__name__": "__main__"})
        said[name] = out.getvalue().strip()
    except Exception as error:
        said[name] = f"{type(error).__name__}: {error}"
print(json.dumps({"sdk": stripe.VERSION, "said": said}))
"""


@pytest.fixture(scope="module")
def on_stage() -> Iterator[Stage]:
    with sandboxed() as sandbox, stage(sandbox) as made:
        yield made


@pytest.fixture(scope="module")
def policy() -> ValidationPolicy:
    index = installed_index(STRIPE.sdk, cache_folder())
    assert index is not None
    return ValidationPolicy.for_spec(STRIPE, index)


@pytest.mark.parametrize("idiom", IDIOMS, ids=lambda idiom: idiom.name)
def test_the_idiom_is_accepted_and_works_in_the_sandbox(idiom: Idiom, on_stage: Stage, policy: ValidationPolicy):
    code = PREFACE + idiom.code
    verdict = validate(code, policy)
    assert verdict.valid, verdict.findings
    outcome = on_stage.run(code)
    assert (outcome.exit, outcome.stderr, outcome.stdout.strip()) == (0, "", idiom.prints)


def test_without_the_help_exactly_the_marked_idioms_fail():
    """The control: what is marked needs the help, and what is not marked shows nothing of it."""
    sdk, said = _run_elsewhere(Path(sys.executable), IDIOMS, with_help=False)
    assert sdk == stripe.VERSION
    assert {idiom.name for idiom in IDIOMS if said[idiom.name] != idiom.prints} == {i.name for i in IDIOMS if i.helped}


def test_the_idioms_work_on_an_older_sdk_too():
    idioms = [idiom for idiom in IDIOMS if idiom.oldest <= int(OLDER.partition(".")[0])]
    sdk, said = _run_elsewhere(python_with_stripe(OLDER), idioms, with_help=True)
    assert sdk == OLDER
    assert said == {idiom.name: idiom.prints for idiom in idioms}


def test_the_validator_knows_the_added_names_by_the_spec_alone(policy: ValidationPolicy):
    without = dataclasses.replace(STRIPE.sdk, additions=())
    bare = dataclasses.replace(policy, sdk=installed_index(without, cache_folder()))
    code = "import stripe.error\nfrom stripe.error import CardError\n"
    assert validate(code, policy).valid
    assert not validate(code, bare).valid
    assert not validate(code.replace("CardError", "CradError"), policy).valid


def test_the_sdk_still_refuses_what_a_payment_does_not_take_for_a_script_that_says_so(policy: ValidationPolicy):
    code = 'import stripe\nstripe.PaymentIntent.create(amount=1, currency="usd", payment_method_types=["card"])\n'
    (finding,) = validate(code, policy).findings
    assert (finding.rule, "allowed_payment_method_types" in finding.fix) == ("sdk_parameter", True)


def _run_elsewhere(python: Path, idioms: tuple[Idiom, ...] | list[Idiom], *, with_help: bool) -> tuple[str, dict[str, Any]]:
    """The SDK's version in this Python, and what each idiom printed there against a fresh fake."""
    server = serve(World().fake())
    given = {
        "help": with_help,
        "url": f"http://127.0.0.1:{server.server_port}",
        "idioms": {idiom.name: PREFACE + idiom.code for idiom in idioms},
    }
    root = Path(__file__).parents[2]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(root), "STRIPE_API_KEY": KEY}
    try:
        done = subprocess.run(
            [python, "-c", _RUNNER], input=json.dumps(given), capture_output=True, text=True, timeout=120, env=environment
        )
    finally:
        server.shutdown()
        server.server_close()
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    return answer["sdk"], answer["said"]
