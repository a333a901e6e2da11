"""Approval inside running code: each write is asked for, and the state is that of a run that was never asked."""

import dataclasses
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from approving import TWO_WRITES, approve_each, execute, restore, state_of, told

from agentic import LocalCloud
from agentic.agents.front_door import FrontDoor
from agentic.core.errors import RefusedError, UnknownRunError
from agentic.core.limits import RunLimits
from agentic.core.names import StackNames
from agentic.core.values import RunResult, RunStatus
from agentic.local.identities import person
from agentic.runs.wanted import Wanted
from tests.e2e.test_corpus_in_the_sandbox import ACCOUNT

pytestmark = pytest.mark.cloud

CORPUS = Path(__file__).parents[1] / "corpus"
SCRIPTS = [
    *("stripe/02_product_monthly_price", "stripe/06_subscription_with_trial", "stripe/12_coupon_promo_code"),
    *("stripe/14_payment_link", "stripe/20_idempotent_payment", "stripe/24_async_customers", "styles/threads_and_a_lock"),
    *("styles/async_with_a_semaphore", "styles/retries_with_a_decorator", "github/04_sync_labels", "github/20_comment_on_prs"),
]
PREPARE = f"import contextlib, os, stripe\nstripe.api_key = os.environ['STRIPE_API_KEY']\n{ACCOUNT}"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud(tmp_path_factory.mktemp("approvals") / ".agentic") as cloud:
        prepared = execute(cloud, PREPARE, "stripe", "allow")
        assert prepared.status is RunStatus.COMPLETED, prepared.error
        yield cloud


def tomorrow(cloud: LocalCloud) -> FrontDoor:
    """The front door as it will be when every question of today has expired."""
    services = dataclasses.replace(cloud.stack("dev").door._services, clock=lambda: time.time() + 25 * 3600)
    return FrontDoor(services, StackNames("dev"), "", RunLimits())


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_corpus_script_whose_writes_are_approved_one_by_one_leaves_the_state_that_it_leaves_with_allow(
    cloud: LocalCloud, name: str
):
    api, code = "github" if name.startswith("github") else "stripe", (CORPUS / f"{name}.py").read_text("utf-8")
    state = state_of(cloud, api)
    before = dict(state)
    allowed = execute(cloud, code, api, "allow")
    assert allowed.status is RunStatus.COMPLETED, allowed.error
    # A write under a key that the script has used before is answered from the journal: nobody is asked, and it takes no time.
    expected, writes = told(state, before), sum(call.write and call.duration_ms > 0 for call in allowed.calls)
    restore(state, before)
    asked = execute(cloud, code, api, "approve")
    result, seconds = approve_each(cloud, asked)
    assert result.status is RunStatus.COMPLETED, result.error
    assert told(state, before) == expected
    assert (len(seconds), bool(expected)) == (writes, True), "the control: the scripts do change something"
    slowest = max(seconds, default=0.0)
    sys.stdout.write(f"{name}: {writes} writes approved, {sum(seconds):.2f} s in all, {slowest:.2f} s the slowest resume\n")


def test_all_of_a_script_is_asked_once(cloud: LocalCloud):
    asked = execute(cloud, TWO_WRITES, "stripe", "approve")
    assert asked.pending
    result = cloud.approve(asked.run_id, asked.pending, every=True)
    assert (result.status, [call.status for call in result.calls]) == (RunStatus.COMPLETED, [200, 200])


def test_an_approval_counts_once_and_for_the_call_that_was_shown(cloud: LocalCloud):
    asked = execute(cloud, TWO_WRITES, "stripe", "approve")
    shown = asked.pending
    assert shown
    second = cloud.approve(asked.run_id, shown)
    assert (second.status, len(second.calls)) == (RunStatus.PAUSED, 1)
    with pytest.raises(RefusedError, match="not the call that the run waits with"):
        cloud.approve(asked.run_id, shown)
    assert second.pending
    with pytest.raises(RefusedError, match="not the call"):
        cloud.approve(asked.run_id, dataclasses.replace(second.pending, code_sha256="0" * 64))
    with pytest.raises(RefusedError, match="not the call"):
        cloud.approve(asked.run_id, dataclasses.replace(second.pending, account="0" * 32))
    assert len(cloud.result(asked.run_id).calls) == 1
    # The control: with what is shown now it goes on.
    assert cloud.approve(asked.run_id, second.pending).status is RunStatus.COMPLETED
    with pytest.raises(RefusedError, match="completed; nothing waits"):
        cloud.approve(asked.run_id, second.pending)


def test_the_approval_of_one_run_is_none_for_another(cloud: LocalCloud):
    first, other = (execute(cloud, TWO_WRITES, "stripe", "approve") for _ in range(2))
    assert first.pending
    assert other.pending
    assert first.pending.digest == other.pending.digest, "the same call of the same script"
    with pytest.raises(RefusedError, match="not the call"):
        cloud.approve(other.run_id, first.pending)
    with pytest.raises(UnknownRunError):
        cloud.approve("run_0000000000000000", first.pending)
    assert cloud.result(other.run_id).calls == ()
    # The control.
    assert cloud.approve(other.run_id, other.pending).calls[0].status == 200


def test_what_is_rejected_is_not_sent_and_the_run_has_ended(cloud: LocalCloud):
    asked = execute(cloud, TWO_WRITES, "stripe", "approve")
    before = dict(state_of(cloud, "stripe"))
    result = cloud.reject(asked.run_id)
    assert (result.status, result.error.code if result.error else "") == (RunStatus.REFUSED, "rejected")
    assert result.error
    assert result.error.message.startswith(f"{person()} did not allow POST ")
    assert (result.calls, result.pending) == ((), None)
    assert dict(state_of(cloud, "stripe")) == before
    assert asked.pending
    with pytest.raises(RefusedError, match="refused; nothing waits"):
        cloud.approve(asked.run_id, asked.pending)
    with pytest.raises(RefusedError, match="refused; nothing waits"):
        cloud.reject(asked.run_id)


