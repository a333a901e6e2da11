"""What brokers share of an API stays right, however many of them write at once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from agentic.runs import RunStore
from agentic.runs.outside import MOST_FAILURES, WINDOW_SECONDS, Draught, OutsideTable
from tests.runs.turned_clock import Clock

PLACE = "stripe#real"


@pytest.fixture
def outside(dynamodb: Any, clock: Clock) -> OutsideTable:
    return OutsideTable(dynamodb, "runs", clock)


def test_many_at_once_take_no_more_than_a_bucket_holds_and_no_less(outside: OutsideTable) -> None:
    hour = (Draught("0", 1, 3600.0, 30), Draught("1", 2, 3600.0, 100))
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: outside.take("key", hour), range(80)))
    assert waits.count(0.0) == 30


def test_a_bucket_fills_with_time_and_is_never_more_than_full(outside: OutsideTable, clock: Clock) -> None:
    drop = (Draught("0", 1, 10.0, 3),)
    assert [outside.take("key", drop) for _ in range(4)] == [0, 0, 0, pytest.approx(10)]
    clock.now += 10
    assert [outside.take("key", drop) for _ in range(2)] == [0, pytest.approx(10)]
    clock.now += 1000
    assert [outside.take("key", drop) for _ in range(4)] == [0, 0, 0, pytest.approx(10)]


def test_where_one_of_two_buckets_is_empty_nothing_is_taken_from_the_other(outside: OutsideTable) -> None:
    small, large = Draught("0", 1, 10.0, 1), Draught("1", 1, 10.0, 2)
    assert outside.take("key", (small, large)) == 0
    assert outside.take("key", (small, large)) == pytest.approx(10)
    assert outside.take("key", (large,)) == 0


def test_what_many_have_seen_at_once_is_all_there(outside: OutsideTable) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: outside.seen(PLACE, good=2, failure=f"run_{number}#0"), range(40)))
    seen = outside.seen(PLACE)
    assert (seen.good, len(seen.failures), len(seen.runs)) == (80, 40, 40)


def test_what_was_seen_counts_for_two_windows(outside: OutsideTable, clock: Clock) -> None:
    outside.seen(PLACE, good=3, failure="run_1#0")
    clock.now += WINDOW_SECONDS
    assert (outside.seen(PLACE, good=1).good, outside.seen(PLACE).runs) == (4, {"run_1"})
    clock.now += WINDOW_SECONDS
    assert (outside.seen(PLACE).good, outside.seen(PLACE).failures) == (1, frozenset())


def test_the_item_stays_small_however_much_fails(outside: OutsideTable) -> None:
    for number in range(MOST_FAILURES + 20):
        seen = outside.seen(PLACE, failure=f"run_{number}#0")
    assert len(seen.failures) == MOST_FAILURES


def test_one_of_many_opens_it_and_one_of_many_gets_the_trial(outside: OutsideTable, clock: Clock) -> None:
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _: outside.open(PLACE, clock.now + 10, 10), range(16)))
        assert not any(pool.map(lambda number: outside.try_out(PLACE, f"{number}", clock.now + 60), range(16)))
        clock.now += 10
        tried = list(pool.map(lambda number: outside.try_out(PLACE, f"{number}", clock.now + 60), range(16)))
    assert (opened.count(True), tried.count(True)) == (1, 1)
    assert not outside.close(PLACE, "another's")
    assert outside.close(PLACE, str(tried.index(True)))
    assert outside.seen(PLACE).open_until == 0


def test_a_hold_is_only_ever_made_longer_and_those_that_have_ended_are_forgotten(outside: OutsideTable, clock: Clock) -> None:
    outside.hold(PLACE, "a", clock.now + 30)
    outside.hold(PLACE, "a", clock.now + 5)
    assert outside.seen(PLACE).holds == {"a": pytest.approx(clock.now + 30)}
    outside.hold(PLACE, "b", clock.now + 40, over=["a"])
    assert set(outside.seen(PLACE).holds) == {"b"}


def test_it_stands_in_no_list_of_runs(outside: OutsideTable, store: RunStore) -> None:
    outside.seen(PLACE, good=1)
    outside.take("key", (Draught("0", 1, 10.0, 1),))
    assert not store.recent(10)
