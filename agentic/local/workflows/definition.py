"""A state machine's definition as values, read from the Amazon States Language; what is not known here is refused by name.

The rules checked are Step Functions' own (developer guide: state machine structure, error handling, quotas; the Amazon
States Language specification), for the query language JSONPath.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from agentic.core.errors import ConfigurationError
from agentic.local.workflows import paths

LONGEST_DEFINITION = 1_048_576
_LONGEST_NAME = 80
_LONGEST_SECONDS = 99_999_999
# Of MaxDelaySeconds: a year of 366 days, exclusive.
_LONGEST_DELAY = 31_622_399
_RESOURCE = re.compile(r"arn:(aws[a-z-]*):states:::(.+)")

LAMBDA_INVOKE = "lambda:invoke"
CONVERSE = "aws-sdk:bedrockruntime:converse"
TASKS = (LAMBDA_INVOKE, CONVERSE)

ALL, TIMEOUT, TASK_FAILED = "States.ALL", "States.Timeout", "States.TaskFailed"
RUNTIME, DATA_LIMIT = "States.Runtime", "States.DataLimitExceeded"
_RESERVED = (ALL, TIMEOUT, TASK_FAILED, RUNTIME, DATA_LIMIT, "States.Permissions", "States.HeartbeatTimeout")

_EVERY_STATE = {"Type", "Comment"}
_FIELDS: Mapping[str, set[str]] = {
    "Task": {"Resource", "Parameters", "ResultSelector", "ResultPath", "Retry", "Catch", "TimeoutSeconds", "Next", "End"},
    "Choice": {"Choices", "Default"},
    "Succeed": set(),
    "Fail": {"Error", "Cause", "ErrorPath", "CausePath"},
}
_MACHINE_FIELDS = {"Comment", "StartAt", "States", "TimeoutSeconds", "QueryLanguage", "Version"}


@dataclass(frozen=True, slots=True)
class Retrier:
    """`Retry`: after one of these errors wait and try again, each time `rate` times longer, `attempts` times at most.

    No pause is longer than `most`. With `jitter` (FULL) each is of any length up to that.
    """

    errors: tuple[str, ...]
    seconds: float
    attempts: int
    rate: float
    most: float = math.inf
    jitter: bool = False

    def pause(self, tried: int, chance: float) -> float:
        """Seconds before the next try, after so many retries; `chance` is a number from 0 to 1."""
        longest = min(self.most, self.seconds * self.rate**tried)
        return longest * chance if self.jitter else longest


@dataclass(frozen=True, slots=True)
class Catcher:
    """`Catch`: after one of these errors go on with another state."""

    errors: tuple[str, ...]
    result_path: str | None
    next: str


@dataclass(frozen=True, slots=True)
class Task:
    """`next` is empty where the execution ends."""

    name: str
    task: str
    parameters: Mapping[str, Any]
    selector: Mapping[str, Any] | None
    result_path: str | None
    retriers: tuple[Retrier, ...]
    catchers: tuple[Catcher, ...]
    seconds: float
    next: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Rules (path, text, next state), and where to go when none fits (empty: that is an error)."""

    name: str
    rules: tuple[tuple[str, str, str], ...]
    default: str


@dataclass(frozen=True, slots=True)
class Succeed:
    name: str


@dataclass(frozen=True, slots=True)
class Fail:
    """Error and cause, or the paths where they are."""

    name: str
    error: str
    cause: str
    error_path: str
    cause_path: str


State = Task | Choice | Succeed | Fail


@dataclass(frozen=True, slots=True)
class Definition:
    """`seconds` bound a whole execution."""

    start: str
    states: Mapping[str, State]
    seconds: float


def read(text: str, partition: str) -> Definition:
    """The definition. Raises `ConfigurationError` with the first thing that Step Functions or this local cloud refuses."""
    if len(text.encode()) > LONGEST_DEFINITION:
        raise ConfigurationError(f"the definition is larger than {LONGEST_DEFINITION} bytes")
    try:
        whole = _mapping(json.loads(text), "the definition")
    except (ValueError, RecursionError):
        raise ConfigurationError("the definition is not JSON") from None
    _only(whole, _MACHINE_FIELDS, "the definition")
    if whole.get("QueryLanguage", "JSONPath") != "JSONPath":
        raise ConfigurationError("the local cloud reads the query language JSONPath only")
    written = _mapping(whole.get("States"), "States")
    states = {name: _state(name, _mapping(state, f"state {name}"), partition) for name, state in written.items()}
    definition = Definition(
        str(whole.get("StartAt", "")), states, _number(whole, "TimeoutSeconds", "the definition", _LONGEST_SECONDS)
    )
    _check_ways(definition)
    return definition


