"""`agentic up | preview | refresh | destroy | outputs`: stacks with the real Pulumi engine, on AWS or on the local cloud."""

import argparse
import sys
from collections.abc import Callable, Mapping
from typing import Any

from agentic.core.errors import ExitCode, UsageError
from agentic.core.settings import Settings
from agentic.costs import estimate
from agentic.deployment import Change, Changes, Op, Outputs, Progress, Stack
from agentic.interfaces.stack_keys import has_value, next_commands, place_of, secrets_client
from agentic.interfaces.terminal import Terminal, visible
from agentic.registry import Registry

_MARKS = {
    Op.CREATE: ("green", "+"),
    Op.UPDATE: ("yellow", "~"),
    Op.DELETE: ("red", "-"),
    Op.REPLACE: ("yellow", "±"),
    Op.IMPORT: ("green", "="),
}
_COUNTED = (
    (Op.CREATE, "new"),
    (Op.UPDATE, "changed"),
    (Op.REPLACE, "replaced"),
    (Op.DELETE, "removed"),
    (Op.IMPORT, "found"),
)
# The engine tells a replacement three times: the new one, the exchange, the end of the old one.
_PARTS = frozenset({Op.CREATE_REPLACEMENT, Op.DELETE_REPLACED, Op.DISCARD_REPLACED})


def up(options: argparse.Namespace, terminal: Terminal) -> int:
    """Preview, ask, change, and say what to do next."""
    _can_ask(options)
    with _stack(options) as stack:
        if not options.yes:
            planned = _step(terminal, "previewing", stack.preview)
            _show(planned, terminal)
            _cost(stack, terminal)
            _confirm(options, terminal, f"Carry this out on the stack {stack.name}?")
        changes, outputs = _step(terminal, "updating", stack.changes_of_up)
        _show(changes, terminal, done=True)
        following = [] if stack.local else next_commands(outputs.all, _filled(outputs))
        if options.json:
            terminal.json({"changes": _rows(changes), "outputs": dict(outputs.all), "next": following})
        _next(stack, following, terminal)
    return ExitCode.DONE


def preview(options: argparse.Namespace, terminal: Terminal) -> int:
    with _stack(options) as stack:
        planned = _step(terminal, "previewing", stack.preview)
        _show(planned, terminal)
        _cost(stack, terminal)
        if options.json:
            terminal.json({"changes": _rows(planned), "warnings": list(planned.warnings)})
    return ExitCode.DONE


def refresh(options: argparse.Namespace, terminal: Terminal) -> int:
    with _stack(options) as stack:
        found = _step(terminal, "comparing", stack.refresh)
        _show(found, terminal)
        if options.json:
            terminal.json({"changes": _rows(found)})
        if found.steps:
            terminal.line(f"The state now says what there is. Put it back with: agentic up {_name(stack)}")
    return ExitCode.DONE


def destroy(options: argparse.Namespace, terminal: Terminal) -> int:
    _can_ask(options)
    with _stack(options) as stack:
        _confirm(options, terminal, f"Remove the whole stack {stack.name}, with its scripts, logs and run records?")
        changes = _step(terminal, "removing", stack.destroy)
        if options.json:
            terminal.json({"changes": _rows(changes)})
        terminal.line(f"removed: {changes.count(Op.DELETE)} resources")
    return ExitCode.DONE


def outputs(options: argparse.Namespace, terminal: Terminal) -> int:
    with _stack(options) as stack:
        found = stack.outputs()
    if options.json:
        terminal.json(dict(found.all))
    terminal.fields({name: visible(_text(value)) for name, value in sorted(found.all.items())})
    return ExitCode.DONE


def _stack(options: argparse.Namespace) -> Stack:
    stack = Stack(options.stack, local=options.local)
    for given in getattr(options, "config", None) or ():
        key, equals, value = given.partition("=")
        if not equals:
            raise UsageError(f"--config {given} has no value", hint="like --config agentic:log_retention_days=14")
        stack.set(key if ":" in key else f"agentic:{key}", value)
    return stack


