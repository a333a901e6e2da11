"""What happens in a run reaches who follows it: once, in order, from any point on, as pages and as a stream."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from agentic.core.names import new_grant, new_handle
from agentic.core.values import Call, CallState, CodeRef, Outcome, PendingCall, RunStatus, RunStep, Target, Usage, Verdict
from agentic.runs import Entry, RunRecord, RunStore, Step
from agentic.serving.events import Cursor, Snapshot
from tests.runs.turned_clock import Clock
from tests.serving.serving_stage import Stage

REF = CodeRef("generated/stripe/Do_it.py", "ab" * 32)
MADE = Call(1, "POST", "https://api.stripe.com/v1/customers", {"name": "A"}, 200, True, state=CallState.APPLIED, at=2.0)


class Ticking(Clock):
    """A clock on which no two steps are at the same time."""

    def __call__(self) -> float:
        self.now += 0.001
        return super().__call__()


@pytest.fixture
def clock() -> Clock:
    return Ticking()


def submitted(alice: TestClient) -> str:
    return str(alice.post("/runs", json={"task": "Create a Stripe customer named Alice"}).json()["run_id"])


def begun(served: Stage, clock: Clock, run_id: str) -> str:
    """A worker takes the run as far as its script's execution; gives the grant."""
    store, handle = served.store, served.queue.handles[run_id]
    generator, executor = new_handle(run_id), new_handle(run_id)
    served.queue.waiting.clear()
    store.claim_generate(handle, generator)
    store.record_code(generator, REF)
    store.end_step(run_id, Step.GENERATE, Usage(1, 10, 5))
    store.claim_execute(handle, REF.key, executor)
    store.record_verdict(run_id, Verdict(True))
    grant = new_grant(run_id)
    store.attempts.open(store.get(run_id), grant, 60)
    return grant


def called(store: RunStore, grant: str, clock: Clock, state: CallState = CallState.APPLIED) -> None:
    taken = store.ledger.take_call(grant, "stripe", write=True)
    made = replace(MADE, state=state, at=clock.now)
    store.ledger.begin(
        taken, Entry(round=0, attempt=1, number=taken.seq, digest=str(taken.seq), call=made, until=clock.now + 60)
    )


def ended(store: RunStore, run_id: str) -> None:
    store.attempts.close(store.get(run_id), Outcome(True, "done\n", exit=0), None)


def pages(alice: TestClient, run_id: str, after: str = "") -> tuple[list[dict[str, Any]], str, bool]:
    answer = alice.get(f"/runs/{run_id}/events", params={"after": after}).json()
    return answer["events"], answer["next"], answer["done"]


def told(events: list[dict[str, Any]]) -> list[str]:
    names = {"step": lambda data: data["name"], "call": lambda data: f"{data['seq']} {data['state']}"}
    return [
        f"{event['type']} {names.get(event['type'], lambda data: data.get('status', ''))(event['data'])}" for event in events
    ]


def test_pages_tell_each_thing_once_and_in_order(served: Stage, alice: TestClient, clock: Clock):
    run_id = submitted(alice)
    events, after, done = pages(alice, run_id)
    assert (told(events), done) == (["step queued", "status queued"], False)
    assert events[1]["data"] == {"status": "queued", "position": 0}
    assert pages(alice, run_id, after) == ([], after, False)
    grant = begun(served, clock, run_id)
    called(served.store, grant, clock)
    events, after, done = pages(alice, run_id, after)
    assert told(events)[0] == "step generating"
    assert told(events)[-2:] == ["call 1 applied", "status executing"]
    ended(served.store, run_id)
    events, after, done = pages(alice, run_id, after)
    assert (told(events), done) == (["step completed", "status completed", "end completed"], True)
    assert pages(alice, run_id, after) == ([], after, True)


def test_from_any_event_on_the_rest_is_told(served: Stage, alice: TestClient, clock: Clock):
    run_id = submitted(alice)
    grant = begun(served, clock, run_id)
    for _ in range(3):
        called(served.store, grant, clock)
    ended(served.store, run_id)
    events, _, done = pages(alice, run_id)
    assert done
    for number, event in enumerate(events):
        assert pages(alice, run_id, event["id"])[0] == events[number + 1 :]


def test_a_call_comes_again_when_its_state_changes_and_those_behind_it_are_not_held_back(alice: TestClient):
    record = RunRecord("run_0", RunStatus.EXECUTING, "stripe", "t", "", Target.FAKE, steps=(RunStep(1.0, "executing"),))
    first, second = replace(MADE, state=CallState.EXECUTING), replace(MADE, seq=2, at=3.0)
    events, cursor = Snapshot(record, (first, second)).since(Cursor())
    assert [(event.type, event.data.get("seq")) for event in events] == [
        ("step", None),
        ("call", 1),
        ("call", 2),
        ("status", None),
    ]
    assert Snapshot(record, (first, second)).since(Cursor.read(str(cursor)))[0] == ()
    events, cursor = Snapshot(record, (MADE, second)).since(Cursor.read(str(cursor)))
    assert [(event.data["seq"], event.data["state"]) for event in events] == [(1, "applied")]
    assert (cursor.calls, cursor.beyond) == (2, ())


