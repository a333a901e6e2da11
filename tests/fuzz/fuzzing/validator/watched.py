"""Runs accepted scripts in a process of its own and watches what they reach for, by Python's audit events and by tripwires.

Started by `watching.py` as a plain program: reads a JSON list of scripts, writes one JSON list of findings per script. Each
statement runs by itself, so that an early error hides nothing, and functions that a script defines are called. What a script
tries is reported and stopped; this is no sandbox, and needs none for scripts made of words that we chose.
"""

import ast
import asyncio
import builtins
import concurrent.futures
import contextlib
import dataclasses
import io
import json
import logging
import os
import signal
import sys
import threading
import types
import urllib.request
import warnings
from collections.abc import Iterator
from typing import Any


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


SCRIPT = "<script>"
# What one statement may take: of the processor, and by the clock (it may sleep).
_BUSY_SECONDS, _SECONDS = 0.1, 1.0
_HOSTS = frozenset({"api.stripe.com", "api.github.com"})
_TRAPS = _set("""
    __loader__ __spec__ breakpoint compile eval exec globals locals memoryview open vars
""")
_EVER = _words("""
    os.system os.exec os.fork os.forkpty os.posix_spawn os.spawn os.kill os.killpg os.remove os.rename os.mkdir os.rmdir
    os.link os.symlink os.chmod os.chown os.truncate os.putenv os.unsetenv subprocess.Popen pty.spawn socket.connect
    socket.bind socket.sendto socket.sendmsg socket.getaddrinfo socket.gethostbyname ctypes. mmap. fcntl. shutil.
    code.__new__ pickle.find_class sys.addaudithook sys.settrace sys.setprofile sqlite3. tempfile.
""")
_FROM_SCRIPT = _words("""
    exec compile object.__getattr__ sys._getframe gc. marshal. os.listdir os.scandir glob. signal. sys.excepthook
""")
_READABLE = (sys.prefix, sys.base_prefix, "/usr/share/zoneinfo", "/usr/lib/", "<", "/etc/localtime")
_DUNDERS_READ = _set("""
    __cause__ __class__ __doc__ __members__ __name__ __notes__ __qualname__ __suppress_context__ __version__
""")
_STDLIB = frozenset(json.loads(os.environ["FUZZ_MODULES"]))
CANARY = os.environ["FUZZ_CANARY"]

_found: list[str] = []
_looking = threading.local()
_watching = False


class Stopped(BaseException):
    """What a script tried is not done, or it has run long enough."""


def _by_script() -> bool:
    """Whether a script's own line did it, not a library that it called."""
    frame: types.FrameType | None = sys._getframe(3)
    while frame is not None and "importlib" in frame.f_code.co_filename:
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename == SCRIPT


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    # Looking at frames is an event of its own.
    if not _watching or getattr(_looking, "now", False):
        return
    _looking.now = True
    try:
        _judge(event, arguments)
    finally:
        _looking.now = False


def _judge(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_EVER):
        if event.startswith("socket.") and arguments and arguments[0] in _HOSTS:
            raise OSError("no network here")
        _report(f"{event} {arguments!r:.80}")
    elif event == "open":
        path, mode, flags = arguments
        if (isinstance(mode, str) and set(mode) & set("wax+")) or flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            _report(f"open {path!r} for writing")
        # Tracebacks quote source files.
        if not str(path).startswith(_READABLE) and not str(path).endswith(".py"):
            _report(f"open {path!r}")
    elif event == "urllib.Request":
        host = (
            str(arguments[0])
            .lower()
            .partition("://")[2]
            .partition("/")[0]
            .partition("?")[0]
            .partition("#")[0]
            .removesuffix(":443")
        )
        if host not in _HOSTS:
            _report(f"urllib.Request {arguments[0]!r}")
    elif event.startswith(_FROM_SCRIPT) and _by_script():
        if event == "object.__getattr__" and arguments[1] in _DUNDERS_READ:
            return
        _report(f"{event} {arguments!r:.80}")


def _report(words: str) -> None:
    _found.append(words)
    raise Stopped(words)


