"""All attacks, each run once per setting, in a process of their own that may be another user's."""

import functools
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.escape.ordinary_user import PROJECT

_ARENAS = 3
FOLDER = Path(__file__).with_name("attacks")
_HEADER = re.compile(r"# attack: (?P<what>.+)\n# expect: (?P<expect>\w+)\n# validator: (?P<validator>refused|accepted)\n")


@dataclass(frozen=True, slots=True)
class Attack:
    """One file of attacks/: its class is its folder, its first three lines say what it tries and who has to stop it."""

    name: str
    kind: str
    what: str
    expect: str
    validator: str
    path: Path


def attacks() -> dict[str, Attack]:
    """By name, in order. Raises `ValueError` for a file without the three lines."""
    found: dict[str, Attack] = {}
    for path in sorted(FOLDER.glob("*/*.py")):
        header = _HEADER.match(path.read_text("utf-8", "surrogateescape"))
        if header is None:
            raise ValueError(f"{path.name} does not begin with its three lines: attack, expect, validator")
        found[path.stem] = Attack(path.stem, path.parent.name, path=path, **header.groupdict())
    return found


@functools.cache
def results(*options: str, ordinary: bool = False, names: tuple[str, ...] = ()) -> dict[str, dict[str, Any]]:
    """What came of the attacks (all of them by default) in an arena with these options, by name."""
    chosen = [attack.path for attack in attacks().values() if not names or attack.name in names]
    become = [sys.executable, "-m", "tests.escape.ordinary_user"] if ordinary and os.getuid() == 0 else []
    command = [*become, sys.executable, "-m", "tests.escape.arena", *options]
    found: dict[str, dict[str, Any]] = {}
    # Many only wait for their time limit: side by side, each arena with things of its own planted.
    shares = [[*command, *map(str, chosen[start::_ARENAS])] for start in range(_ARENAS) if chosen[start::_ARENAS]]
    with ThreadPoolExecutor(_ARENAS) as pool:
        for done in pool.map(_run, shares):
            assert done.returncode == 0, done.stderr[-3000:]
            found |= {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert len(found) == len(chosen)
    return found


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=600)
