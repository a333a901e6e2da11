"""A lease: one owner at a time, renewed by that one only, and over by itself."""

import pytest

from agentic.core.errors import UnknownRunError
from agentic.runs import RunStore
from tests.runs.turned_clock import Clock

Started = tuple[str, str]


def test_a_run_in_somebodys_hands_is_taken_by_nobody_else(store: RunStore, started: Started) -> None:
    assert store.leases.take(started[0], "one", 60)
    assert store.leases.take(started[0], "two", 60) is None
    assert store.leases.take(started[0], "one", 60) is None


def test_a_lease_that_was_not_renewed_is_free(store: RunStore, started: Started, clock: Clock) -> None:
    store.leases.take(started[0], "one", 60)
    clock.now += 61
    taken = store.leases.take(started[0], "two", 60)
    assert taken
    assert taken.takes == 2
    assert not store.leases.renew(started[0], "one", 60)
    assert not store.leases.release(started[0], "one")
    assert store.get(started[0]).lease_until == clock.now + 60


def test_a_renewed_lease_lasts_on(store: RunStore, started: Started, clock: Clock) -> None:
    store.leases.take(started[0], "one", 60)
    clock.now += 50
    assert store.leases.renew(started[0], "one", 60)
    clock.now += 50
    assert store.leases.take(started[0], "two", 60) is None


def test_what_is_let_go_of_can_be_taken_at_once(store: RunStore, started: Started) -> None:
    store.leases.take(started[0], "one", 60)
    assert store.leases.release(started[0], "one")
    assert store.leases.take(started[0], "two", 60)


def test_a_run_that_is_not_there_has_no_lease(store: RunStore) -> None:
    with pytest.raises(UnknownRunError):
        store.leases.take("run_0123456789abcdef", "one", 60)
