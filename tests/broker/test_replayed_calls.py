"""A script that runs again gets what it got: nothing is done twice, nothing is lost, and whoever differs is stopped."""

import json
import threading
from dataclasses import replace

import pytest
from broker_stage import GRANT, SPEC
from faulty_api import CUSTOMERS, KEYED, FaultyApi, Script

from agentic.broker.identity import digest_of
from agentic.broker.ledger import MemoryLedger
from agentic.broker.replay import left_undone
from agentic.broker.rules import Allowed, Rules
from agentic.core.errors import RunStopped
from agentic.core.values import CallState
from agentic.core.wire import HttpRequest, HttpResponse

FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
JSON = (("Content-Type", "application/json"),)


def ledger_of(script: Script) -> MemoryLedger:
    assert isinstance(script.ledger, MemoryLedger)
    return script.ledger


def undone(script: Script) -> int:
    ledger = ledger_of(script)
    taken = ledger.take_call(GRANT, SPEC.name, write=False)
    return len(left_undone(ledger.journal, taken.round, taken.attempt, taken.sent))


def stopped(script: Script, *arguments: bytes, **more: str) -> str:
    with pytest.raises(RunStopped) as stop:
        script.post(*arguments, **more)
    return stop.value.reason


def test_calls_of_a_script_that_runs_again_are_answered_byte_for_byte_and_not_sent() -> None:
    script = Script(FaultyApi())
    first = [script.post(), script.get(), script.post(), script.post(b"name=Bo")]
    sent = len(script.api.sent)
    script.again()
    script.broker = script.another_broker()
    assert [script.post(), script.get(), script.post(), script.post(b"name=Bo")] == first
    assert len(script.api.sent) == sent
    assert all(call.replayed for call in ledger_of(script).calls)
    assert undone(script) == 0
    assert script.post(b"name=New").status == 200
    assert len(script.api.made) == 4


def test_control_without_the_journal_the_second_run_does_it_all_again() -> None:
    api = FaultyApi()
    Script(api).post()
    Script(api, MemoryLedger(GRANT, SPEC.name, run_id="run_0000000000000009")).post()
    assert len(api.made) == 2


@pytest.mark.parametrize(
    ("headers", "one", "other"),
    [
        (FORM, b"a=1&b=2", b"b=2&a=1"),
        (JSON, b'{"a": 1, "b": [1, 2]}', b'{"b":[1,2],"a":1}'),
        (
            (("Content-Type", "multipart/form-data; boundary=xx"),),
            b'--xx\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--xx--\r\n',
            b'--yy\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--yy--\r\n',
        ),
    ],
)
def test_the_same_fields_in_other_bytes_are_the_same_call(
    headers: tuple[tuple[str, str], ...], one: bytes, other: bytes
) -> None:
    again = tuple((name, value.replace("xx", "yy")) for name, value in headers)
    assert digest(headers, one) == digest((*again, ("User-Agent", "other"), ("Idempotency-Key", "k")), other)


@pytest.mark.parametrize(
    ("headers", "one", "other"),
    [
        (FORM, b"a=1&a=2", b"a=2&a=1"),
        (FORM, b"i[][p]=1&i[][q]=2&i[][p]=3&i[][q]=4", b"i[][p]=1&i[][p]=3&i[][q]=2&i[][q]=4"),
        (FORM, b"a=%fe", b"a=%ff"),
        (FORM, b"a=1", b"a=1&b="),
        (JSON, b'{"a": [1, 2]}', b'{"a": [2, 1]}'),
        (JSON, b'{"a": 1}', b'{"a": "1"}'),
        (JSON, b'{"a": 1}', b'{"a": 1.0}'),
        (JSON, b'{"a": 1}', b'{"a": {"number": "1"}}'),
        (JSON, b'{"a": 1}', b'{"object": [["a", 1]]}'),
        (JSON, b'{"a": 0.1}', b'{"a": 0.1000000000000000055}'),
        (JSON, b'{"a": 1e400}', b'{"a": 2e400}'),
        (
            (("Content-Type", "multipart/form-data; boundary=xx"),),
            b'--xx\r\nContent-Disposition: form-data; name="a"\r\n\r\n--boundary\r\n--xx--\r\n',
            b'--xx\r\nContent-Disposition: form-data; name="a"\r\n\r\n--xx\r\n--xx--\r\n',
        ),
    ],
)
def test_what_a_server_could_take_for_something_else_is_another_call(
    headers: tuple[tuple[str, str], ...], one: bytes, other: bytes
) -> None:
    assert digest(headers, one) != digest(headers, other)


def test_a_header_that_the_api_acts_on_counts_and_others_do_not() -> None:
    plain = digest(FORM, b"a=1")
    assert plain == digest((*FORM, ("User-Agent", "x"), ("X-Stripe-Client-Telemetry", "y")), b"a=1")
    assert plain != digest((*FORM, ("If-Match", "x")), b"a=1")


