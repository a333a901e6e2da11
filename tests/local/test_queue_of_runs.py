"""Runs that come at once wait for their turn: so many at a time, in order, and one that is cancelled meanwhile never begins."""

import threading
import time
from collections.abc import Callable

import pytest

from agentic.core.errors import LocalCloudError, RefusedError
from agentic.local.queue_of_runs import QueueOfRuns


class Runs:
    """Runs in threads: each says that it has begun, and goes on until it is let go."""

    def __init__(self, queue: QueueOfRuns) -> None:
        self.queue = queue
        self.begun: list[str] = []
        self.told: dict[str, int] = {}
        self.refused: dict[str, str] = {}
        self.most = 0
        self._busy = 0
        self._go: dict[str, threading.Event] = {}
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def start(self, name: str, seen: Callable[[], bool]) -> None:
        self._go[name] = threading.Event()
        thread = threading.Thread(target=self._run, args=(name,))
        self._threads.append(thread)
        thread.start()
        assert eventually(seen)

    def end(self, *names: str) -> None:
        for name in names or tuple(self._go):
            self._go[name].set()
        if not names:
            for thread in self._threads:
                thread.join(10)

    def _run(self, name: str) -> None:
        try:
            with self.queue.turn(name, lambda before: self.told.update({name: before})):
                with self._lock:
                    self.begun.append(name)
                    self._busy += 1
                    self.most = max(self.most, self._busy)
                self._go[name].wait(10)
                with self._lock:
                    self._busy -= 1
        except RefusedError as error:
            self.refused[name] = error.message


def eventually(seen: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not seen():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def test_so_many_have_their_turn_at_a_time_and_who_comes_first_is_first() -> None:
    runs = Runs(QueueOfRuns(at_once=2))
    for name in "abcde":
        runs.start(name, lambda name=name: name in runs.begun or name in runs.told)
    assert (runs.begun, runs.told) == (["a", "b"], {"c": 2, "d": 3, "e": 4})
    runs.end("a")
    assert eventually(lambda: runs.begun == ["a", "b", "c"])
    runs.end()
    assert (runs.begun, runs.most) == (["a", "b", "c", "d", "e"], 2)


def test_who_is_cancelled_while_it_waits_never_begins_and_keeps_nobody_back() -> None:
    runs = Runs(QueueOfRuns(at_once=1))
    for name in "abc":
        runs.start(name, lambda name=name: name in runs.begun or name in runs.told)
    runs.queue.cancel("b")
    assert eventually(lambda: "b" in runs.refused)
    assert "cancelled" in runs.refused["b"]
    runs.end()
    assert runs.begun == ["a", "c"]


def test_cancelling_a_run_that_has_begun_or_is_unknown_changes_nothing() -> None:
    runs = Runs(QueueOfRuns(at_once=1))
    runs.start("a", lambda: "a" in runs.begun)
    runs.queue.cancel("a")
    runs.queue.cancel("nobody")
    runs.end()
    runs.start("a", lambda: runs.begun == ["a", "a"])
    runs.end()
    assert runs.refused == {}


def test_a_run_that_fails_gives_its_turn_back() -> None:
    queue = QueueOfRuns(at_once=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), queue.turn("a", lambda _: None):
            raise ZeroDivisionError


def test_too_many_are_told_so() -> None:
    runs = Runs(QueueOfRuns(at_once=1, most_waiting=1))
    runs.start("a", lambda: "a" in runs.begun)
    runs.start("b", lambda: "b" in runs.told)
    with pytest.raises(LocalCloudError, match="1 runs are at work and 1 wait") as refused, runs.queue.turn("c", lambda _: None):
        pass
    assert "run it again" in refused.value.hint
    runs.end()
    assert runs.begun == ["a", "b"]
