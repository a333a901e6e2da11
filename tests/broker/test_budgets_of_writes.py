"""A run's budget of writes and calls holds in the broker: by threads, by running again, by other lanes, and by asking twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from broker_stage import GRANT, SPEC
from faulty_api import CUSTOMERS, FaultyApi, Script

from agentic.broker.ledger import MemoryLedger
from agentic.core.errors import RunStopped
from agentic.core.values import Approval, CallState, WriteMode
from agentic.core.wire import HttpRequest, Origin
from agentic.runs import Entry, TakenCall


def script(*faults: str, calls: int = 100, writes: int = 2, mode: WriteMode = WriteMode.ALLOW) -> tuple[Script, MemoryLedger]:
    ledger = MemoryLedger(GRANT, SPEC.name, writes=mode, limit=calls, writes_limit=writes)
    return Script(FaultyApi(*faults), ledger), ledger


def body(number: int) -> bytes:
    return f"name=n{number}".encode()


def stopped(run: Script, number: int, **more: str) -> str:
    with pytest.raises(RunStopped) as stop:
        run.post(body(number), **more)
    return stop.value.reason


def test_a_limit_of_n_writes_sends_n_and_ends_the_run_before_the_next() -> None:
    run, ledger = script(writes=2)
    assert [run.post(body(number)).status for number in (1, 2)] == [200, 200]
    assert run.get().status == 200
    assert stopped(run, 3) == "budget"
    assert ledger.error
    assert (ledger.error.code, ledger.error.hint) == ("budget", "set agentic:run_writes higher")
    assert ledger.error.message == f"the run's limit of 2 writes is reached; POST {CUSTOMERS} was not sent"
    assert len(run.api.made) == 2


def test_control_one_more_allowed_is_sent() -> None:
    run, _ = script(writes=3)
    assert [run.post(body(number)).status for number in (1, 2, 3)] == [200] * 3


def test_attack_threads_do_not_get_more_writes_through() -> None:
    run, _ = script(writes=3)

    def attempt(number: int) -> str:
        try:
            return str(run.broker.call(GRANT, *_asked(number)).status)
        except RunStopped as stop:
            return stop.reason

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(24)))
    assert answers.count("200") == len(run.api.made) == 3
    assert set(answers) == {"200", "budget", "stopped"} or set(answers) == {"200", "budget"}


def _asked(number: int) -> tuple[HttpRequest, Origin]:
    form = (("Content-Type", "application/x-www-form-urlencoded"),)
    return HttpRequest("POST", CUSTOMERS, form, body(number)), Origin(f"0.{number}", number + 1)


def test_attack_running_again_does_not_get_more_writes_through() -> None:
    run, _ = script(writes=2)
    for number in (1, 2):
        run.post(body(number))
    for attempt in range(3):
        run.again()
        # From another lane, so that nothing looks like a divergence.
        assert stopped(run, 10 + attempt, lane=f"7.{attempt}") == "budget"
    assert len(run.api.made) == 2


def test_writes_that_are_replayed_cost_nothing() -> None:
    run, ledger = script(writes=2)
    run.post(body(1))
    for _ in range(5):
        run.again()
        assert run.post(body(1)).status == 200
    assert run.post(body(2)).status == 200
    assert (len(run.api.made), ledger.error) == (2, None)


def test_a_write_that_the_script_repeats_under_its_own_key_is_one() -> None:
    run, _ = script(writes=1)
    assert {run.post(body(1), key="order-1").body for _ in range(3)} == {b'{"id": "cus_1", "said": "name=n1"}'}
    assert stopped(run, 2, key="order-2") == "budget"


def test_nobody_is_asked_to_approve_a_write_that_could_not_be_sent() -> None:
    run, ledger = script(writes=0, mode=WriteMode.APPROVE)
    assert stopped(run, 1) == "budget"
    assert ledger.pending is None
    # Control: with one allowed, a person is asked.
    asking, asked = script(writes=1, mode=WriteMode.APPROVE)
    assert stopped(asking, 1) == "paused"
    assert asked.pending


def test_a_run_that_may_only_read_is_refused_its_writes_and_goes_on() -> None:
    run, ledger = script(writes=0, mode=WriteMode.REFUSE)
    assert run.post(body(1)).status == 403
    assert (run.get().status, ledger.error) == (200, None)


class Racing(MemoryLedger):
    """Lets another write be quicker, between a write's look at the budget and its departure."""

    meanwhile: Callable[[], object] | None = None

    def begin(self, taken: TakenCall, entry: Entry) -> Entry | None:
        if act := self.meanwhile:
            self.meanwhile = None
            act()
        return super().begin(taken, entry)


def test_of_two_writes_that_race_for_the_last_unit_the_slower_one_is_told_as_refused() -> None:
    ledger = Racing(GRANT, SPEC.name, writes=WriteMode.ALLOW, writes_limit=1)
    run = Script(FaultyApi(), ledger)
    ledger.meanwhile = lambda: run.post(body(2), lane="0.2", number=9)
    assert stopped(run, 1) == "budget"
    assert run.api.made == ["name=n2"]
    assert [call.state for call in ledger.calls] == [CallState.REFUSED, CallState.APPLIED]


def test_a_call_that_pauses_is_counted_when_it_is_made() -> None:
    run, ledger = script(calls=1, mode=WriteMode.APPROVE)
    for number in range(3):
        assert stopped(run, number) == "paused"
        # The person has not answered yet, and something else goes wrong.
        run.again()
    assert stopped(run, 1) == "paused"
    asked = ledger.pending
    assert asked
    run.again(Approval(digest=asked.digest, account=asked.account, all=True, by="me", at=run.now))
    assert run.post(body(1)).status == 200
    with pytest.raises(RunStopped):
        run.get()
    assert ledger.error
    assert ledger.error.message == "the run's limit of 1 API calls is reached"


def test_calls_that_are_replayed_cost_nothing_and_new_ones_of_a_further_attempt_do() -> None:
    run, ledger = script(calls=3, writes=9)
    run.get("?limit=1")
    run.get("?limit=2")
    for _ in range(4):
        run.again()
        run.get("?limit=1")
        run.get("?limit=2")
    run.get("?limit=3")
    with pytest.raises(RunStopped):
        run.get("?limit=4")
    assert ledger.error
    assert ledger.error.message == "the run's limit of 3 API calls is reached"
    assert len(run.api.sent) == 3
