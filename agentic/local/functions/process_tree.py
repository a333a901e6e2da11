"""Ends a process with everything it started, also what moved to a session of its own. Standard library only, Linux."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

# A tree that is still growing after so many rounds of stopping is ended as it is; the next round finds the rest.
_ROUNDS = 20


def end_tree(pid: int) -> None:
    """SIGKILL for `pid`, its process group, its session and all descendants.

    All members are stopped before any is killed: a killed parent would hand its children to somebody else, out of sight.
    """
    stopped: set[int] = set()
    for _ in range(_ROUNDS):
        new = _members(pid) - stopped
        if not new:
            break
        for member in new:
            _send(member, signal.SIGSTOP)
        stopped |= new
    for member in stopped:
        _send(member, signal.SIGKILL)


def children(pid: int) -> set[int]:
    """The living processes whose parent is `pid`."""
    return {child for child, (parent, _, _) in _processes() if parent == pid}


def _members(pid: int) -> set[int]:
    parents: dict[int, int] = {}
    members = {pid}
    for process, (parent, group, session) in _processes():
        parents[process] = parent
        if pid in (group, session):
            members.add(process)
    grown = True
    while grown:
        found = {child for child, parent in parents.items() if parent in members}
        grown = not found <= members
        members |= found
    return members


def _processes() -> Iterator[tuple[int, tuple[int, int, int]]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (status := _status(entry)):
            yield int(entry.name), status


def _status(entry: Path) -> tuple[int, int, int] | None:
    """Parent, process group and session; None when the process is gone or only waits to be reaped."""
    try:
        text = (entry / "stat").read_bytes()
    except OSError:
        return None
    # The name in parentheses may hold anything, also parentheses: the fields begin after the last one.
    state, parent, group, session, *_ = text[text.rindex(b")") + 2 :].split()
    return None if state in b"ZX" else (int(parent), int(group), int(session))


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
