"""Every state machine of the local cloud and its executions; those that have ended, and those of a crash, are kept on disk."""

import json
import re
import threading
import time
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from agentic.core.errors import AgenticError, UsageError
from agentic.local.trace import Observer, ignore
from agentic.local.workflows.definition import Definition, read
from agentic.local.workflows.execution import ABORTED, LONGEST_DATA, RUNNING, Execution, MachineDeclaration, Status
from agentic.local.workflows.history import Event, History
from agentic.local.workflows.tasks import Tasks

_NAME = re.compile(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,80}")
# Step Functions keeps an execution 90 days; a laptop the newest ones, whose histories hold each script several times.
_KEPT_SECONDS = 90 * 24 * 3600
_KEPT_EXECUTIONS = 200


class StateMachines:
    """State machines and executions.

    An execution that was running when the process ended is aborted at the next start: what it did stands in the run record.
    """

    def __init__(self, tasks: Tasks, observer: Observer = ignore) -> None:
        self._tasks = tasks
        self._kept: MutableMapping[str, str] = {}
        self._observer = observer
        self._machines: dict[str, tuple[MachineDeclaration, Definition, float]] = {}
        self._running: dict[str, Execution] = {}
        self._lock = threading.Lock()
        self._keeping = threading.Lock()
        self._closed = False

    def keep_in(self, kept: MutableMapping[str, str]) -> None:
        """Keep executions (ARN to JSON) where they outlive the process; abort those of a process that is gone."""
        self._kept = kept
        self._abort_interrupted()

    def check(self, arn: str, definition: str) -> Definition:
        """Raises `ConfigurationError` for a definition that the state machine `arn` cannot have here."""
        found = read(definition, arn.split(":")[1])
        self._tasks.check(found)
        return found

    def create(self, declaration: MachineDeclaration) -> None:
        """Adds the state machine or replaces it; running executions go on with what they began with.

        Raises `ConfigurationError`.
        """
        definition = self.check(declaration.arn, declaration.definition)
        with self._lock:
            known = self._machines.get(declaration.arn)
            created = known[2] if known else round(time.time(), 3)
            self._machines[declaration.arn] = (declaration, definition, created)

    def remove(self, arn: str) -> None:
        """Removes the state machine and stops its executions, as DeleteStateMachine does; one that is gone is no error."""
        with self._lock:
            self._machines.pop(arn, None)
            running = [execution for execution in self._running.values() if execution.status.machine_arn == arn]
        for execution in running:
            execution.stop("", "the state machine was deleted")

    def machines(self) -> tuple[tuple[MachineDeclaration, float], ...]:
        """Every state machine, with the time of its creation."""
        with self._lock:
            return tuple((declaration, created) for declaration, _, created in self._machines.values())

    def machine(self, arn: str) -> tuple[MachineDeclaration, float]:
        """Raises `UsageError` with the service's own code."""
        with self._lock:
            found = self._machines.get(arn)
        if found is None:
            raise _fault("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")
        return found[0], found[2]

    def start(self, machine_arn: str, name: str, text: str) -> Status:
        """StartExecution. The same name and input again, while it runs, is the same execution. Raises `UsageError`."""
        if not _NAME.fullmatch(name):
            raise _fault("InvalidName", f"Invalid Name: '{name}'")
        if len(text.encode()) > LONGEST_DATA:
            raise _fault("InvalidExecutionInput", f"The input has more than {LONGEST_DATA} bytes")
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            raise _fault("InvalidExecutionInput", "Invalid State Machine Execution Input: it is not JSON") from None
        self.machine(machine_arn)
        arn = f"{machine_arn.replace(':stateMachine:', ':execution:')}:{name}"
        with self._lock:
            if self._closed:
                raise UsageError("the local cloud has been stopped")
            known = self._running.get(arn)
            if known is not None and known.status.input == text:
                return known.status
            if known is not None or arn in self._kept:
                raise _fault("ExecutionAlreadyExists", f"Execution Already Exists: '{arn}'")
            declaration, definition, _ = self._machines[machine_arn]
            status = Status(arn, machine_arn, name, text)
            execution = Execution(declaration, definition, status, self._tasks, self._observer, self._keep)
            self._running[arn] = execution
        try:
            execution.start()
        except AgenticError:
            with self._lock:
                del self._running[arn]
            raise
        return status

    def stop(self, arn: str, error: str = "", cause: str = "") -> Status:
        """StopExecution. One that has ended stays as it is. Raises `UsageError`."""
        with self._lock:
            running = self._running.get(arn)
        if running is not None:
            running.stop(error, cause)
            return running.status
        return self.execution(arn)[0]

    def execution(self, arn: str) -> tuple[Status, tuple[Event, ...]]:
        """An execution's status and its history so far. Raises `UsageError`."""
        with self._lock:
            running, kept = self._running.get(arn), self._kept.get(arn)
        if running is not None:
            return running.status, tuple(running.history.events)
        if kept is None:
            raise _fault("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
        return _read(kept)

    def executions(self, machine_arn: str) -> Iterator[Status]:
        """All executions of a state machine that are known, the newest first."""
        prefix = f"{machine_arn.replace(':stateMachine:', ':execution:')}:"
        arns = [arn for arn in tuple(self._kept) if arn.startswith(prefix)]
        yield from sorted((self.execution(arn)[0] for arn in arns), key=lambda status: status.start, reverse=True)

    def close(self) -> None:
        """Abort what runs. May be called again."""
        with self._lock:
            self._closed = True
            running = list(self._running.values())
        for execution in running:
            execution.stop("", "the local cloud was stopped")

    def _keep(self, execution: Execution) -> None:
        """What is on the disk is what a crash leaves. Raises `StorageError` where it cannot be kept, but not at the end."""
        status = execution.status
        # In turn: what is older must not be written over what is newer.
        with self._keeping:
            if status.status == RUNNING:
                self._kept[status.arn] = _kept(status, list(execution.history.events))
                return
            # On a full disk the execution has ended all the same, and the next start will call it aborted.
            with suppress(AgenticError):
                self._kept[status.arn] = _kept(status, list(execution.history.events))
        with self._lock:
            self._running.pop(status.arn, None)

    def _abort_interrupted(self) -> None:
        now = time.time()
        for arn, text in tuple(self._kept.items()):
            status, events = _read(text)
            if status.status == RUNNING:
                history = History(events)
                cause = "the local cloud ended in the middle of it"
                history.add("ExecutionAborted", "executionAborted", {"cause": cause})
                status.status, status.cause, status.end = ABORTED, cause, round(now, 3)
                self._kept[arn] = _kept(status, history.events)
            elif now - status.end > _KEPT_SECONDS:
                del self._kept[arn]
        newest = sorted(self._kept, key=lambda arn: _read(self._kept[arn])[0].start)
        for arn in newest[:-_KEPT_EXECUTIONS]:
            del self._kept[arn]


def _kept(status: Status, events: list[Event]) -> str:
    return json.dumps({"status": asdict(status), "events": events}, ensure_ascii=False)


def _read(text: str) -> tuple[Status, tuple[Event, ...]]:
    kept: Any = json.loads(text)
    return Status(**kept["status"]), tuple(kept["events"])


def _fault(code: str, message: str) -> UsageError:
    return UsageError(message, aws_code=code, aws_status=400)