def following(state: State) -> Iterator[str]:
    """The names of the states that can come after this one."""
    if isinstance(state, Task):
        yield from ([state.next] if state.next else [])
        yield from (catcher.next for catcher in state.catchers)
    elif isinstance(state, Choice):
        yield from (rule[2] for rule in state.rules)
        yield from ([state.default] if state.default else [])


def _check_ways(definition: Definition) -> None:
    if definition.start not in definition.states:
        raise ConfigurationError(f"StartAt names {definition.start!r}, which is no state")
    reached, todo = set[str](), [definition.start]
    while todo:
        name = todo.pop()
        if name in reached:
            continue
        reached.add(name)
        for other in following(definition.states[name]):
            if other not in definition.states:
                raise ConfigurationError(f"state {name} leads to {other!r}, which is no state")
            todo.append(other)
    lost = sorted(set(definition.states) - reached)
    if lost:
        raise ConfigurationError(f"no way leads to {', '.join(lost)}")
    ends = [state for state in definition.states.values() if isinstance(state, Succeed | Fail) or not any(following(state))]
    if not ends:
        raise ConfigurationError("no state ends the execution")


def _state(name: str, written: Mapping[str, Any], partition: str) -> State:
    where, kind = f"state {name}", str(written.get("Type", ""))
    if not 0 < len(name) <= _LONGEST_NAME:
        raise ConfigurationError(f"{where} has a name of {len(name)} characters; {_LONGEST_NAME} are allowed")
    if kind not in _FIELDS:
        raise ConfigurationError(f"{where} is of type {kind!r}; the local cloud has {', '.join(_FIELDS)}")
    _only(written, _EVERY_STATE | _FIELDS[kind], where)
    match kind:
        case "Task":
            return _task(name, written, where, partition)
        case "Choice":
            return Choice(name, tuple(_rules(written, where)), str(written.get("Default", "")))
        case "Succeed":
            return Succeed(name)
        case _:
            return _fail(name, written, where)


def _task(name: str, written: Mapping[str, Any], where: str, partition: str) -> Task:
    found = _RESOURCE.fullmatch(str(written.get("Resource", "")))
    if found is None or found[1] != partition or found[2] not in TASKS:
        known = ", ".join(f"arn:{partition}:states:::{task}" for task in TASKS)
        raise ConfigurationError(f"{where} has the resource {written.get('Resource')!r}; the local cloud has {known}")
    if ("Next" in written) == (written.get("End") is True):
        raise ConfigurationError(f"{where} needs either Next or End")
    parameters = _mapping(written.get("Parameters"), f"{where}.Parameters")
    paths.check_template(parameters, f"{where}.Parameters")
    selector = _mapping(written["ResultSelector"], f"{where}.ResultSelector") if "ResultSelector" in written else None
    if selector is not None:
        paths.check_template(selector, f"{where}.ResultSelector")
    retriers = tuple(_retrier(item, f"{where}.Retry") for item in _list(written, "Retry", where))
    catchers = tuple(_catcher(item, f"{where}.Catch") for item in _list(written, "Catch", where))
    for group in (retriers, catchers):
        for position, item in enumerate(group):
            if ALL in item.errors and (len(item.errors) > 1 or position < len(group) - 1):
                raise ConfigurationError(f"{where} has {ALL} where it must stand alone, and last")
    seconds = _number(written, "TimeoutSeconds", where, _LONGEST_SECONDS)
    path = _result_path(written, where)
    return Task(name, found[2], parameters, selector, path, retriers, catchers, seconds, str(written.get("Next", "")))


