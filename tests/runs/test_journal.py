"""The journal keeps a call as it was sent and answered; what is known for certain first stays."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from agentic.core.errors import StorageError
from agentic.core.values import Call, CallState
from agentic.core.wire import HttpRequest, HttpResponse
from agentic.runs import Entry, Journal

RUN = "run_0000000000000000"
SENT = HttpRequest("POST", "https://api.stripe.com/v1/customers", (("A", "b"), ("A", "c")), b"\x00\xffname=Ada")
ANSWER = HttpResponse(200, (("Request-Id", "req_1"),), b'{"id": "cus_1"}')
CALL = Call(1, "POST", SENT.url, {"name": "Ada"}, write=True)
ENTRY = Entry(round=1, attempt=2, number=3, digest="d", lane="0.1", effect="e", call=CALL, request=SENT, until=9.5, account="a")
APPLIED = replace(CALL, status=200, state=CallState.APPLIED)


class Kept(dict[str, bytes]):
    """Bodies in memory."""

    def put(self, sha256: str, body: bytes) -> None:
        assert hashlib.sha256(body).hexdigest() == sha256
        self[sha256] = body

    def get(self, sha256: str) -> bytes:  # type: ignore[override]
        return self[sha256]


@pytest.fixture
def bodies() -> Kept:
    return Kept()


@pytest.fixture
def journal(dynamodb: Any, clock: Any, bodies: Kept) -> Journal:
    return Journal(dynamodb, "runs", clock, bodies)


def settled(**changed: Any) -> Entry:
    return replace(ENTRY, **{"call": APPLIED, "response": ANSWER, **changed})


def test_an_entry_comes_back_as_it_was(journal: Journal) -> None:
    assert journal.begin(RUN, ENTRY) is None
    assert journal.entries(RUN) == (ENTRY,)
    assert journal.settle(RUN, settled()) == settled()
    assert journal.entries(RUN, 1) == (settled(),)
    assert journal.entries(RUN, 2) == ()


def test_a_place_is_given_once(journal: Journal) -> None:
    with ThreadPoolExecutor(8) as pool:
        there = list(pool.map(lambda number: journal.begin(RUN, replace(ENTRY, digest=f"d{number}")), range(8)))
    assert there.count(None) == 1
    (kept,) = journal.entries(RUN)
    assert [entry for entry in there if entry is not None] == [kept] * 7


def test_entries_are_in_the_order_in_which_calls_were_made_first(journal: Journal) -> None:
    places = [(0, 1, 2), (1, 1, 1), (0, 2, 1), (0, 1, 11), (0, 10, 1)]
    for round_, attempt, number in places:
        journal.begin(RUN, replace(ENTRY, round=round_, attempt=attempt, number=number))
    assert [(entry.round, *entry.place) for entry in journal.entries(RUN)] == sorted(places)


@pytest.mark.parametrize("first", [CallState.APPLIED, CallState.REFUSED])
def test_the_first_certain_word_stands(journal: Journal, first: CallState) -> None:
    journal.begin(RUN, ENTRY)
    standing = journal.settle(RUN, settled(call=replace(APPLIED, state=first)))
    for state in CallState:
        late = settled(call=replace(APPLIED, state=state, status=500), response=HttpResponse(500))
        assert journal.settle(RUN, late) == standing
    assert journal.entries(RUN) == (standing,)


def test_what_was_unknown_may_become_known_and_never_the_other_way(journal: Journal) -> None:
    journal.begin(RUN, ENTRY)
    journal.settle(RUN, replace(ENTRY, call=replace(CALL, state=CallState.UNKNOWN)))
    assert journal.settle(RUN, settled()).state is CallState.APPLIED
    assert journal.settle(RUN, replace(ENTRY, call=replace(CALL, state=CallState.UNKNOWN))).state is CallState.APPLIED


def test_a_late_answer_does_not_take_back_that_the_call_was_given_to_the_script_again(journal: Journal) -> None:
    journal.begin(RUN, ENTRY)
    assert journal.serve(RUN, ENTRY, 3, 7)
    journal.settle(RUN, settled(served=0))
    (kept,) = journal.entries(RUN)
    assert (kept.served, kept.served_as) == (3, 7)


def test_an_entry_is_served_once_in_an_attempt(journal: Journal) -> None:
    journal.begin(RUN, ENTRY)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda number: journal.serve(RUN, ENTRY, 3, number), range(8))).count(True) == 1
    assert not journal.serve(RUN, ENTRY, 2, 1)
    assert journal.serve(RUN, ENTRY, 4, 1)


def test_long_bodies_stand_elsewhere_and_come_back_byte_for_byte(journal: Journal, bodies: Kept, dynamodb: Any) -> None:
    sent, answer = replace(SENT, body=b"\xff" * 70_000), replace(ANSWER, body=b"y" * 4_000_000)
    journal.begin(RUN, replace(ENTRY, request=sent))
    assert len(bodies) == 1
    journal.settle(RUN, settled(request=sent, response=answer))
    (kept,) = journal.entries(RUN)
    assert set(kept.bodies_at) == {"request", "response"}
    assert kept.response
    assert kept.response.body == b""
    whole = journal.whole(kept)
    assert (whole.request, whole.response, whole.bodies_at) == (sent, answer, {})
    item = dynamodb.get_item(TableName="runs", Key={"run_id": {"S": RUN}, "item": {"S": f"call#{ENTRY.key}"}})["Item"]
    assert len(str(item)) < 10_000


def test_a_body_that_is_not_the_one_that_was_kept_is_an_error(journal: Journal, bodies: Kept) -> None:
    journal.begin(RUN, replace(ENTRY, request=replace(SENT, body=b"x" * 70_000)))
    (kept,) = journal.entries(RUN)
    for sha256 in bodies:
        bodies[sha256] = b"other"
    with pytest.raises(StorageError):
        journal.whole(kept)


def test_runs_journals_stay_apart(journal: Journal) -> None:
    journal.begin(RUN, ENTRY)
    assert journal.entries("run_0000000000000001") == ()
