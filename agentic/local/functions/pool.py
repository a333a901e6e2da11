"""One function's processes: the one used last is used next, and a new one is started when none is idle."""

import threading
from collections.abc import Callable

from agentic.local.functions.process import Process


class Pool:
    """At most `limit` processes at a time. `start` makes a process whose end is told to `forget`."""

    def __init__(self, start: Callable[["Pool"], Process], limit: int) -> None:
        self._start = start
        self._limit = limit
        self._changed = threading.Condition()
        self._all: set[Process] = set()
        self._idle: list[Process] = []
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

    def take(self, *, wait: bool) -> Process | None:
        """A process for one invocation; None when all are busy (and `wait` is not set) or the pool is closed."""
        with self._changed:
            while self._open:
                if self._idle:
                    # Ready ones first; among them the one that was used last.
                    chosen = next((process for process in reversed(self._idle) if process.ready), self._idle[-1])
                    self._idle.remove(chosen)
                    return chosen
                if len(self._all) < self._limit:
                    return self._new()
                if not wait:
                    return None
                self._changed.wait()
        return None

    def give_back(self, process: Process) -> None:
        with self._changed:
            keep = self._open
            if keep and process in self._all:
                self._idle.append(process)
                self._changed.notify()
        if not keep:
            process.end()

    def forget(self, process: Process) -> None:
        """The process is gone."""
        with self._changed:
            self._all.discard(process)
            if process in self._idle:
                self._idle.remove(process)
            self._changed.notify()

    def retire(self) -> None:
        """Take no more invocations: idle processes end now, the busy ones when they are given back."""
        with self._changed:
            self._open = False
            idle, self._idle = self._idle, []
            self._changed.notify_all()
        for process in idle:
            process.end()

    def _new(self) -> Process:
        process = self._start(self)
        self._all.add(process)
        return process
