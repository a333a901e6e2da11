"""Attacks of who owns `run_code` on "exactly once" and on the journal: keys, numbers, crashes, other runs, long bodies."""

import json
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from broker_stage import KEY, SPEC
from faulty_api import CUSTOMERS, KEYED, PROBED, FaultyApi
from moto import mock_aws
from owned_run import FORM, JSON, OwnedRun, runs_table

from agentic.core.errors import StorageError
from agentic.core.values import CallState, Repair, RunError, RunStatus, Verdict, WriteMode
from agentic.core.wire import HttpRequest
from agentic.runs.items import RUN_ITEM, json_text

ADA, EVE = b"name=Ada", b"name=Eve"


class Shelf:
    """Long bodies, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, sha256: str, body: bytes) -> None:
        self.kept[sha256] = body

    def get(self, sha256: str) -> bytes:
        if sha256 not in self.kept:
            raise StorageError("gone")
        return self.kept[sha256]


class Breaking(FaultyApi):
    """Whose answers break the broker's function after the API has acted, as often as `times` says."""

    def __init__(self, times: int, *, keyed: bool = True) -> None:
        super().__init__(keyed=keyed)
        self.times = times

    def send(self, request: HttpRequest, timeout: float) -> Any:
        answer = super().send(request, timeout)
        if request.method == "POST" and self.times:
            self.times -= 1
            raise MemoryError("the function dies here")
        return answer


@pytest.fixture
def table() -> Iterator[Any]:
    with mock_aws():
        yield runs_table()


def allowing(table: Any, api: FaultyApi | None = None, **more: Any) -> OwnedRun:
    return OwnedRun(table, api, writes=WriteMode.ALLOW, **more)


def keyed(key: str) -> dict[str, Any]:
    return {"headers": (*FORM, ("Idempotency-Key", key))}


def keys_sent(run: OwnedRun) -> list[str]:
    return [dict(request.headers)["Idempotency-Key"] for request in run.api.sent if request.method == "POST"]


def next_round(run: OwnedRun) -> None:
    """The script is taken back, another one is written and validated, and executed."""
    items = run.store.rounds._items
    by_agents = {f"handle_{agent}": {"S": "00"} for agent in ("orchestrator", "generator")}
    items.change(run.run_id, "attribute_exists(run_id)", {}, sets=by_agents)
    assert run.store.rounds.take_back(run.record, Repair((("why", "wrong"),), "", RunError("script_failed", "wrong")), 2)
    written: dict[str, Any] = {"status": {"S": "validating"}, "code_key": {"S": "k"}, "code_sha256": {"S": "cd" * 32}}
    items.change(run.run_id, "attribute_exists(run_id)", {}, sets=written | {"verdict": json_text(Verdict(True))})
    run.attempt()


# --- keys ---------------------------------------------------------------------------------------------------------


def test_key_of_the_script_is_never_sent_nor_one_of_its_choice(table: Any) -> None:
    run = allowing(table)
    run.tried(ADA, number=1, **keyed("order-42"))
    (effect,) = keys_sent(run)
    assert "order-42" not in effect
    # The effect's own id as a key, in any spelling of the header: another effect.
    for number, name in enumerate(("Idempotency-Key", "idempotency-key", "IDEMPOTENCY-KEY"), 2):
        run.tried(EVE, number=number, headers=(*FORM, (name, effect)))
    assert effect not in keys_sent(run)[1:]
    for sent in run.api.sent:
        assert [name.lower() for name, _ in sent.headers].count("idempotency-key") == 1


def test_same_key_in_two_runs_is_two_effects(table: Any) -> None:
    first, second = allowing(table), allowing(table)
    for run in (first, second):
        assert run.tried(ADA, number=1, **keyed("order-42")) == "200"
    assert keys_sent(first) != keys_sent(second)
    assert len(first.api.made) == len(second.api.made) == 1


def test_same_key_with_another_body_gets_no_answer_of_the_first(table: Any) -> None:
    run = allowing(table)
    first = run.send(ADA, number=1, **keyed("k"))
    run.send(EVE, number=2, **keyed("k"))
    # The API decides, under one id: here it gives the first answer again, as Stripe would refuse; it acts once.
    assert len(set(keys_sent(run))) == 1
    assert run.api.made == ["name=Ada"]
    assert run.send(ADA, number=3, **keyed("k")) == first
    assert len(run.api.sent) == 2, "an equal write under one key is answered from the journal"


def test_two_equal_writes_without_a_key_are_two(table: Any) -> None:
    run = allowing(table)
    run.at_once(*(partial(run.tried, ADA, "0", number) for number in (1, 2, 3)))
    assert len(run.api.made) == 3
    assert len(set(keys_sent(run))) == 3


