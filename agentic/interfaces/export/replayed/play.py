"""Does a recorded run again, in a process of its own: `main` ends it with the script's exit status."""

import atexit
import builtins
import contextlib
import importlib
import json
import linecache
import os
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from agentic.interfaces.export.replayed import line
from agentic.interfaces.export.replayed.answers import Answers
from agentic.sandbox import pins

_SCRIPT = "script.py"


def main(folder: str, report: str) -> NoReturn:
    """`folder` has the recording and the script; the file `report` gets what differed, as JSON."""
    recorded: dict[str, Any] = json.loads(Path(folder, "recorded.json").read_text("utf-8"))
    code = "".join(Path(folder, _SCRIPT).read_text("utf-8").splitlines(keepends=True)[recorded["header_lines"] :])
    answers = Answers(recorded)
    told = os.open(report, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)

    def tell() -> None:
        os.write(told, json.dumps({"difference": answers.difference, "left": answers.left}).encode())

    def find(*request: Any) -> Mapping[str, Any]:
        call = answers.find(*request)
        if call is None:
            # Whatever the script did from here on would tell nothing.
            tell()
            os._exit(70)
        return call

    line.install()
    _load(recorded)
    pins.prepare()
    os.environ.clear()
    os.environ.update(recorded["environment"])
    sys.stdout = sys.__stdout__ = open(1, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    line.open_to(recorded["hosts"], find)
    pins.apply(recorded["pins"])
    if recorded["bootstrap"]:
        _named(recorded["bootstrap"])()
    status = _status_of(lambda: _execute(code))
    threading._shutdown()  # type: ignore[attr-defined] # pyright: ignore
    atexit._run_exitfuncs()  # pyright: ignore[reportPrivateUsage]
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
    tell()
    os._exit(status)


def _load(recorded: Mapping[str, Any]) -> None:
    for module in recorded["modules"]:
        importlib.import_module(module)
    if recorded["warm_up"]:
        # It also touches what an SDK brings only with an extra of its own; and here is no network yet.
        with contextlib.suppress(Exception):
            _named(recorded["warm_up"])()
    if recorded["bootstrap"]:
        _named(recorded["bootstrap"])


def _named(reference: str) -> Callable[[], object]:
    module, _, name = reference.partition(":")
    return getattr(importlib.import_module(module), name)


def _execute(code: str) -> None:
    module = ModuleType("__main__")
    module.__dict__.update(__file__=_SCRIPT, __builtins__=builtins)
    sys.modules["__main__"] = module
    sys.argv = [_SCRIPT]
    linecache.cache[_SCRIPT] = (len(code), None, code.splitlines(keepends=True), _SCRIPT)
    exec(compile(code, _SCRIPT, "exec", dont_inherit=True), module.__dict__)  # noqa: S102 (it is what this is for)


def _status_of(action: Callable[[], object]) -> int:
    """The exit status after `action`, by Python's rules."""
    try:
        action()
    except SystemExit as error:
        if error.code is None:
            return 0
        if isinstance(error.code, int):
            return error.code & 0xFF
        sys.stderr.write(f"{error.code}\n")
        return 1
    except BaseException as error:  # noqa: BLE001 (whatever a script raises)
        traceback.print_exc()
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0
