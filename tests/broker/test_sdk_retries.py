"""SDKs and clients that send a write again by themselves make one effect, because they never see an uncertain answer."""

from collections.abc import Iterator

import pytest
from broker_stage import GRANT, HOST
from faulty_api import KEYED, UNKEYED, FaultyApi
from sandbox_stage import HEADER, SDK_FOLDERS

from agentic.broker.broker import Broker
from agentic.broker.ca import Authority
from agentic.broker.ledger import MemoryLedger
from agentic.broker.relay import Relay
from agentic.core.spec import ApiSpec
from agentic.core.values import Outcome, Target
from agentic.sandbox import Sandbox, SandboxPolicy

RETRYING = """
import requests
from urllib3.util import Retry
session = requests.Session()
session.mount("https://", requests.adapters.HTTPAdapter(max_retries=Retry(3, allowed_methods=None, status_forcelist=[500])))
print(session.post(URL, data={"name": "Ada"}, headers=AUTH).json()["id"])
"""
STRIPE = """
import os
import stripe
stripe.api_key = os.environ["STRIPE_API_KEY"]
stripe.max_network_retries = 2
print(stripe.Customer.create(name="Ada").id)
"""
LOOP = """
import requests
for _ in range(3):
    try:
        answer = requests.post(URL, data={"name": "Ada"}, headers=AUTH)
        answer.raise_for_status()
        print(answer.json()["id"])
        break
    except Exception as error:
        print("again", type(error).__name__)
"""


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(KEYED.sdk, python_path=SDK_FOLDERS) as made:
        yield made


def run(sandbox: Sandbox, authority: Authority, api: FaultyApi, spec: ApiSpec, code: str) -> tuple[Outcome, MemoryLedger]:
    ledger = MemoryLedger(GRANT, spec.name)
    broker = Broker(spec, ledger, lambda _: {"api_key": "sk_test_key"}, {Target.FAKE: api})
    relay = Relay([HOST], lambda request, origin: broker.call(GRANT, request, origin), authority, refusal=spec.refusal)
    return sandbox.run(HEADER + code, SandboxPolicy(spec.environment, seconds=30), relay), ledger


@pytest.mark.parametrize("code", [RETRYING, STRIPE, LOOP], ids=["requests with Retry", "stripe", "a loop of the script's"])
@pytest.mark.parametrize("fault", ["cut after", "500 after", "cut before"])
def test_with_a_key_one_effect_and_the_right_answer(sandbox: Sandbox, authority: Authority, code: str, fault: str) -> None:
    api = FaultyApi(fault)
    outcome, _ = run(sandbox, authority, api, KEYED, code)
    assert (outcome.stdout.strip(), len(api.made)) == ("cus_1", 1), outcome.stderr


@pytest.mark.parametrize("code", [RETRYING, STRIPE, LOOP], ids=["requests with Retry", "stripe", "a loop of the script's"])
@pytest.mark.parametrize("fault", ["cut after", "500 after"])
def test_without_one_the_script_is_ended_before_it_can_send_again(
    sandbox: Sandbox, authority: Authority, code: str, fault: str
) -> None:
    api = FaultyApi(fault, keyed=False)
    outcome, ledger = run(sandbox, authority, api, UNKEYED, code)
    assert (outcome.success, outcome.reason, len(api.sent)) == (False, "unknown", 1)
    assert "again" not in outcome.stdout
    assert ledger.error
