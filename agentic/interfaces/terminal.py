"""Where text for a person goes, with colour where the terminal has it."""

import json
import os
import re
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self, TextIO

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}

# A script's output and an API's texts may hold anything; a terminal must not obey it.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """`text` with control and bidirectional characters written out; line ends and tabs stay."""
    return _CONTROL.sub(_written_out, text.replace("\r\n", "\n"))


def _written_out(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


@contextmanager
def own_output() -> Generator[TextIO]:
    """Standard output for the command alone: programs read it.

    What a plugin, an SDK or a child process prints meanwhile goes to standard error.
    """
    try:
        sys.stdout.flush()
        kept = os.dup(sys.stdout.fileno())
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    except (OSError, ValueError):
        # One of them is no file, as where a program calls this command and gathers what it says.
        yield sys.stdout
        return
    out = os.fdopen(kept, "w", encoding=sys.stdout.encoding, errors=sys.stdout.errors)
    try:
        yield out
    finally:
        with suppress(OSError):
            sys.stdout.flush()
        os.dup2(out.fileno(), sys.stdout.fileno())
        out.close()


@dataclass(frozen=True, slots=True)
class Terminal:
    """Standard output and error. With `json_only` nothing but the JSON object is written to standard output."""

    out: TextIO
    err: TextIO
    colour: bool
    interactive: bool
    json_only: bool = False

    @classmethod
    def standard(cls, out: TextIO | None = None, *, json_only: bool = False) -> Self:
        interactive = sys.stderr.isatty()
        written = out or sys.stdout
        colour = written.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        return cls(written, sys.stderr, colour, interactive, json_only)

    def line(self, text: str = "") -> None:
        """One line for a person; nothing where only JSON is wanted."""
        if not self.json_only:
            self.out.write(f"{text}\n")
            self.out.flush()

    def json(self, value: Any) -> None:
        text = json.dumps(value, ensure_ascii=False)
        # JSON leaves some of them as they are; the line goes to a terminal too.
        self.out.write(_CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")

    def notice(self, text: str) -> None:
        """Progress: only where somebody is looking."""
        if self.interactive:
            self.err.write(f"{text}\n")
            self.err.flush()

    def error(self, message: str, hint: str = "") -> None:
        self.err.write(f"agentic: {visible(message)}\n")
        for line in visible(hint).splitlines():
            self.err.write(f"  {line}\n")
        self.err.flush()

    def paint(self, style: str, text: str) -> str:
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.colour else text

    def fields(self, rows: Mapping[str, str]) -> None:
        """Names and values in two columns."""
        width = max(map(len, rows), default=0)
        for name, value in rows.items():
            self.line(f"{self.paint('dim', name.ljust(width))}  {value}")