def _step[Result](terminal: Terminal, doing: str, operation: Callable[[Callable[[Progress], object]], Result]) -> Result:
    terminal.notice(f"{doing} …")
    return operation(_Told(terminal))


class _Told:
    """A line per resource whose change ends, where somebody is looking."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._count = 0

    def __call__(self, progress: Progress) -> None:
        change = progress.change
        if progress.done and change.op not in _PARTS:
            self._count += 1
            _, mark = _MARKS.get(change.op, ("dim", "·"))
            end = f": {progress.failed}" if progress.failed else ""
            self._terminal.notice(f"  {self._count:>3} {mark} {_kind(change)} {change.name}{end}")


def _show(changes: Changes, terminal: Terminal, *, done: bool = False) -> None:
    for warning in changes.warnings:
        terminal.line(terminal.paint("yellow", f"warning: {visible(warning)}"))
    steps = [step for step in changes.steps if step.op not in _PARTS]
    # What was seen on the way is not told again, but for what is not simply new.
    told = [step for step in steps if step.op is not Op.CREATE] if done or len(steps) > 40 else steps
    for step in told:
        style, mark = _MARKS.get(step.op, ("dim", "·"))
        why = f"  ({', '.join(step.properties)})" if step.properties else ""
        terminal.line(f"{terminal.paint(style, mark)} {_kind(step)} {step.name}{terminal.paint('dim', why)}")
    counts = [
        (Op.CREATE, "new"),
        (Op.UPDATE, "changed"),
        (Op.REPLACE, "replaced"),
        (Op.DELETE, "removed"),
        (Op.IMPORT, "found"),
    ]
    said = [f"{changes.count(op)} {word}" for op, word in counts if changes.count(op)]
    terminal.line(", ".join(said) if said else "no changes")


def _cost(stack: Stack, terminal: Terminal) -> None:
    if stack.local:
        return
    settings = Settings.from_stack(stack.config())
    for line in estimate(settings, len(settings.apis)).lines():
        terminal.line(line)


def _filled(outputs: Outputs) -> Callable[[str], bool]:
    """Whether an API's secret has a value already."""
    place = place_of(outputs.environment, list(Registry.load()))
    client = secrets_client(place)
    return lambda api: has_value(client, place, api)


def _can_ask(options: argparse.Namespace) -> None:
    if not options.yes and (options.json or not sys.stdin.isatty()):
        raise UsageError("nobody can be asked here", hint="add --yes to carry it out, or use `agentic preview`")


def _confirm(options: argparse.Namespace, terminal: Terminal, question: str) -> None:
    if options.yes:
        return
    terminal.err.write(f"{question} [y/N] ")
    terminal.err.flush()
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise KeyboardInterrupt


def _next(stack: Stack, commands: list[str], terminal: Terminal) -> None:
    if stack.local:
        terminal.line(f'Try it: agentic run {_name(stack)} "Create a Stripe customer named Alice"')
        return
    for command in commands:
        terminal.line(f"Next: {command}")


def _name(stack: Stack) -> str:
    return f"--stack {stack.name}{' --local' if stack.local else ''}"


def _rows(changes: Changes) -> list[dict[str, Any]]:
    return [
        {"op": step.op.value, "type": step.type, "name": step.name, "properties": list(step.properties)}
        for step in changes.steps
    ]


def _kind(change: Change) -> str:
    """`lambda Function` of `aws:lambda/function:Function`."""
    package, module, kind = change.type.split(":", 2)
    area = module.partition("/")[0]
    return f"{area if area != 'index' else package} {kind}"


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={item}" for key, item in sorted(value.items()))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, list):
        return ", ".join(map(str, value))  # pyright: ignore[reportUnknownArgumentType]
    return str(value)