def digest(headers: tuple[tuple[str, str], ...], body: bytes) -> str:
    request = HttpRequest("POST", CUSTOMERS, headers, body)
    # Judged by hand: some of these the rules refuse already, and identity must not lean on that.
    judged = Rules(KEYED).judge(HttpRequest("POST", CUSTOMERS))
    assert isinstance(judged, Allowed)
    return digest_of(KEYED, Allowed(judged.host, judged.operation, "POST", judged.path, "", headers, body), request)


def test_equal_calls_of_two_lanes_get_the_answers_of_their_own_lane_in_whatever_order_they_come() -> None:
    script = Script(FaultyApi())
    first = {lane: script.post(lane=lane) for lane in ("0.1", "0.2")}
    script.again()
    assert {lane: script.post(lane=lane) for lane in ("0.2", "0.1")} == first


def test_control_without_lanes_they_would_get_each_others() -> None:
    script = Script(FaultyApi())
    first = [script.post() for _ in range(2)]
    script.again()
    assert [script.post() for _ in range(2)] != first[::-1]


def test_a_call_that_moved_to_another_lane_is_found_there() -> None:
    """Workers of a queue take its tasks in any order."""
    script = Script(FaultyApi())
    first = script.post(lane="0.1")
    script.again()
    assert script.post(lane="0.2") == first
    assert len(script.api.made) == 1


def test_another_call_while_its_lane_has_calls_left_ends_the_run_and_shows_both_sides() -> None:
    script = Script(FaultyApi())
    script.post(b"name=Ada")
    script.again()
    assert stopped(script, b"name=Eve") == "diverged"
    error = ledger_of(script).error
    assert error
    assert "Ada" in error.message
    assert "Eve" in error.message
    assert len(script.api.made) == 1


def test_a_new_lane_may_do_something_new() -> None:
    script = Script(FaultyApi())
    script.post()
    script.again()
    assert script.post(b"name=Bo", lane="0.7").status == 200


def test_a_write_that_the_script_does_not_ask_for_again_is_told() -> None:
    script = Script(FaultyApi())
    script.post()
    script.again()
    assert undone(script) == 1


@pytest.mark.parametrize("fault", ["cut before", "cut after"])
def test_so_is_one_of_which_nobody_knows_whether_it_was_done(fault: str) -> None:
    script = Script(FaultyApi(fault, keyed=False))
    with pytest.raises(RunStopped):
        script.post()
    script.again()
    assert undone(script) == 1


def test_a_refused_call_is_refused_again_with_the_same_words() -> None:
    script = Script(FaultyApi())
    request = HttpRequest("POST", "https://api.stripe.com/v1/payouts", FORM, b"amount=1")
    first = script.send(request)
    script.again()
    assert script.send(request) == first
    assert (first.status, script.api.sent) == (403, [])


class Died(BaseException):
    """The broker's function ends here."""


class Dying(MemoryLedger):
    """Its process ends at one step of a write."""

    def __init__(self, step: str, grant: str, api: str) -> None:
        super().__init__(grant, api)
        self.step = step

    def _die(self, step: str) -> None:
        if self.step == step:
            self.step = ""
            raise Died

    def begin(self, taken, entry):  # type: ignore[no-untyped-def]
        self._die("before the intent")
        there = super().begin(taken, entry)
        self._die("after the intent")
        return there

    def depart(self, taken, entry, approval):  # type: ignore[no-untyped-def]
        departure = super().depart(taken, entry, approval)
        self._die("before sending")
        return departure

    def settle(self, taken, entry):  # type: ignore[no-untyped-def]
        self._die("before the answer is written")
        standing = super().settle(taken, entry)
        self._die("before it is delivered")
        return standing


STEPS = ("before the intent", "after the intent", "before sending", "before the answer is written", "before it is delivered")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("retry", ["same request", "script again"])
def test_wherever_the_broker_dies_a_write_with_a_key_is_done_once_and_answered(step: str, retry: str) -> None:
    script = Script(FaultyApi(), Dying(step, GRANT, SPEC.name))
    with pytest.raises(Died):
        script.post()
    if retry == "script again":
        script.again()
    else:
        script.numbers = 0
    script.broker = script.another_broker()
    assert json.loads(script.post().body)["id"] == "cus_1"
    assert len(script.api.made) == 1


@pytest.mark.parametrize("step", STEPS)
def test_without_a_key_it_is_done_at_most_once_and_the_run_goes_on_or_says_that_it_cannot_know(step: str) -> None:
    script = Script(FaultyApi(keyed=False), Dying(step, GRANT, SPEC.name))
    with pytest.raises(Died):
        script.post()
    script.again()
    if step in {"before sending", "before the answer is written"}:
        assert stopped(script) == "unknown"
        assert len(script.api.made) <= 1
    else:
        assert script.post().status == 200
        assert len(script.api.made) == 1