def test_one_request_sent_many_times_at_once_is_one_write(table: Any) -> None:
    for api in (FaultyApi(), FaultyApi(keyed=False)):
        run = allowing(table, api, spec=KEYED if api.keyed else SPEC)
        run.at_once(*(partial(run.tried, ADA, "0", 1) for _ in range(6)))
        assert len(run.api.made) == 1


# --- crashes on purpose -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("crashes", [1, 2, 5])
def test_function_that_dies_between_departure_and_answer_makes_one_effect(table: Any, crashes: int) -> None:
    run = allowing(table, Breaking(crashes))
    for _ in range(crashes):
        with pytest.raises(MemoryError):
            run.send(ADA, "0", 1)
        run.broker = run.another_broker()
    assert run.tried(ADA, "0", 1) == "200"
    assert len(run.api.made) == 1
    assert len(set(keys_sent(run))) == 1


def test_without_keys_it_is_not_sent_again_and_the_run_ends(table: Any) -> None:
    run = allowing(table, Breaking(1, keyed=False), spec=SPEC)
    with pytest.raises(MemoryError):
        run.send(ADA, "0", 1)
    assert run.tried(ADA, "0", 1) == "unknown"
    assert len(run.api.made) == 1
    assert run.record.status is RunStatus.FAILED


@pytest.mark.parametrize("lane", ["0", "5"])
def test_crash_and_another_attempt_repeat_nothing_that_left(table: Any, lane: str) -> None:
    run = allowing(table, Breaking(1))
    with pytest.raises(MemoryError):
        run.send(ADA, "0", 1)
    run.broken_off()
    assert run.tried(ADA, lane, 8) == "200"
    assert len(run.api.made) == 1


def test_body_changed_after_the_crash_does_not_go_out_under_the_first_ones_id(table: Any) -> None:
    run = allowing(table, Breaking(1))
    with pytest.raises(MemoryError):
        run.send(ADA, "0", 1)
    assert run.tried(EVE, "0", 1) == "diverged"
    assert run.api.made == ["name=Ada"]
    assert run.record.status is RunStatus.FAILED


# --- other runs, other rounds -------------------------------------------------------------------------------------


def test_answers_of_another_run_are_not_to_be_had(table: Any) -> None:
    mine, other = allowing(table), allowing(table, FaultyApi("500 after"))
    other.tried(b"name=Secret", number=1, **keyed("k"))
    mine.broken_off()
    for number in (0, 1, 2):
        answer = mine.send(b"name=Secret", "0", number, **keyed("k"))
        assert json.loads(answer.body)["id"] == "cus_1"
    assert mine.api.made == ["name=Secret"]


def test_another_round_gets_no_answer_of_an_earlier_one_but_of_its_own_effect(table: Any) -> None:
    run = allowing(table)
    run.send(HttpRequest("GET", CUSTOMERS), "0", 1)
    run.send(ADA, "0", 2)
    next_round(run)
    fresh = run.send(HttpRequest("GET", CUSTOMERS), "0", 1)
    assert json.loads(fresh.body) == {"made": ["name=Ada"]}, "asked anew, not from the journal"


@pytest.mark.parametrize(("lane", "number"), [("0", 1), ("0", 9), ("4", 0)])
def test_write_of_an_earlier_round_is_never_repeated_in_silence(table: Any, lane: str, number: int) -> None:
    run = allowing(table)
    assert run.tried(ADA, "0", 1) == "200"
    next_round(run)
    assert run.tried(ADA, lane, number) == "paused"
    assert run.api.made == ["name=Ada"]
    # The control: another write passes, in the mode of this run.
    run.approve()
    assert run.tried(ADA) == "200"
    assert run.tried(EVE, "9") == "200"


def test_write_that_broke_off_in_an_earlier_round_counts_as_done(table: Any) -> None:
    run = allowing(table, Breaking(1))
    with pytest.raises(MemoryError):
        run.send(ADA, "0", 1)
    next_round(run)
    assert run.tried(ADA, "0", 1) == "paused"
    assert len(run.api.sent) == 1


# --- the journal's room -------------------------------------------------------------------------------------------


def test_record_too_full_to_note_a_departure_lets_nothing_leave(table: Any) -> None:
    """A run of tens of thousands of writes: what cannot be written down is not sent."""
    run = allowing(table)
    fill(table, run)
    ends = [tried(run, number) for number in range(1, 100)]
    assert 0 < ends.count("200") < 99
    assert set(ends[ends.count("200") :]) == {"too large"}
    # Each that left is in the record. (moto keeps what it refuses to be added to a set.)
    assert len(run.api.made) == ends.count("200") <= len(run.record.sent)


