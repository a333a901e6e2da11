"""The child: takes its own descriptors, gives up everything else, reads the script itself and runs it as `__main__`."""

import atexit
import builtins
import importlib
import json
import linecache
import os
import select
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType, TracebackType
from typing import Any, NoReturn

from agentic.sandbox import guest_network, layers, lockdown
from agentic.sandbox.confinement import Confinement

SCRIPT = "script.py"
PINS = "agentic.sandbox.pins"
MOST_FILES = 6


@dataclass(frozen=True, slots=True)
class GuestFiles:
    """The child's own descriptors. `report` takes what the guest says of itself; `network` is -1 without a relay."""

    brief: int
    stdout: int
    stderr: int
    report: int
    network: int = -1


@dataclass(frozen=True, slots=True)
class Origin:
    """What a child has from its zygote: its process, what it is confined by, and what must stand before a script may run."""

    zygote: int
    confinement: Confinement
    layers: tuple[str, ...]
    require: tuple[str, ...]
    bootstrap: str


def main(line: int, origin: Origin) -> NoReturn:
    """Everything that happens in the child, which waits at `line` (its only descriptor) for its run's descriptors.

    The exit status is the script's, as `python script.py` would have it.
    """
    status = 70
    try:
        status = _main(line, origin)
    # The script may raise anything anywhere, in exit handlers too; the child must not fall back into the zygote's loop.
    except BaseException:  # noqa: BLE001
        _print_exception(*sys.exc_info())
    finally:
        _flush()
        os._exit(status)


def _main(line: int, origin: Origin) -> int:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _keep_only(line)
    lockdown.end_with(origin.zygote)
    if not select.select([line], [], [], 0)[0]:  # Nobody waits yet.
        importlib.import_module(PINS).rehearse()
    files = _receive(line)
    _take(files)
    with os.fdopen(files.brief, encoding="utf-8") as file:
        brief: dict[str, Any] = json.load(file)
    standing = [*origin.layers, *lockdown.restrain(brief["limits"]), "empty-environment"]
    _set_environment(brief["environment"])
    _set_streams()
    if origin.confinement.filter_script():
        standing.append("seccomp")
    if faults := layers.missing(standing, origin.require):
        _report(files.report, {"layers": standing, "refused": faults})
        return 70
    if files.network >= 0:
        guest_network.use_relay(files.network, brief["trust"])
        standing.append("relay")
    _report(files.report, {"layers": standing})
    if brief["pins"]:
        # Loaded by the zygote (`zygote._warm_up`); the process that starts zygotes has no use for it.
        importlib.import_module(PINS).apply(brief["pins"])
    if origin.bootstrap:
        load(origin.bootstrap)()
    status = _status_of(lambda: _execute(brief["code"]), files.report)
    # What Python does at the end, in its order, without taking every imported module to pieces first.
    threading._shutdown()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    atexit._run_exitfuncs()  # pyright: ignore[reportPrivateUsage]
    return status if _flush() else 120


def load(reference: str) -> Callable[[], object]:
    """What a "module:callable" reference of a spec names."""
    module, _, name = reference.partition(":")
    return getattr(importlib.import_module(module), name)


def _receive(line: int) -> GuestFiles:
    """Waits for a run. Ends this process when there will be none."""
    with socket.socket(fileno=line) as waiting:
        data, files, _flags, _address = socket.recv_fds(waiting, 64, MOST_FILES)
    if not data:
        os._exit(0)
    return GuestFiles(*files)


def _take(files: GuestFiles) -> None:
    """Standard streams in their places, every other descriptor but the guest's own closed. 0 is the zygote's: /dev/null."""
    for source, target in ((files.stdout, 1), (files.stderr, 2)):
        os.dup2(source, target)
    _keep_only(files.brief, files.report, files.network)
    guest_network.forget_zygote()


def _keep_only(*descriptors: int) -> None:
    low = 3
    for own in sorted(fd for fd in descriptors if fd >= 0):
        os.closerange(low, own)
        low = own + 1
    os.closerange(low, os.sysconf("SC_OPEN_MAX"))


def _set_environment(environment: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


def _set_streams() -> None:
    sys.stdin = sys.__stdin__ = os.fdopen(0, encoding="utf-8", closefd=False)
    # By the line, so that what a script said before it was ended is not lost.
    sys.stdout = sys.__stdout__ = os.fdopen(1, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.stderr = sys.__stderr__ = os.fdopen(2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)


def _execute(code: str) -> None:
    module = ModuleType("__main__")
    module.__dict__.update(__file__=SCRIPT, __builtins__=builtins)
    sys.modules["__main__"] = module
    sys.argv = [SCRIPT]
    sys.excepthook = _print_exception
    threading.excepthook = _print_thread_exception
    # Tracebacks quote the script's lines from here; no modification time means that no file is looked for.
    linecache.cache[SCRIPT] = (len(code), None, code.splitlines(keepends=True), SCRIPT)
    exec(compile(code, SCRIPT, "exec", dont_inherit=True), module.__dict__)  # noqa: S102 (running it is this process's purpose)


def _status_of(action: Callable[[], object], report: int) -> int:
    """The exit status after `action`, by Python's rules."""
    try:
        action()
    except SystemExit as error:
        if error.code is None:
            return 0
        if isinstance(error.code, int):
            return error.code & 0xFF
        print(error.code, file=sys.stderr)  # noqa: T201 (what Python does with sys.exit("words"))
        return 1
    except KeyboardInterrupt:
        sys.excepthook(*_current())
        return 130
    except BaseException as error:  # noqa: BLE001 (a script's uncaught exception, whatever it is)
        if isinstance(error, MemoryError):
            _report(report, {"reason": "memory"})
        sys.excepthook(*_current())
        return 1
    return 0


def _current() -> tuple[Any, Any, Any]:
    return sys.exc_info()


def _print_exception(kind: Any, error: BaseException | None, trace: TracebackType | None) -> None:
    """The traceback with the script's own lines only: an SDK's inside and ours help nobody who reads it."""
    if error is None:
        return
    rendered = traceback.TracebackException(kind, error, trace, compact=True)
    pending, seen = [rendered], set[int]()
    while pending:
        part = pending.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        part.stack = traceback.StackSummary.from_list([frame for frame in part.stack if frame.filename == SCRIPT])
        # What happened only inside an SDK, before its own error, is dropped whole.
        part.__cause__, part.__context__ = _of_the_script(part.__cause__), _of_the_script(part.__context__)
        pending += [item for item in (part.__cause__, part.__context__, *(part.exceptions or ())) if item is not None]
    print("".join(rendered.format()), end="", file=sys.stderr)  # noqa: T201


def _print_thread_exception(args: threading.ExceptHookArgs) -> None:
    if args.exc_type is not SystemExit:  # As Python: leaving a thread is no error.
        _print_exception(args.exc_type, args.exc_value, args.exc_traceback)


def _of_the_script(part: traceback.TracebackException | None) -> traceback.TracebackException | None:
    return part if part is not None and any(frame.filename == SCRIPT for frame in part.stack) else None


def _report(report: int, facts: Mapping[str, Any]) -> None:
    os.write(report, json.dumps(facts).encode() + b"\n")


def _flush() -> bool:
    try:
        for stream in (sys.stdout, sys.stderr):
            if not stream.closed:
                stream.flush()
    # A script may have replaced its streams by anything.
    except Exception:  # noqa: BLE001
        return False
    return True