def test_control_with_an_id_of_each_attempts_own_the_same_crash_is_two_effects() -> None:
    """What the journalled id is for: the run again would send another one."""
    api = FaultyApi()
    for seed in ("run_0000000000000001", "run_0000000000000002"):
        script = Script(api, Dying("before the answer is written", GRANT, SPEC.name))
        script.ledger = MemoryLedger(GRANT, SPEC.name, run_id=seed)
        script.broker = script.another_broker()
        script.post()
    assert len(api.made) == 2


def test_a_write_of_an_attempt_that_has_ended_does_not_leave_any_more() -> None:
    """Its broker was slow, and the script runs again already: it would be done twice."""
    script = Script(FaultyApi())
    again: list[HttpResponse] = []

    class Late(Dying):
        def begin(self, taken, entry):  # type: ignore[no-untyped-def]
            if not again:
                again.append(HttpResponse(0))
                script.again()
                again.append(script.post(lane="0"))
            return super().begin(taken, entry)

    script.ledger = Late("", GRANT, SPEC.name)
    script.broker = script.another_broker()
    assert stopped(script) == "stopped"
    assert again[1].status == 200
    assert len(script.api.made) == 1


def test_an_answer_that_comes_late_does_not_change_the_one_that_the_script_has_had() -> None:
    """Nor what was given to which call: a second equal write would get the first one's answer and be lost."""
    api = FaultyApi(keyed=False)
    script = Script(api, spec=KEYED)
    again: list[HttpResponse] = []

    def meanwhile() -> None:
        script.again()
        again.append(script.post())

    api.faults[:] = [meanwhile]
    assert script.post().body == again[0].body
    second = script.post()
    assert second.body != again[0].body
    assert undone(script) == 0


@pytest.mark.parametrize("_again", range(20))
def test_two_lanes_that_ask_at_once_for_one_journalled_call_are_no_divergence(_again: int) -> None:
    script = Script(FaultyApi())
    script.post(lane="0.1")
    script.again()
    answers: dict[str, HttpResponse] = {}

    def ask(number: int) -> None:
        answers[f"0.{number}"] = script.post(lane=f"0.{number}", number=number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 2
    assert len(script.api.made) == 2


def test_equal_writes_at_once_are_as_many_effects_and_run_again_none() -> None:
    script = Script(FaultyApi(*["cut after", ""] * 3))
    lanes = [f"0.{number}" for number in range(8)]

    def all_at_once() -> dict[str, bytes]:
        answers: dict[str, bytes] = {}

        def two(number: int, lane: str) -> None:
            answers[lane] = script.post(lane=lane, number=number).body + script.post(lane=lane, number=100 + number).body

        threads = [threading.Thread(target=two, args=(number, lane)) for number, lane in enumerate(lanes, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    first = all_at_once()
    script.again()
    assert all_at_once() == first
    assert len(script.api.made) == 16


def test_a_retry_of_a_replayed_request_gets_the_same_answer_and_not_the_next_ones() -> None:
    script = Script(FaultyApi())
    first = [script.post(), script.post()]
    script.again()
    assert [script.post(number=1), script.post(number=1), script.post(number=2)] == [first[0], first[0], first[1]]


def test_a_key_of_the_scripts_counts_longer_than_the_api_keeps_it() -> None:
    script = Script(FaultyApi())
    first = script.post(key="order-42")
    script.again()
    script.api._answers.clear()
    assert [script.post(key="order-42"), script.post(key="order-42")] == [first, first]
    assert len(script.api.made) == 1


def test_after_a_day_a_write_without_an_answer_is_not_sent_again() -> None:
    script = Script(FaultyApi(), Dying("before the answer is written", GRANT, SPEC.name))
    with pytest.raises(Died):
        script.post()
    script.again()
    script.now += 23 * 3600
    script.api._answers.clear()
    assert stopped(script) == "unknown"
    assert len(script.api.made) == 1


def test_a_write_without_an_answer_is_not_sent_again_to_another_account() -> None:
    script = Script(FaultyApi(), Dying("before the answer is written", GRANT, SPEC.name))
    with pytest.raises(Died):
        script.post()
    script.again()
    script.secret["api_key"] = "sk_test_another"
    assert stopped(script) == "unknown"
    assert len(script.api.sent) == 1


def test_whoever_sends_still_is_waited_for_where_nothing_can_be_sent_twice() -> None:
    script = Script(FaultyApi(keyed=False), Dying("before the answer is written", GRANT, SPEC.name))
    with pytest.raises(Died):
        script.post()
    ledger = ledger_of(script)
    entry = ledger.journal[0]
    taken = ledger.take_call(GRANT, SPEC.name, write=True)
    answer = HttpResponse(200, (), b'{"late": true}')
    real_sleep = script.sleep

    def answer_comes(seconds: float) -> None:
        real_sleep(seconds)
        call = replace(entry.call, state=CallState.APPLIED, status=200)
        ledger.settle(taken, replace(entry, call=call, response=answer))

    script.sleep = answer_comes  # type: ignore[method-assign]
    script.broker = script.another_broker()
    script.again()
    assert script.post() == answer
    assert len(script.api.sent) == 1