def test_a_question_that_has_expired_is_answered_by_nobody(cloud: LocalCloud):
    asked = execute(cloud, TWO_WRITES, "stripe", "approve")
    assert asked.pending
    # The control: today it is in time.
    second = cloud.approve(asked.run_id, asked.pending)
    assert second.calls[0].status == 200
    assert second.pending
    with pytest.raises(RefusedError, match="too late: the question has expired") as refused:
        tomorrow(cloud).approve(asked.run_id, second.pending, "me")
    assert refused.value.hint == "run it again"
    result = cloud.result(asked.run_id)
    assert (result.status, result.error.code if result.error else "") == (RunStatus.FAILED, "expired")
    assert len(result.calls) == 1
    with pytest.raises(RefusedError, match="expired"):
        cloud.approve(asked.run_id, second.pending)


@pytest.mark.parametrize("look", ["show", "list", "recover", "reject"])
def test_a_run_whose_question_has_expired_is_failed_as_soon_as_somebody_looks(cloud: LocalCloud, look: str):
    asked = execute(cloud, TWO_WRITES, "stripe", "approve")
    assert cloud.result(asked.run_id).status is RunStatus.PAUSED, "the control: today it waits"
    door = tomorrow(cloud)
    match look:
        case "show":
            assert door.result(asked.run_id).status is RunStatus.FAILED
        case "list":
            assert asked.run_id in [run.run_id for run in door.recent(50, Wanted(statuses=("failed",)))]
        case "recover":
            assert asked.run_id not in door.unfinished(time.time() + 86400 * 2)
        case _:
            with pytest.raises(RefusedError, match="expired"):
                door.reject(asked.run_id, "me")
    result = cloud.result(asked.run_id)
    assert result.error
    assert (result.status, result.error.code, result.error.hint) == (RunStatus.FAILED, "expired", "run it again")
    assert "POST https://api.stripe.com/v1/customers within 24 h" in result.error.message


def test_an_approval_while_the_stack_has_another_account_s_key_says_so_and_sends_nothing(cloud: LocalCloud):
    asked = execute(cloud, TWO_WRITES, "stripe", "approve")
    assert asked.pending
    context = cloud._contexts["dev"]
    secret = context.client("secretsmanager").get_secret_value(SecretId=StackNames("dev").secret("stripe"))["SecretString"]
    before = dict(state_of(cloud, "stripe"))

    def change(text: str) -> None:
        context.client("secretsmanager").put_secret_value(SecretId=StackNames("dev").secret("stripe"), SecretString=text)
        for process in cloud._account.functions.processes(StackNames("dev").function("call_api", "stripe")):
            # A key is kept for some minutes by who has read it.
            process.end()
            process.wait_until_gone()

    change(secret.replace("sk_test_", "sk_test_other"))
    try:
        result = cloud.approve(asked.run_id, asked.pending)
    finally:
        change(secret)
    assert (result.status, result.error.code if result.error else "") == (RunStatus.FAILED, "other_account")
    assert dict(state_of(cloud, "stripe")) == before
    assert result.error
    assert "may be another account's" in result.error.message


def test_of_two_people_who_answer_at_once_one_is_heard(cloud: LocalCloud):
    asked = execute(cloud, TWO_WRITES, "stripe", "approve")
    assert asked.pending
    ends: list[str] = []

    def answer(act: Callable[[], RunResult]) -> None:
        try:
            ends.append(act().status)
        except RefusedError as error:
            ends.append(error.message)

    pending, run_id = asked.pending, asked.run_id
    acts = [lambda: cloud.approve(run_id, pending), lambda: cloud.reject(run_id), lambda: cloud.approve(run_id, pending)]
    threads = [threading.Thread(target=answer, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    said = Counter(end if end in {"paused", "refused"} else "not heard" for end in ends)
    assert said["not heard"] == 2, ends
    calls = cloud.result(run_id).calls
    assert len(calls) == said["paused"], "what was rejected was not sent"


def test_a_script_that_was_changed_while_the_run_waited_is_not_run(cloud: LocalCloud):
    asked = execute(cloud, TWO_WRITES, "stripe", "approve")
    assert asked.pending
    assert asked.code_ref
    door = cloud.stack("dev").door
    bucket = door._services.setting("bucket")
    changed = TWO_WRITES.replace('"Ada", "Bob"', '"Eve",').encode()
    door._services.client("s3").put_object(Bucket=bucket, Key=asked.code_ref.key, Body=changed)
    result = cloud.approve(asked.run_id, asked.pending)
    assert (result.status, result.calls) == (RunStatus.FAILED, ())
    assert result.error
    assert re.search(r"changed|digest", result.error.message), result.error
    assert "\n" not in result.error.message


def test_a_resume_is_shown_as_it_goes_on_and_without_what_was_shown_before(cloud: LocalCloud):
    asked = execute(cloud, TWO_WRITES, "stripe", "approve")
    assert asked.pending
    calls: list[str] = []
    second = cloud.approve(
        asked.run_id, asked.pending, on_event=lambda event: calls.append(event.name) if event.kind == "call" else None
    )
    assert calls == ["POST https://api.stripe.com/v1/customers"]
    assert second.pending
    calls.clear()
    done = cloud.approve(
        asked.run_id, second.pending, on_event=lambda event: calls.append(event.name) if event.kind == "call" else None
    )
    assert calls == ["POST https://api.stripe.com/v1/customers"]
    assert set(done.timings_ms) == {"total", "model", "api", "platform"}