def fill(table: Any, run: OwnedRun) -> None:
    """Leaves a few hundred bytes free in the run's item."""
    key = {"run_id": {"S": run.run_id}, "item": {"S": RUN_ITEM}}
    for size in range(410_000, 390_000, -500):
        padding = {":x": {"S": "x" * size}}
        with suppress(Exception):
            table.update_item(TableName="runs", Key=key, UpdateExpression="SET padding = :x", ExpressionAttributeValues=padding)
            return


def tried(run: OwnedRun, number: int) -> str:
    try:
        return run.tried(ADA, "0", number)
    except Exception as error:  # noqa: BLE001 (botocore's own, made at run time)
        return "too large" if "size" in str(error) else repr(error)


def test_long_bodies_are_replayed_to_the_byte_and_too_long_ones_refused_again(table: Any) -> None:
    shelf = Shelf()
    run = allowing(table, bodies=shelf)
    too_long = b"name=" + b"x" * (4 * 1024 * 1024)
    first = run.send(HttpRequest("GET", f"{CUSTOMERS}?a=1"), "0", 1)
    assert run.tried(too_long, "0", 2) == "403"
    assert run.tried(b"name=" + b"x" * 1_000_000, "0", 3) == "200"
    run.broken_off()
    assert run.send(HttpRequest("GET", f"{CUSTOMERS}?a=1"), "0", 1) == first
    assert run.tried(too_long, "0", 2) == "403"
    again = run.send(b"name=" + b"x" * 1_000_000, "0", 3)
    assert len(again.body) > 1_000_000
    assert len(run.api.made) == 1


def test_long_body_that_is_gone_or_exchanged_ends_the_run_and_sends_nothing(table: Any) -> None:
    for change in ("gone", "exchanged"):
        shelf = Shelf()
        run = allowing(table, Breaking(1), bodies=shelf)
        with pytest.raises(MemoryError):
            run.send(b"name=" + b"x" * 100_000, "0", 1)
        for name in list(shelf.kept):
            if change == "gone":
                del shelf.kept[name]
            else:
                shelf.kept[name] = b"name=Eve"
        run.broken_off()
        assert run.tried(b"name=" + b"x" * 100_000, "0", 1) == "unreadable"
        assert len(run.api.sent) == 1
        assert run.record.status is RunStatus.FAILED


# --- probes -------------------------------------------------------------------------------------------------------


def test_what_another_write_has_made_is_not_taken_for_a_lost_ones(table: Any) -> None:
    """Its answer is so long that it stands outside of the journal; without it its customer looks like the lost one's."""
    long = b"name=" + b"x" * 100_000
    run = allowing(table, FaultyApi(keyed=False), spec=PROBED, bodies=Shelf())
    assert run.tried(long, number=1) == "200"
    run.api.faults = ["cut before"]
    assert run.tried(long, number=2) == "unknown"
    assert len(run.api.made) == 1
    # The control: where the API has done it, that is found out.
    second = allowing(table, FaultyApi(keyed=False), spec=PROBED, bodies=Shelf())
    second.tried(long, number=1)
    second.api.faults = ["cut after"]
    assert second.tried(long, number=2) == "200"


def test_nobody_takes_a_write_for_done_that_a_longer_one_may_have_made(table: Any) -> None:
    """Two writes to one address without an answer, of which one asks for a part of the other."""
    api = FaultyApi("cut before", keyed=False)
    run = allowing(table, api, spec=PROBED)
    assert run.tried(ADA, number=1) == "unknown"
    entry = run.store.journal.entries(run.run_id)[0]
    assert entry.state is CallState.UNKNOWN


# --- what the journal keeps ---------------------------------------------------------------------------------------


def test_journal_keeps_neither_key_nor_seed_nor_grant(table: Any) -> None:
    run = allowing(table, bodies=Shelf())
    run.tried(ADA, number=1, headers=(*FORM, ("Authorization", "Bearer sk_test_placeholder")))
    run.tried(b'{"name": "x"}', number=2, headers=JSON)
    seed = run.record.effect_seed
    items = table.query(
        TableName="runs",
        KeyConditionExpression="run_id = :run AND begins_with(#item, :call)",
        ExpressionAttributeNames={"#item": "item"},
        ExpressionAttributeValues={":run": {"S": run.run_id}, ":call": {"S": "call#"}},
    )["Items"]
    assert len(items) == 2
    for secret in (KEY, seed, run.grant, run.grant.partition(".")[2]):
        assert secret not in repr(items)
    assert any(KEY in dict(sent.headers).get("Authorization", "") for sent in run.api.sent), "the control: it was sent"
