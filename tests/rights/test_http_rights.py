"""Every right of the function `http_api` is needed by a request that is named here, or stands in the list of the unverified."""

import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from grants import POLICY, Grant, granted, used, without

sys.path.insert(0, str(Path(__file__).parent.parent / "e2e"))

from gateway_stage import Gateway, stage

from agentic.local.permissions import Decision
from agentic.topology.least_privilege.unverified import is_unverified

PART = "http-api"
TASK = "Create a Stripe customer named Alice Example with email alice@example.com"
# Its answer is longer than an item of the journal holds.
LONG = """import os
import stripe
stripe.api_key = os.environ["STRIPE_API_KEY"]
for number in range(4):
    stripe.Customer.create(name=f"Long {number}", metadata={f"key{place}": "x" * 500 for place in range(50)})
print(len(str(stripe.Customer.list(limit=100))))
"""


def submit(gateway: Gateway, **fields: object) -> tuple[bool, str]:
    status, accepted = gateway.ask("POST", "/runs", {"task": TASK, "api": "stripe", **fields})
    return status == 202, str(accepted.get("run_id", ""))


def ended(gateway: Gateway, run_id: str) -> bool:
    """By the record itself, a minute at most: what is under test is not asked."""
    store, until = gateway.cloud.stack("dev").door.store, time.monotonic() + 60
    while not store.get(run_id).status.final and time.monotonic() < until:
        time.sleep(0.1)
    return store.get(run_id).status.final


def own_script(gateway: Gateway) -> bool:
    """A script of the caller's own is stored and run; afterwards it is shown with each of its calls, the long ones too."""
    good, run_id = submit(gateway, code=LONG, writes="allow")
    if not good or not ended(gateway, run_id):
        return False
    status, run = gateway.ask("GET", f"/runs/{run_id}")
    if status != 200 or not run["code"]:
        return False
    return all(gateway.ask("GET", f"/runs/{run_id}/calls/{call['seq']}")[0] == 200 for call in run["calls"])


def listed(gateway: Gateway) -> bool:
    """The caller's runs."""
    status, page = gateway.ask("GET", "/runs")
    return status == 200 and bool(page["runs"])


def remembered(gateway: Gateway) -> bool:
    """A session is begun, shown and forgotten."""
    good, run_id = submit(gateway, session="named")
    if not good or not ended(gateway, run_id):
        return False
    shown, forgotten = gateway.ask("GET", "/sessions/named"), gateway.ask("DELETE", "/sessions/named")
    return (shown[0], forgotten[0]) == (200, 200) and bool(shown[1]["turns"])


def decided(gateway: Gateway) -> bool:
    """A run that waits is found again, and ended."""
    good, run_id = submit(gateway, writes="approve")
    if not good:
        return False
    store, until = gateway.cloud.stack("dev").door.store, time.monotonic() + 60
    while store.get(run_id).pending is None and time.monotonic() < until:
        time.sleep(0.1)
    return gateway.ask("POST", f"/runs/{run_id}/reject")[0] == 200


def cancelled(gateway: Gateway) -> bool:
    """A run is handed in under a key, and ended at once."""
    status, accepted = gateway.ask("POST", "/runs", {"task": TASK, "api": "stripe"}, Idempotency_Key=f"{time.time()}")
    return status == 202 and gateway.ask("POST", f"/runs/{accepted['run_id']}/cancel")[0] == 200


NAMED: tuple[Callable[[Gateway], bool], ...] = (listed, cancelled, decided, own_script, remembered)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with stage(tmp_path_factory.mktemp("rights"), http="iam") as gateway:
        yield gateway


def watched(gateway: Gateway, request: Callable[[Gateway], bool]) -> tuple[bool, list[Decision]]:
    decisions: list[Decision] = []
    with gateway.cloud._account.permissions.watched(decisions.append):
        return request(gateway), decisions


def test_without_each_right_a_named_request_fails_for_want_of_it(gateway: Gateway) -> None:
    permissions = gateway.cloud._account.permissions
    grants = [grant for grant in granted(permissions) if grant.part == PART]
    used_by: dict[Grant, list[Callable[[Gateway], bool]]] = {}
    assert own_script(gateway)
    for request in NAMED:
        good, decisions = watched(gateway, request)
        assert good, request.__name__
        assert [decision for decision in decisions if not decision.allowed] == []
        for grant in used(grants, permissions, decisions):
            used_by.setdefault(grant, []).append(request)
    assert len(used_by) > 8
    unexplained = [
        str(grant) for grant in grants if grant not in used_by and not is_unverified(grant.part, grant.sid, grant.action)
    ]
    assert unexplained == []

    def fails(grant: Grant, request: Callable[[Gateway], bool]) -> bool:
        document = permissions.policies(grant.role)[POLICY]
        permissions.set_policy(grant.role, POLICY, without(document, grant))
        try:
            good, decisions = watched(gateway, request)
        finally:
            permissions.set_policy(grant.role, POLICY, document)
        refused = {(decision.principal, decision.action) for decision in decisions if not decision.allowed}
        return not good and refused == {(grant.role, grant.action)}

    needless = [str(grant) for grant, requests in sorted(used_by.items()) if not any(fails(grant, one) for one in requests)]
    # What would only be slower or less exact without them.
    assert [grant for grant in needless if not re.search(r"sqs:(SendMessage|GetQueueAttributes)", grant)] == []
    # Everything is as it was.
    assert watched(gateway, listed)[0]
