"""Sessions in the runs table: nobody's turn is lost, nobody else's is read, and what is remembered is bounded."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from agentic.core.turns import MOST_CHARACTERS, MOST_TURNS, Turn, bounded
from agentic.runs.sessions import KEEP_SECONDS, Sessions
from tests.runs.turned_clock import Clock


def turn(run_id: str, answer: str = "done", status: str = "completed") -> Turn:
    return Turn(run_id=run_id, task=f"task of {run_id}", api="stripe", status=status, answer=answer, ids=(f"cus_{run_id}",))


def told(run_id: str) -> tuple[Turn, bool]:
    return turn(run_id), True


@pytest.fixture
def sessions(dynamodb: Any, clock: Clock) -> Sessions:
    return Sessions(dynamodb, "runs", clock)


def names(sessions: Sessions, person: str, name: str, how: Callable[[str], tuple[Turn, bool] | None] = told) -> list[str]:
    return [item.run_id for item in sessions.turns(person, name, how)]


def test_turns_come_back_in_the_order_in_which_the_runs_began(sessions: Sessions, clock: Clock):
    for run_id in ("c", "a", "b"):
        sessions.begin("ann", "s", run_id)
        clock.now += 1
    assert names(sessions, "ann", "s") == ["c", "a", "b"]


def test_runs_that_begin_at_once_lose_nobodys_turn(sessions: Sessions, clock: Clock):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: sessions.begin("ann", "s", f"run{number:02d}"), range(50)))
    assert sessions.list("ann")[0].runs == 50
    assert sessions.clear("ann", "s") == 50


def test_fifty_sessions_of_one_name_stay_apart(sessions: Sessions):
    people = [f"person {number}" for number in range(50)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda person: sessions.begin(person, "s", f"of {person}"), people))
    assert [names(sessions, person, "s") for person in people] == [[f"of {person}"] for person in people]
    assert all([item.name for item in sessions.list(person)] == ["s"] for person in people)


def test_control_one_person_and_name_are_one_session(sessions: Sessions, clock: Clock):
    sessions.begin("ann", "s", "a")
    clock.now += 1
    sessions.begin("ann", "s", "b")
    assert names(sessions, "ann", "s") == ["a", "b"]


@pytest.mark.parametrize(
    ("person", "name"), [("ann s", ""), ("ann", "s "), ('ann", "s', ""), ("an", "ns"), ("ANN", "s"), ("", "anns")]
)
def test_no_other_pair_of_person_and_name_reaches_a_session(sessions: Sessions, person: str, name: str):
    sessions.begin("ann", "s", "a")
    assert names(sessions, person, name) == []
    assert sessions.clear(person, name) == 0
    assert names(sessions, "ann", "s") == ["a"]


def test_only_the_newest_turns_are_told(sessions: Sessions, clock: Clock):
    for number in range(MOST_TURNS + 5):
        sessions.begin("ann", "s", f"run{number:02d}")
        clock.now += 1
    assert names(sessions, "ann", "s") == [f"run{number:02d}" for number in range(5, MOST_TURNS + 5)]


def test_long_turns_are_dropped_from_the_oldest_on():
    half = MOST_CHARACTERS // 2
    turns = [turn("a", "x" * half), turn("b", "x" * half), turn("c")]
    assert [item.run_id for item in bounded(turns)] == ["b", "c"]
    assert [item.run_id for item in bounded([turn("a"), turn("b"), turn("c")])] == ["a", "b", "c"]


def test_what_has_expired_is_not_told_even_before_the_table_deletes_it(sessions: Sessions, clock: Clock):
    sessions.begin("ann", "s", "a")
    clock.now += KEEP_SECONDS - 1
    assert names(sessions, "ann", "s") == ["a"]
    sessions.begin("ann", "s", "b")
    clock.now += 2
    assert names(sessions, "ann", "s") == ["b"]
    clock.now += KEEP_SECONDS
    assert (names(sessions, "ann", "s"), sessions.list("ann")) == ([], ())


def test_a_run_that_has_ended_is_looked_up_once_and_one_under_way_again(sessions: Sessions):
    asked: list[str] = []

    def under_way(run_id: str) -> tuple[Turn, bool]:
        asked.append(run_id)
        return turn(run_id, status="executing"), False

    def ended(run_id: str) -> tuple[Turn, bool]:
        asked.append(run_id)
        return turn(run_id), True

    sessions.begin("ann", "s", "a")
    assert [item.status for item in sessions.turns("ann", "s", under_way)] == ["executing"]
    for _ in range(2):
        assert sessions.turns("ann", "s", ended) == (turn("a"),)
    assert asked == ["a", "a"]


def test_a_run_that_never_got_a_record_is_passed_over(sessions: Sessions, clock: Clock):
    sessions.begin("ann", "s", "gone")
    clock.now += 1
    sessions.begin("ann", "s", "a")
    assert names(sessions, "ann", "s", lambda run_id: None if run_id == "gone" else told(run_id)) == ["a"]


def test_a_cleared_session_is_gone_and_stays_so_for_whoever_was_reading_it(sessions: Sessions):
    sessions.begin("ann", "s", "a")

    def cleared_meanwhile(run_id: str) -> tuple[Turn, bool]:
        assert sessions.clear("ann", "s") == 1
        return told(run_id)

    sessions.turns("ann", "s", cleared_meanwhile)
    assert (names(sessions, "ann", "s"), sessions.list("ann")) == ([], ())
