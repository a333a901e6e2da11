"""One execution of a state machine: a thread that goes from state to state, and what may be asked of it from outside."""

import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from agentic.local.trace import Event, Observer
from agentic.local.workflows import paths
from agentic.local.workflows.definition import (
    ALL,
    DATA_LIMIT,
    RUNTIME,
    TASK_FAILED,
    TIMEOUT,
    Catcher,
    Choice,
    Definition,
    Fail,
    Retrier,
    State,
    Task,
)
from agentic.local.workflows.history import History, text
from agentic.local.workflows.tasks import TaskError, Tasks

LONGEST_DATA = 262_144
"""Bytes of a state's input or output (Step Functions, quotas)."""
_LONGEST_ERROR, _LONGEST_CAUSE, _SHOWN = 256, 32_768, 300

RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED = "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"
# What not even States.ALL stands for (developer guide, "Handling errors").
_NEVER_CAUGHT = frozenset({RUNTIME, DATA_LIMIT})


@dataclass(frozen=True, slots=True)
class MachineDeclaration:
    """A state machine as its resource declares it; `definition` is the text."""

    arn: str
    name: str
    role_arn: str
    definition: str


@dataclass(slots=True)
class Status:
    """What DescribeExecution tells, in its own spelling where it has one."""

    arn: str
    machine_arn: str
    name: str
    input: str
    status: str = RUNNING
    start: float = field(default_factory=lambda: round(time.time(), 3))
    end: float = 0.0
    output: str = ""
    error: str = ""
    cause: str = ""


class _EndedError(Exception):
    """The execution is over: it was stopped, or its time is up."""