class _Builtins(dict[str, Any]):
    """The builtins of a script. Reading a dangerous one is reported."""

    def __getitem__(self, name: str) -> Any:
        if _watching and name in _TRAPS:
            _report(f"the builtin {name} was read")
        return super().__getitem__(name)


def _imported(name: str, *rest: Any) -> Any:
    if _watching and name not in _STDLIB and name.partition(".")[0] not in _FAKES:
        _report(f"the module {name} was imported")
    return __import__(name, *rest)


class Value:
    """Stands for whatever an SDK gives, and reports when a script walks into it."""

    def __getattribute__(self, name: str) -> Any:
        own = sys._getframe(1).f_code.co_filename == SCRIPT
        if own and name.startswith("__") and name.endswith("__") and name not in _DUNDERS_READ and _watching:
            _report(f"the attribute {name} was read")
        if name.startswith("__"):
            return object.__getattribute__(self, name)
        return Value()

    def __call__(self, *arguments: Any, **keywords: Any) -> "Value":
        for argument in (*arguments, *keywords.values()):
            if callable(argument) and not isinstance(argument, type):
                with contextlib.suppress(Exception):
                    argument(Value())
        return Value()

    def __await__(self) -> Iterator["Value"]:
        yield from ()
        return Value()

    def __iter__(self) -> Iterator["Value"]:
        return iter([Value()])

    def __getitem__(self, key: object) -> "Value":
        return Value()

    def __enter__(self) -> "Value":
        return self

    def __exit__(self, *error: object) -> bool:
        return False


class _Module(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (Exception,), {}) if name.endswith("Error") else Value()


_FAKES = ("stripe", "requests", "github")


def run(source: str) -> list[str]:
    """What the script did that it should not; empty for a good one."""
    global _watching
    _found.clear()
    out = io.StringIO()
    space: dict[str, Any] = {"__name__": "__main__", "__builtins__": _Builtins({**vars(builtins), "__import__": _imported})}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        body = ast.parse(source).body
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        for statement in body:
            _bounded(lambda statement=statement: _execute(statement, space))
        for value in list(space.values()):
            if isinstance(value, types.FunctionType) and value.__code__.co_filename == SCRIPT:
                _bounded(lambda value=value: _called(value))
    if CANARY in out.getvalue():
        _found.append("the environment was printed")
    return list(dict.fromkeys(_found))


def _bounded(action: Any) -> None:
    """One statement, for a moment. Whatever it raises is its own affair."""
    global _watching
    # Again and again: a script may catch anything.
    signal.setitimer(signal.ITIMER_PROF, _BUSY_SECONDS, _BUSY_SECONDS)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS, _BUSY_SECONDS)
    try:
        _watching = True
        action()
    except BaseException:  # noqa: BLE001, S110 (a script may raise anything)
        pass
    finally:
        _watching = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _execute(statement: ast.stmt, space: dict[str, Any]) -> None:
    global _watching
    _watching = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code = compile(ast.Module([statement], []), SCRIPT, "exec", dont_inherit=True)
    _watching = True
    exec(code, space)  # noqa: S102 (running the script is what this program is for)


def _called(function: types.FunctionType) -> None:
    given = function(*[Value() for _ in range(function.__code__.co_argcount)])
    if isinstance(given, types.CoroutineType):
        with contextlib.suppress(StopIteration):
            given.send(None)
        given.close()


def _ring(_signal: int, _frame: object) -> None:
    raise Stopped("long enough")


def main() -> None:
    scripts = json.load(sys.stdin)
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    for name in _FAKES:
        sys.modules[name] = _Module(name)
    # What scripts use is imported before the watch begins: importing reads files, which is not theirs to answer for.
    _ = (asyncio, concurrent.futures, dataclasses, logging, threading, urllib.request)
    for name in _STDLIB:
        __import__(name)
    urllib.request.build_opener()
    signal.signal(signal.SIGALRM, _ring)
    signal.signal(signal.SIGPROF, _ring)
    sys.addaudithook(_hook)
    for source in scripts:
        answers.write(json.dumps(run(source)) + "\n")
    answers.flush()
    # Threads that scripts have left behind end here.
    os._exit(0)


if __name__ == "__main__":
    main()
