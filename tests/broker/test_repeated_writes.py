"""A write that an earlier script of the run has done, asked for again by the script that was written in its place."""

import pytest
from faulty_api import FaultyApi, Script

from agentic.broker.broker import Broker
from agentic.broker.ledger import MemoryLedger
from agentic.core.errors import RunStopped
from agentic.core.values import Approval, PendingCall, Target, WriteMode

ADA, EVE = b"name=Ada", b"name=Eve"


def second_script(first: bytes = ADA, *, key: str = "", api: FaultyApi | None = None) -> Script:
    """The second script of a run whose first one has done the write `first`, in mode allow."""
    script = Script(api or FaultyApi(), writes=WriteMode.ALLOW)
    script.post(first, key=key)
    script.again(round_=1)
    return script


def held(script: Script, body: bytes = ADA) -> PendingCall:
    with pytest.raises(RunStopped) as stop:
        script.post(body)
    assert stop.value.reason == "paused"
    assert isinstance(script.ledger, MemoryLedger)
    assert script.ledger.pending
    return script.ledger.pending


def refusing(script: Script) -> None:
    """The stack's setting repeated_writes is `refuse` from here on."""
    reached = {Target.FAKE: script.api, Target.REAL: script.api}
    script.broker = Broker(script.spec, script.ledger, lambda _: script.secret, reached, repeats=False)


def test_the_question_says_that_it_was_done_and_by_which_script() -> None:
    asked = held(second_script())
    assert asked.done_before == "script 1 of this run has done the same already; the answer was 200"
    assert PendingCall.from_json({**{name: getattr(asked, name) for name in asked.__dataclass_fields__}}) == asked


def test_control_within_one_script_the_same_write_is_done_twice() -> None:
    script = Script(FaultyApi(), writes=WriteMode.ALLOW)
    script.post(ADA)
    script.post(ADA)
    assert script.api.made == ["name=Ada", "name=Ada"]


def test_a_person_may_have_it_done_again_once() -> None:
    script = second_script()
    asked = held(script)
    script.again(Approval(digest=asked.digest, account=asked.account, all=False, by="me", at=0))
    assert script.post(ADA).status == 200
    assert script.api.made == ["name=Ada", "name=Ada"]
    held(script)
    assert len(script.api.made) == 2


def test_a_leave_for_every_write_of_the_script_is_none_for_a_further_repetition() -> None:
    script = second_script()
    asked = held(script)
    script.again(Approval(digest=asked.digest, account=asked.account, all=True, by="me", at=0))
    assert script.post(EVE).status == 200
    assert script.post(ADA).status == 200, "the one that was shown"
    held(script)
    assert script.api.made == ["name=Ada", "name=Eve", "name=Ada"]


def test_where_the_stack_says_so_it_is_refused_and_the_script_goes_on() -> None:
    script = second_script()
    refusing(script)
    answer = script.post(ADA)
    assert (answer.status, b"has done the same already" in answer.body) == (403, True)
    assert script.api.made == ["name=Ada"]
    assert script.post(EVE).status == 200, "the control: another write"
    (*_, call) = script.ledger.calls  # type: ignore[union-attr]
    assert call.status == 200


def test_the_same_key_of_both_scripts_is_one_effect_and_nobody_is_asked() -> None:
    script = second_script(key="order-42")
    assert script.post(ADA, key="order-42").status == 200
    assert (script.api.made, len(script.api.sent)) == (["name=Ada"], 1)


@pytest.mark.parametrize("fault", ["cut before", "cut after"])
def test_what_may_have_been_done_counts_as_done(fault: str) -> None:
    """The first script ended while its write was under way, and nobody knows its answer yet."""
    api = FaultyApi(keyed=False)
    script = Script(api, writes=WriteMode.ALLOW)
    api.faults[:] = [fault]
    with pytest.raises(RunStopped):
        script.post(ADA)
    script.again(round_=1)
    assert held(script).done_before.endswith("its answer is not known")
