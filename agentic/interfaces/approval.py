"""The question to a person whether a write may be sent: what is shown, what is asked, and how to go on without a terminal."""

import argparse
import shutil
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from agentic.broker.question import shown
from agentic.core.errors import RefusedError, UsageError
from agentic.interfaces.call_fields import fields_of
from agentic.interfaces.report import script_path
from agentic.interfaces.terminal import Terminal, visible

YES, ALL, NO = "yes", "all", "no"
_SCRIPT = "script"
_ANSWERS = {"y": YES, "yes": YES, "a": ALL, "all": ALL, "n": NO, "no": NO, "s": _SCRIPT, "script": _SCRIPT}
_DAY, _HOUR, _MINUTE = 86400, 3600, 60


class Answers(Protocol):
    """Where a person's answer goes: the stack that the run is on. Both give the run's result as JSON and raise its errors."""

    def approve(self, run_id: str, pending: Mapping[str, Any], *, every: bool) -> dict[str, Any]: ...

    def reject(self, run_id: str) -> dict[str, Any]: ...


def can_ask(terminal: Terminal) -> bool:
    """Whether somebody is there who reads the question and can answer it."""
    return not terminal.json_only and terminal.out.isatty() and sys.stdin.isatty()


def go_on(
    result: dict[str, Any],
    answers: Answers,
    terminal: Terminal,
    folder: Path,
    *,
    first: str = "",
    every: bool = False,
    now: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """The result once the run waits for nobody any more, or for somebody who is not here.

    `first` answers the first question (one of YES, ALL, NO); all others are asked on the terminal, where there is one. With
    `every` the first question is for all writes of the script.
    """
    answer = first
    while result["status"] == "paused" and result["pending"]:
        pending, told = result["pending"], not terminal.json_only
        if told:
            show_question(result, terminal, folder, now=now())
        answer = answer or (_ask(result, terminal, every=every) if can_ask(terminal) else "")
        if not answer:
            return result
        if answer == NO:
            return answers.reject(result["run_id"])
        result = answers.approve(result["run_id"], pending, every=answer == ALL)
        answer, every = "", False
    return result


def how_to_go_on(result: Mapping[str, Any], options: argparse.Namespace) -> str:
    """The one line for whoever was not asked. `options` name the stack."""
    where = f" --stack {options.stack}{' --local' if options.local else ''}" if options.stack else ""
    where += " --http" if getattr(options, "http", False) else ""
    run_id = result["run_id"]
    return f"go on with: agentic runs approve {run_id}{where}, or end it with: agentic runs reject {run_id}{where}"


def waiting(result: Mapping[str, Any]) -> Mapping[str, Any]:
    """The call that a run waits with. Raises `RefusedError` when it waits with none."""
    pending, error = result["pending"], result["error"]
    if error and error["code"] == "expired":
        raise RefusedError(error["message"], hint=error["hint"])
    if result["status"] != "paused" or not pending:
        hint = f"`agentic runs show {result['run_id']}` has it"
        raise RefusedError(f"the run is {result['status']}; nothing waits for approval", hint=hint)
    return pending


def check_can_ask(terminal: Terminal, run_id: str, *, yes: bool) -> None:
    """Raises `UsageError` where a question could be asked of nobody."""
    if not yes and not can_ask(terminal):
        raise UsageError("nobody can be asked here", hint=f"look at the call with `agentic runs show {run_id}`, then add --yes")


def show_question(result: Mapping[str, Any], terminal: Terminal, folder: Path, *, now: float) -> None:
    """Script, verdict and the call itself: everything that would be sent but the key.

    All of it was made from the request that waits; nothing that an agent or the script said stands here.
    """
    pending: Mapping[str, Any] = result["pending"]
    terminal.line()
    terminal.line(terminal.paint("yellow", "This write waits for your approval:"))
    rows = {
        "run": result["run_id"],
        "script": script_path(result["code_ref"], folder) if result["code_ref"] else "",
        "verdict": "valid" if result["verdict"] and result["verdict"]["valid"] else "not valid",
        "call": f"{visible(pending['method'])} {visible(pending['url'])}",
        "operation": visible(pending["what"]),
        "again": visible(pending.get("done_before", "")),
        "goes to": "the fake on this machine" if pending["target"] == "fake" else "the real API",
        "asked": f"{_span(now - pending['asked_at'])} ago, open for {_span(pending['expires'] - now + _MINUTE)}"
        if now < pending["expires"]
        else "too long ago: it can no longer be approved",
    }
    rows = {name: value for name, value in rows.items() if value}
    terminal.fields(rows)
    width = max(map(len, rows))
    fields = [f"{name} = {value}" for name, value in fields_of(pending["url"], pending["body"])]
    for label, lines in (("headers", [f"{name}: {shown(value)}" for name, value in pending["headers"]]), ("fields", fields)):
        for number, line in enumerate(whole_lines(lines, width + 2)):
            terminal.line(f"{terminal.paint('dim', ('' if number else label).ljust(width))}  {line}")
    if pending["body"]:
        terminal.line(terminal.paint("dim", "body"))
        for line in whole_lines(visible(pending["body"]).splitlines(), 4):
            terminal.line(f"  | {line}")
    else:
        terminal.line(terminal.paint("dim", "no body"))
    # Once more at the end: what stands between may be long, and its beginning out of sight.
    terminal.line(f"{terminal.paint('dim', 'to send'.ljust(width))}  {rows['call']}, {rows['goes to']}")


def whole_lines(lines: Iterable[str], before: int) -> Iterator[str]:
    """The lines in pieces that fit the terminal behind `before` columns: what it wraps by itself would begin at its edge, and
    could look like a line of ours."""
    room = max(20, shutil.get_terminal_size().columns - before - 2)
    for line in lines:
        piece, used = "", 0
        for character in line.expandtabs(4):
            wide = 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
            if used + wide > room:
                yield piece
                piece, used = "↳ ", 2
            piece, used = piece + character, used + wide
        yield piece


def _ask(result: Mapping[str, Any], terminal: Terminal, *, every: bool) -> str:
    """The person's answer; empty when they leave it open (end of input, or Ctrl-C: nothing is sent then)."""
    choices = "send it, and every further write of this script? [y]es" if every else "send it? [y]es / [a]ll of this script"
    while True:
        terminal.err.write(f"{choices} / [s]how the script / [n]o: ")
        terminal.err.flush()
        try:
            line = sys.stdin.readline()
        except KeyboardInterrupt:
            line = ""
        if not line:
            terminal.err.write("\n")
            return ""
        answer = _ANSWERS.get(line.strip().lower(), "")
        if answer == _SCRIPT:
            for text in visible(result["code"]).splitlines():
                terminal.line(f"  | {text}")
        elif answer:
            return ALL if every and answer == YES else answer


def _span(seconds: float) -> str:
    """A time in its largest unit, rounded down: 23 h."""
    whole = max(0, int(seconds))
    for unit, name in ((_DAY, "days"), (_HOUR, "h"), (_MINUTE, "min")):
        if whole >= 2 * unit:
            return f"{whole // unit} {name}"
    return f"{whole} s"