def _retrier(written: Mapping[str, Any], where: str) -> Retrier:
    known = {"ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy", "Comment"}
    _only(written, known, where)
    attempts, rate = written.get("MaxAttempts", 3), written.get("BackoffRate", 2.0)
    if not isinstance(attempts, int) or isinstance(attempts, bool) or not 0 <= attempts <= _LONGEST_SECONDS:
        raise ConfigurationError(f"{where}.MaxAttempts must be a whole number from 0, not {attempts!r}")
    if isinstance(rate, bool) or not isinstance(rate, int | float) or rate < 1:
        raise ConfigurationError(f"{where}.BackoffRate must be 1 or more, not {rate!r}")
    seconds = _number(written, "IntervalSeconds", where, _LONGEST_SECONDS) if "IntervalSeconds" in written else 1.0
    most = _number(written, "MaxDelaySeconds", where, _LONGEST_DELAY) if "MaxDelaySeconds" in written else math.inf
    if most <= seconds:
        raise ConfigurationError(f"{where}.MaxDelaySeconds must be more than IntervalSeconds, {seconds:g}, not {most:g}")
    jitter = written.get("JitterStrategy", "NONE")
    if jitter not in ("NONE", "FULL"):
        raise ConfigurationError(f"{where}.JitterStrategy must be FULL or NONE, not {jitter!r}")
    return Retrier(_errors(written, where), seconds, attempts, float(rate), most, jitter == "FULL")


def _catcher(written: Mapping[str, Any], where: str) -> Catcher:
    _only(written, {"ErrorEquals", "ResultPath", "Next", "Comment"}, where)
    return Catcher(_errors(written, where), _result_path(written, where), str(written.get("Next", "")))


def _errors(written: Mapping[str, Any], where: str) -> tuple[str, ...]:
    given = written.get("ErrorEquals")
    errors = cast("list[Any]", given) if isinstance(given, list) else []
    if not errors or not all(isinstance(name, str) and name for name in errors):
        raise ConfigurationError(f"{where}.ErrorEquals must be a list of names")
    for name in errors:
        if name.startswith("States.") and name not in _RESERVED:
            raise ConfigurationError(f"{where}.ErrorEquals names {name!r}; the local cloud has {', '.join(_RESERVED)}")
    return tuple(errors)


def _rules(written: Mapping[str, Any], where: str) -> Iterator[tuple[str, str, str]]:
    rules = _list(written, "Choices", where)
    if not rules:
        raise ConfigurationError(f"{where} has no Choices")
    for rule in rules:
        _only(rule, {"Variable", "StringEquals", "Next", "Comment"}, f"{where}.Choices")
        paths.check(rule.get("Variable"), f"{where}.Choices.Variable")
        if not isinstance(rule.get("StringEquals"), str):
            raise ConfigurationError(f"{where}.Choices.StringEquals must be a text")
        yield rule["Variable"], rule["StringEquals"], str(rule.get("Next", ""))


def _fail(name: str, written: Mapping[str, Any], where: str) -> Fail:
    for fixed, path in (("Error", "ErrorPath"), ("Cause", "CausePath")):
        if fixed in written and path in written:
            raise ConfigurationError(f"{where} has both {fixed} and {path}")
        if path in written:
            paths.check(written[path], f"{where}.{path}")
    texts = [str(written.get(field, "")) for field in ("Error", "Cause", "ErrorPath", "CausePath")]
    return Fail(name, texts[0], texts[1], texts[2], texts[3])


def _result_path(written: Mapping[str, Any], where: str) -> str | None:
    path = written.get("ResultPath", "$")
    if path is not None:
        paths.check(path, f"{where}.ResultPath", context=False)
    return path


def _number(written: Mapping[str, Any], name: str, where: str, most: int) -> float:
    """A whole number of seconds from 1; what is left out is `most`, Step Functions' own default for time-outs."""
    value = written.get(name, most)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise ConfigurationError(f"{where}.{name} must be a whole number from 1 to {most}, not {value!r}")
    return float(value)


def _list(written: Mapping[str, Any], name: str, where: str) -> list[Mapping[str, Any]]:
    value = written.get(name, [])
    if not isinstance(value, list):
        raise ConfigurationError(f"{where}.{name} must be a list")
    return [_mapping(item, f"{where}.{name}") for item in cast("list[Any]", value)]


def _mapping(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ConfigurationError(f"{where} must be an object")
    return cast("Mapping[str, Any]", value)


def _only(written: Mapping[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(written) - known)
    if unknown:
        raise ConfigurationError(f"{where} has {', '.join(unknown)}; the local cloud knows {', '.join(sorted(known))}")
