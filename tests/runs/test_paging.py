"""The list of runs in pages: none is passed over, none comes twice, whatever is made or wanted meanwhile."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from agentic.core.names import new_handle, new_run_id
from agentic.core.values import RunStatus, Target
from agentic.runs import NewRun, RunRecord, RunStore
from agentic.runs.paging import Pages, Place
from tests.runs.turned_clock import Clock


def anything(record: RunRecord) -> bool:
    return True


@pytest.fixture
def pages(dynamodb: Any) -> Pages:
    return Pages(dynamodb, "runs", lambda record: record)


def made(store: RunStore, clock: Clock, count: int, each: int = 1) -> list[str]:
    """So many runs, `each` of them in one moment; the newest first."""
    ids: list[str] = []
    for number in range(count):
        if number % each == 0:
            clock.now += 1
        run_id = new_run_id()
        store.create(NewRun(run_id=run_id, api="stripe", task=f"task {number}", target=Target.FAKE), new_handle(run_id))
        ids.insert(0, run_id)
    return ids


def through(pages: Pages, limit: int, wanted: Callable[[RunRecord], bool] = anything, since: str = "") -> Iterator[list[str]]:
    place: Place | None = None
    while True:
        page = pages.page(limit, wanted, since, place)
        assert len(page.runs) <= limit
        yield [record.run_id for record in page.runs]
        place = page.next
        if place is None:
            return


@pytest.mark.parametrize("each", [1, 4, 50])
@pytest.mark.parametrize("limit", [1, 7, 200])
def test_all_runs_come_once_also_those_of_one_moment(pages: Pages, store: RunStore, clock: Clock, limit: int, each: int):
    ids = made(store, clock, 45, each)
    found = [run_id for page in through(pages, limit) for run_id in page]
    assert sorted(found) == sorted(ids)
    if each == 1:
        assert found == ids


def test_runs_that_are_made_while_somebody_turns_pages_move_nothing(pages: Pages, store: RunStore, clock: Clock):
    ids = made(store, clock, 9)
    first = pages.page(4, anything)
    made(store, clock, 5)
    rest = pages.page(100, anything, after=first.next)
    assert [record.run_id for record in (*first.runs, *rest.runs)] == ids


def test_a_page_of_few_among_many_ends_early_and_says_where_to_go_on(pages: Pages, store: RunStore, clock: Clock):
    ids = made(store, clock, 2100)
    store.finish(ids[-1], RunStatus.FAILED)
    found = list(through(pages, 10, lambda record: record.status is RunStatus.FAILED))
    assert found == [[], [ids[-1]]]


def test_since_bounds_every_page(pages: Pages, store: RunStore, clock: Clock):
    ids = made(store, clock, 10)
    since = store.get(ids[5]).created_at
    assert [run_id for page in through(pages, 2, since=since) for run_id in page] == ids[:6]
    assert pages.page(2, anything, "2099-01-01T00:00:00.000+00:00", Place(since, ())).runs == ()