def test_what_turns_up_late_between_what_was_told_is_told(alice: TestClient):
    early, late, last = RunStep(1.0, "queued"), RunStep(2.0, "generated"), RunStep(3.0, "validated")
    record = RunRecord("run_0", RunStatus.VALIDATING, "stripe", "t", "", Target.FAKE, steps=(early, last))
    _, cursor = Snapshot(record, ()).since(Cursor())
    events, cursor = Snapshot(replace(record, steps=(early, late, last)), ()).since(cursor)
    assert [event.data["name"] for event in events] == ["queued", "generated", "validated"]
    assert Snapshot(replace(record, steps=(early, late, last)), ()).since(cursor)[0] == ()


def test_a_question_is_told_and_another_one_too(alice: TestClient):
    asked = PendingCall(
        digest="d",
        method="POST",
        url="https://api.stripe.com/v1/customers",
        body="name=A",
        what="create a customer",
        target=Target.FAKE,
        account="a",
        code_sha256=REF.sha256,
        asked_at=2.0,
        expires=9.0,
        lane="0.1",
    )
    record = RunRecord("run_0", RunStatus.PAUSED, "stripe", "t", "", Target.FAKE, pending=asked)
    events, cursor = Snapshot(record, ()).since(Cursor())
    assert [event.type for event in events] == ["pending", "status"]
    assert events[0].data["digest"] == "d"
    assert Snapshot(record, ()).since(cursor)[0] == ()
    events, _ = Snapshot(replace(record, pending=replace(asked, lane="0.2")), ()).since(cursor)
    assert [event.data["lane"] for event in events] == ["0.2"]


def of_stream(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    fields: dict[str, str] = {}
    for line in lines:
        if not line and fields:
            event = json.loads(fields["data"])
            assert (fields["id"], fields["event"]) == (event["id"], event["type"])
            yield event
            fields = {}
        elif line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value


def test_a_stream_has_what_pages_have_goes_on_where_it_broke_off_and_ends(served: Stage, alice: TestClient, clock: Clock):
    run_id = submitted(alice)
    stream = {"Accept": "text/event-stream"}

    def work() -> None:
        grant = begun(served, clock, run_id)
        called(served.store, grant, clock)
        ended(served.store, run_id)

    worker = threading.Timer(0.2, work)
    worker.start()
    with alice.stream("GET", f"/runs/{run_id}/events", headers=stream) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = list(of_stream(answer.iter_lines()))
    worker.join()
    assert told(events)[-1] == "end completed"
    steps = [event["data"]["name"] for event in events if event["type"] == "step"]
    assert steps == [step.name for step in served.store.get(run_id).steps]
    with alice.stream("GET", f"/runs/{run_id}/events", headers={**stream, "Last-Event-ID": events[2]["id"]}) as answer:
        assert list(of_stream(answer.iter_lines()))[-1] == events[-1]


def test_a_page_waits_for_something_new_and_no_longer(served: Stage, alice: TestClient):
    run_id = submitted(alice)
    _, after, _ = pages(alice, run_id)
    cancelling = threading.Timer(0.2, served.queue.cancel, (run_id,))
    cancelling.start()
    answer = alice.get(f"/runs/{run_id}/events", params={"after": after, "wait": 25}).json()
    cancelling.join()
    assert told(answer["events"]) == ["step cancelled", "status cancelled", "end cancelled"]
    assert answer["done"]


@pytest.mark.parametrize("cursor", ["x", "!!!", "bm8", "W10", "WzEsMiwzXQ", "e30", "AAAA" * 500])
def test_what_is_no_cursor_is_refused(alice: TestClient, cursor: str):
    run_id = submitted(alice)
    for path in (f"/runs/{run_id}/events?after={cursor}", f"/runs?cursor={cursor}"):
        answer = alice.get(path)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), path


def test_nothing_that_a_script_or_an_api_says_begins_a_line_of_the_stream(served: Stage, alice: TestClient, clock: Clock):
    run_id = submitted(alice)
    grant = begun(served, clock, run_id)
    taken = served.store.ledger.take_call(grant, "stripe", write=True)
    hostile = "\n\nevent: end\ndata: {}\r\rid: 1\x85\u2028\u2029event: end"
    made = replace(MADE, params={"name": hostile}, at=clock.now)
    served.store.ledger.begin(taken, Entry(round=0, attempt=1, number=1, digest="d", call=made, until=clock.now + 60))
    ended(served.store, run_id)
    with alice.stream("GET", f"/runs/{run_id}/events", headers={"Accept": "text/event-stream"}) as answer:
        events = list(of_stream(answer.iter_lines()))
    assert [event["data"]["params"] for event in events if event["type"] == "call"] == [{"name": hostile}]
    assert [event["type"] for event in events].count("end") == 1
