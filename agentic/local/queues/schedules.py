"""Schedules: invoke a function again and again, with the rights of the schedule's role."""

import logging
import threading
from collections.abc import Callable

from agentic.core.errors import AgenticError
from agentic.local.queues.declarations import ScheduleDeclaration
from agentic.local.services import FunctionService

_log = logging.getLogger(__name__)


class Schedules:
    """All schedules of one local cloud, in one thread. `permitted` raises `RefusedError` for a role that may not invoke."""

    def __init__(self, functions: FunctionService, permitted: Callable[[str, str, str], None]) -> None:
        self._functions = functions
        self._permitted = permitted
        self._timers: dict[str, threading.Event] = {}
        self._declared: dict[str, ScheduleDeclaration] = {}
        self._lock = threading.Lock()

    def create(self, declaration: ScheduleDeclaration) -> None:
        """Start it, the first time when its time has passed once; or let it go on as declared now."""
        ended = threading.Event()
        with self._lock:
            replaced = self._timers.get(declaration.name)
            self._timers[declaration.name] = ended
            self._declared[declaration.name] = declaration
        if replaced:
            replaced.set()
        name = f"schedule {declaration.name}"
        threading.Thread(target=self._run, args=(declaration, ended), name=name, daemon=True).start()

    def remove(self, name: str) -> None:
        """One that is gone is no error."""
        with self._lock:
            ended = self._timers.pop(name, None)
            self._declared.pop(name, None)
        if ended:
            ended.set()

    def due(self, name: str) -> None:
        """Do now what the schedule does when its time has come. Raises as the function's invocation does."""
        declaration = self._declared[name]
        self._permitted(declaration.role_arn, "lambda:InvokeFunction", declaration.function_arn)
        self._functions.invoke(declaration.function_arn, declaration.payload)

    def close(self) -> None:
        """End all of them."""
        with self._lock:
            timers, self._timers = list(self._timers.values()), {}
        for ended in timers:
            ended.set()

    def _run(self, declaration: ScheduleDeclaration, ended: threading.Event) -> None:
        while not ended.wait(declaration.seconds):
            try:
                self.due(declaration.name)
            except KeyError:
                return
            except AgenticError as error:
                if not ended.is_set():
                    _log.warning("The schedule %s could not invoke its function: %s", declaration.name, error.message)