class Execution:
    """Runs from `start` to its end or `stop`. `keep` is told when it starts, before each task, and at its end.

    `chance` gives a number from 0 to 1, for the jitter of pauses.
    """

    def __init__(
        self,
        machine: MachineDeclaration,
        definition: Definition,
        status: Status,
        tasks: Tasks,
        observer: Observer,
        keep: "Callable[[Execution], None]",
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._machine = machine
        self._definition = definition
        self._tasks = tasks
        self._observer = observer
        self._keep = keep
        self._chance = chance
        self._changed = threading.Condition()
        self._deadline = time.monotonic() + definition.seconds
        self.status = status
        self.history = History()

    def start(self) -> None:
        started = {"input": self.status.input, "roleArn": self._machine.role_arn}
        self.history.add("ExecutionStarted", "executionStarted", started)
        self._keep(self)
        threading.Thread(target=self._run, name=f"workflow-{self.status.name}", daemon=True).start()

    def stop(self, error: str, cause: str) -> None:
        """Abort it; one that has ended stays as it is. A task that is under way is not waited for."""
        self._end(ABORTED, error=error, cause=cause)

    def _run(self) -> None:
        data: Any = json.loads(self.status.input)
        state = self._definition.states[self._definition.start]
        try:
            while True:
                data, following = self._pass(state, data)
                if not following:
                    return self._end(SUCCEEDED, output=text(data))
                state = self._definition.states[following]
        except _EndedError:
            pass
        except TaskError as error:
            self._end(FAILED, error=error.error, cause=error.cause)
        except Exception as error:  # noqa: BLE001 - whatever breaks, the execution ends and says so
            self._end(FAILED, error=RUNTIME, cause=f"the local cloud failed: {type(error).__name__}: {error}")
        return None

    def _pass(self, state: State, data: Any) -> tuple[Any, str]:
        """A state's output and the next state's name; empty at the end. Raises `TaskError` for a failure of the execution."""
        context = {
            "$$.Execution.Id": self.status.arn,
            "$$.Execution.Name": self.status.name,
            "$$.StateMachine.Id": self._machine.arn,
            "$$.State.Name": state.name,
        }
        self._note(lambda: self.history.entered(state, data))
        try:
            if isinstance(state, Task):
                output, following = self._task(state, data, context)
            elif isinstance(state, Choice):
                output, following = data, _chosen(state, data, context)
            elif isinstance(state, Fail):
                error = paths.find(state.error_path, data, context) if state.error_path else state.error
                cause = paths.find(state.cause_path, data, context) if state.cause_path else state.cause
                raise TaskError(str(error), str(cause))
            else:
                output, following = data, ""
        except paths.PathError as error:
            raise TaskError(RUNTIME, str(error)) from error
        _bounded(output, state)
        self._note(lambda: self.history.exited(state, output))
        return output, following

    def _task(self, state: Task, data: Any, context: dict[str, str]) -> tuple[Any, str]:
        parameters = paths.fill(state.parameters, data, context)
        _bounded(parameters, state)
        tried = dict.fromkeys(state.retriers, 0)
        while True:
            try:
                result = self._attempt(state, parameters)
                _bounded(result, state)
                chosen = paths.fill(state.selector, result, context) if state.selector is not None else result
                return paths.put(state.result_path, data, chosen), state.next
            except TaskError as error:
                retrier = next((item for item in state.retriers if _names(item, error)), None)
                if retrier and tried[retrier] < retrier.attempts:
                    pause = retrier.pause(tried[retrier], self._chance())
                    tried[retrier] += 1
                    self._wait(lambda: False, pause)
                    continue
                catcher = next((item for item in state.catchers if _names(item, error)), None)
                if catcher is None:
                    raise
                told = {"Error": error.error, "Cause": error.cause}
                return paths.put(catcher.result_path, data, told), catcher.next

    def _attempt(self, state: Task, parameters: Any) -> Any:
        """One try of a task, in a thread of its own, which is left alone when its time is up."""
        region = self._machine.arn.split(":")[3]
        scheduled = {"region": region, "parameters": text(parameters), "timeoutInSeconds": int(state.seconds)}
        self._note(lambda: self.history.task("Scheduled", state.task, **scheduled))
        self._note(lambda: self.history.task("Started", state.task))
        self._keep(self)
        outcome: list[Any] = []
        # One that goes on with a run has its round after the run's id.
        run_id, started = self.status.name.partition("-")[0], time.perf_counter()
        self._observer(Event("tool", "start", state.name, run_id, {"agent": "workflow"}))

        def work() -> None:
            try:
                arguments = (state.task, parameters, self._machine.role_arn, self._machine.arn, run_id)
                found: Any = self._tasks.run(*arguments)
            except TaskError as error:
                found = error
            except Exception as error:  # noqa: BLE001 - the thread's end must not be the end of the news
                found = TaskError(TASK_FAILED, f"the local cloud failed: {type(error).__name__}: {error}")
            with self._changed:
                outcome.append(found)
                self._changed.notify_all()

        threading.Thread(target=work, name=f"workflow-task-{run_id}", daemon=True).start()
        try:
            if not self._wait(lambda: bool(outcome), state.seconds):
                error = TaskError(TIMEOUT, f"the task took longer than {state.seconds:g} s")
                self._note(lambda: self.history.task("TimedOut", state.task, error=error.error, cause=error.cause))
                raise error
            failed = outcome[0] if isinstance(outcome[0], TaskError) else None
            if failed:
                told = {"error": failed.error[:_LONGEST_ERROR], "cause": failed.cause[:_LONGEST_CAUSE]}
                self._note(lambda: self.history.task("Failed", state.task, **told))
                raise failed
            self._note(lambda: self.history.task("Succeeded", state.task, output=text(outcome[0])))
            return outcome[0]
        finally:
            facts = {"agent": "workflow", **_facts(outcome[0] if outcome else None)}
            self._observer(Event("tool", "end", state.name, run_id, facts, (time.perf_counter() - started) * 1000))

    def _wait(self, done: Callable[[], bool], seconds: float) -> bool:
        """Wait until `done`, `seconds` at most. Raises `_EndedError` when the execution is over before."""
        until = time.monotonic() + seconds
        with self._changed:
            while not done():
                if self.status.status != RUNNING:
                    raise _EndedError
                now = time.monotonic()
                if now >= self._deadline:
                    break
                if now >= until:
                    return False
                self._changed.wait(min(until, self._deadline) - now)
            else:
                return True
        self._end(TIMED_OUT)
        raise _EndedError

    def _note(self, add: Callable[[], None]) -> None:
        """Add to the history of an execution that still runs."""
        with self._changed:
            if self.status.status != RUNNING:
                raise _EndedError
            add()

    def _end(self, status: str, *, output: str = "", error: str = "", cause: str = "") -> None:
        with self._changed:
            if self.status.status != RUNNING:
                return
            kind = {SUCCEEDED: "Succeeded", FAILED: "Failed", TIMED_OUT: "TimedOut", ABORTED: "Aborted"}[status]
            error, cause = error[:_LONGEST_ERROR], cause[:_LONGEST_CAUSE]
            facts = {"output": output} if status == SUCCEEDED else {"error": error, "cause": cause}
            self.history.add(f"Execution{kind}", f"execution{kind}", facts)
            self.status.output, self.status.error, self.status.cause = output, error, cause
            self.status.end, self.status.status = round(time.time(), 3), status
            self._changed.notify_all()
        self._keep(self)


def _facts(outcome: Any) -> dict[str, Any]:
    """What people who watch are told of a task: whether it failed, and with what."""
    if isinstance(outcome, TaskError):
        return {"error": True, "message": f"{outcome.error}: {outcome.cause}".partition("\n")[0][:_SHOWN]}
    return {"error": outcome is None}


def _chosen(state: Choice, data: Any, context: dict[str, str]) -> str:
    for path, expected, following in state.rules:
        if paths.find(path, data, context) == expected:
            return following
    if not state.default:
        raise TaskError(RUNTIME, f"no rule of {state.name} fits, and it has no Default")
    return state.default


def _names(item: Retrier | Catcher, error: TaskError) -> bool:
    if error.error in item.errors:
        return True
    if error.error in _NEVER_CAUGHT:
        return False
    return ALL in item.errors or (TASK_FAILED in item.errors and error.error != TIMEOUT)


def _bounded(data: Any, state: State) -> None:
    size = len(text(data).encode("utf-8", "surrogatepass"))
    if size > LONGEST_DATA:
        raise TaskError(DATA_LIMIT, f"the state {state.name} has {size} bytes of data; {LONGEST_DATA} are allowed")
