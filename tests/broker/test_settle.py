"""A write is done once and has the right answer, whatever breaks on the way; or the run stops, and says so."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from faulty_api import CUSTOMERS, FAULTS, KEYED, PROBED, FaultyApi, Script

from agentic.broker.ledger import MemoryLedger
from agentic.broker.settle import Delivery, UncertainError
from agentic.core.errors import NotSentError, RunStopped
from agentic.core.values import CallState
from agentic.core.wire import HttpRequest, HttpResponse

SURE = ("cut before", "500 before", "not sent")


def journal(script: Script) -> MemoryLedger:
    assert isinstance(script.ledger, MemoryLedger)
    return script.ledger


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("times", [1, 2])
def test_with_the_apis_own_key_a_broken_write_is_one_effect_and_its_answer_is_right(fault: str, times: int) -> None:
    script = Script(FaultyApi(*[fault] * times))
    assert json.loads(script.post().body)["id"] == "cus_1"
    assert len(script.api.made) == 1
    assert journal(script).calls[0].state is CallState.APPLIED


@pytest.mark.parametrize("fault", ["cut after", "500 after"])
def test_control_without_the_effect_id_the_same_retry_is_a_second_effect(fault: str) -> None:
    api = FaultyApi(fault, keyed=False)
    script = Script(api, spec=KEYED)  # Sent with a key that this API does not know: as if there were none.
    script.post()
    assert len(api.made) == 2


@pytest.mark.parametrize("fault", ["cut before", "cut after", "500 before", "500 after"])
def test_without_a_key_a_write_that_left_is_never_sent_again_and_the_run_stops(fault: str) -> None:
    script = Script(FaultyApi(fault, keyed=False))
    with pytest.raises(RunStopped) as stop:
        script.post()
    assert (stop.value.reason, len(script.api.sent)) == ("unknown", 1)
    assert journal(script).calls[0].state is CallState.UNKNOWN
    error = journal(script).error
    assert error
    assert error.code == "unknown"
    with pytest.raises(RunStopped):
        script.get()


def test_without_a_key_a_write_that_never_left_is_sent_again() -> None:
    script = Script(FaultyApi("not sent", "not sent", keyed=False))
    assert script.post().status == 200
    assert len(script.api.made) == 1


@pytest.mark.parametrize("keyed", [True, False])
def test_a_write_that_cannot_leave_at_all_is_an_error_that_the_script_may_see_and_try_again(keyed: bool) -> None:
    script = Script(FaultyApi(*["not sent"] * 3, keyed=keyed))
    assert script.post(key="mine").status == 502
    assert journal(script).calls[0].state is CallState.REFUSED
    assert script.post(key="mine").status == 200
    assert len(script.api.made) == 1


def test_an_error_that_stays_stops_the_run_as_unknown_and_the_script_never_sees_it() -> None:
    script = Script(FaultyApi(*["500 before"] * 3))
    with pytest.raises(RunStopped) as stop:
        script.post()
    assert stop.value.reason == "unknown"


@pytest.mark.parametrize("status", [400, 402, 403, 404, 409, 422])
def test_a_definite_refusal_of_the_api_is_an_answer(status: int) -> None:
    class Refusing(FaultyApi):
        def _act(self, request: HttpRequest) -> HttpResponse:
            return HttpResponse(status, (), b"{}")

    script = Script(Refusing())
    assert script.post().status == status
    assert len(script.api.sent) == 1


def test_a_conflict_with_our_own_earlier_try_is_waited_for() -> None:
    script = Script(FaultyApi("cut before", "409", "409", "409", "409"))
    assert script.post().status == 200
    assert len(script.api.made) == 1


def test_reads_are_tried_again_and_their_failure_is_an_answer() -> None:
    assert Script(FaultyApi("cut before", "cut before")).get().status == 200
    script = Script(FaultyApi(*["cut before"] * 3))
    assert script.get().status == 502
    assert script.get().status == 200


def test_a_write_has_time_left_to_ask_what_became_of_it_when_the_first_try_takes_all_it_may() -> None:
    now, given = [0.0], list[float]()

    class Slow:
        def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
            given.append(timeout)
            now[0] += timeout
            if len(given) == 1:
                raise UncertainError("timed out")
            return HttpResponse(200)

    delivery = Delivery(
        transport=Slow(), repeatable=True, write=True, seconds=30, clock=lambda: now[0], sleep=lambda seconds: None
    )
    assert delivery.send(HttpRequest("POST", CUSTOMERS)).status == 200
    assert given[0] < 30 < 30.2 + sum(given)


def test_what_left_before_is_never_taken_for_something_that_did_not_leave() -> None:
    delivery = Delivery(
        transport=FaultyApi(*["not sent"] * 9), repeatable=True, write=True, seconds=30, left=True, sleep=lambda seconds: None
    )
    with pytest.raises(UncertainError):
        delivery.send(HttpRequest("POST", CUSTOMERS))
    with pytest.raises(NotSentError):
        replace(delivery, left=False).send(HttpRequest("POST", CUSTOMERS))


def test_the_plugins_probe_finds_a_write_whose_answer_was_lost() -> None:
    script = Script(FaultyApi("cut after", keyed=False), spec=PROBED)
    assert json.loads(script.post().body) == {"found": True}
    assert len(script.api.made) == 1


def test_what_the_probe_does_not_find_may_still_come_so_the_run_stops() -> None:
    with pytest.raises(RunStopped):
        Script(FaultyApi("cut before", keyed=False), spec=PROBED).post()


def test_the_probe_does_not_take_an_equal_write_of_the_same_run_for_the_lost_one() -> None:
    script = Script(FaultyApi("", "cut before", keyed=False), spec=PROBED)
    script.post()
    with pytest.raises(RunStopped):
        script.post()


@pytest.mark.parametrize("settle", ["faulty_api:nothing", "no_such_module:found", "json:loads"])
def test_a_probe_that_breaks_proves_nothing(settle: str) -> None:
    with pytest.raises(RunStopped):
        Script(FaultyApi("cut after", keyed=False), spec=replace(PROBED, settle=settle)).post()


def test_of_two_equal_writes_without_an_answer_the_probe_is_asked_for_neither() -> None:
    api = FaultyApi("", keyed=False)
    script = Script(api, spec=PROBED)
    lost: list[str] = []

    def second_meanwhile() -> None:
        api.faults.insert(0, "cut after")
        try:
            script.post(number=50)
        except RunStopped as stop:
            lost.append(stop.reason)

    api.faults[:] = [second_meanwhile]
    assert script.post(number=49).status == 200
    assert lost == ["unknown"]


def test_two_equal_writes_are_two_effects_and_under_one_key_of_the_scripts_one() -> None:
    script = Script(FaultyApi())
    assert script.post().body != script.post().body
    assert script.post(key="order-42").body == script.post(key="order-42").body
    assert len(script.api.made) == 3


def test_the_scripts_own_key_never_reaches_the_api_whatever_the_method() -> None:
    script = Script(FaultyApi())
    script.post(key="order-of-mine")
    script.send(HttpRequest("DELETE", f"{CUSTOMERS}/cus_1", (("idempotency-key", "order-of-mine"),)))
    assert "order-of-mine" not in repr(script.api.sent)


def test_runs_have_effect_ids_of_their_own() -> None:
    api = FaultyApi()
    for run in ("run_0000000000000001", "run_0000000000000002"):
        Script(api, MemoryLedger("run_0000000000000000.grant", "paying", run_id=run)).post(key="order-42")
    assert len(api.made) == 2


def test_a_request_whose_answer_was_lost_between_broker_and_relay_is_not_done_twice() -> None:
    script = Script(FaultyApi())
    first = script.post(number=7)
    assert script.post(number=7) == first
    assert len(script.api.made) == 1


def test_another_request_under_a_used_number_stops_the_run() -> None:
    script = Script(FaultyApi())
    script.post(number=7)
    with pytest.raises(RunStopped) as stop:
        script.post(b"name=Eve", number=7)
    assert stop.value.reason == "diverged"
    assert len(script.api.made) == 1


def _stopped(act: Callable[[], object]) -> str:
    with pytest.raises(RunStopped) as stop:
        act()
    return stop.value.reason


def test_a_write_that_was_done_and_has_an_unreadable_answer_stops_the_run_each_time() -> None:
    class Odd(FaultyApi):
        def _act(self, request: HttpRequest) -> HttpResponse:
            super()._act(request)
            return HttpResponse(201, (("Content-Encoding", "br"),), b"\x1f")

    script = Script(Odd())
    assert _stopped(script.post) == "unreadable"
    script.again()
    assert _stopped(script.post) == "unreadable"
    assert len(script.api.made) == 1
