"""A checklist for a person: one line per item, each with the way out where something is not as it should be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from agentic.core.errors import ExitCode
from agentic.core.values import to_json
from agentic.interfaces.terminal import Terminal, visible

GOOD, NOTE, BAD = "ok", "note", "problem"
_MARKS = {GOOD: ("green", "✓"), NOTE: ("yellow", "·"), BAD: ("red", "✗")}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was looked at. `state` is `ok`, `note` (works, but know this) or `problem`; `next` is what to do."""

    name: str
    state: str
    text: str
    next: str = ""


def good(name: str, text: str) -> Item:
    return Item(name, GOOD, text)


def note(name: str, text: str, next_step: str = "") -> Item:
    return Item(name, NOTE, text, next_step)


def bad(name: str, text: str, next_step: str) -> Item:
    return Item(name, BAD, text, next_step)


def show(items: Sequence[Item], terminal: Terminal, **more: Any) -> int:
    """Print the items (with --json one object, `more` in it). Exit code 1 when there is a problem."""
    healthy = not any(item.state == BAD for item in items)
    if terminal.json_only:
        terminal.json({"healthy": healthy, "items": to_json(items), **more})
    for line in lines(items, terminal):
        terminal.line(line)
    return ExitCode.DONE if healthy else ExitCode.FAILED


def lines(items: Iterable[Item], terminal: Terminal) -> Iterable[str]:
    """The items as texts of one line each."""
    for item in items:
        style, mark = _MARKS[item.state]
        step = f" → {_one_line(item.next)}" if item.next else ""
        yield f"{terminal.paint(style, mark)} {item.name}: {_one_line(item.text)}{step}"


def _one_line(text: str) -> str:
    return visible(" ".join(text.split()))
