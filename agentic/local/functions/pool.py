"""One function's processes: the one used last is used next, and a new one is started when none is idle."""

import threading
from collections.abc import Callable

from agentic.local.functions.process import Process


class Pool:
    """At most `limit` processes for callers who wait for an answer, and as many for those who do not.

    Apart, because a function may wait for another invocation of itself: who waits must not keep that one from its turn.
    `start` makes a process whose end is told to `forget`.
    """

    def __init__(self, start: Callable[["Pool"], Process], limit: int) -> None:
        self._start = start
        self._limit = limit
        self._changed = threading.Condition()
        self._all: set[Process] = set()
        self._idle: list[Process] = []
        # The busy ones, by whether somebody waits for their answer.
        self._busy: dict[bool, set[Process]] = {True: set(), False: set()}
        self._open = True

    @property
    def processes(self) -> list[Process]:
        with self._changed:
            return list(self._all)

    def warm(self, count: int) -> None:
        """Start idle processes until there are `count` of them (or the limit is reached)."""
        with self._changed:
            while self._open and len(self._idle) < count and len(self._all) < self._limit:
                self._idle.insert(0, self._new())

    def take(self, *, awaited: bool, seconds: float | None) -> Process | None:
        """A process for one invocation, at the latest after `seconds` (None: whenever); else None, as from a closed pool.

        `awaited`: somebody waits for the invocation's answer.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._open or len(self._busy[awaited]) < self._limit, seconds)
            if not self._open or len(self._busy[awaited]) >= self._limit:
                return None
            chosen = self._chosen()
            self._busy[awaited].add(chosen)
            return chosen

    def give_back(self, process: Process) -> None:
        with self._changed:
            self._no_longer_busy(process)
            keep = self._open
            if keep and process in self._all:
                self._idle.append(process)
            self._changed.notify_all()
        if not keep:
            process.end()

    def forget(self, process: Process) -> None:
        """The process is gone."""
        with self._changed:
            self._all.discard(process)
            self._no_longer_busy(process)
            if process in self._idle:
                self._idle.remove(process)
            self._changed.notify_all()

    def retire(self) -> None:
        """Take no more invocations: idle processes end now, the busy ones when they are given back."""
        with self._changed:
            self._open = False
            idle, self._idle = self._idle, []
            self._changed.notify_all()
        for process in idle:
            process.end()

    def _chosen(self) -> Process:
        if not self._idle:
            return self._new()
        # Ready ones first; among them the one that was used last.
        chosen = next((process for process in reversed(self._idle) if process.ready), self._idle[-1])
        self._idle.remove(chosen)
        return chosen

    def _no_longer_busy(self, process: Process) -> None:
        for busy in self._busy.values():
            busy.discard(process)

    def _new(self) -> Process:
        process = self._start(self)
        self._all.add(process)
        return process
