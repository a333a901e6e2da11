"""Runs a plugin's code so that it can do no more harm than fail: whatever it raises, and however long it takes.

In a daemon thread: code that hangs is left behind, and a Ctrl-C still reaches whoever waits. This is no wall. An installed
plugin is trusted; what it may do by accident must not stop the others.
"""

import ctypes
import re
import sysconfig
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

import agentic
from agentic.core.errors import AgenticError, PluginError
from agentic.core.spec import SURFACE_VERSION

SECONDS = 10.0
"""A plugin's module and hook take milliseconds. Only the first start from a cold disk takes noticeably longer."""

_LONGEST_REASON = 2_000
_OURS = tuple(str(Path(agentic.__file__).parent / folder) for folder in ("core", "registry", "local"))
_PYTHONS = sysconfig.get_path("stdlib")
_UNKNOWN_PART = re.compile(r"(\w+)\.__init__\(\) (?:got an unexpected keyword argument|takes .* positional arguments? but)")
_MISSING_PART = re.compile(r"(\w+)\.__init__\(\) missing ")


def alone[T](work: Callable[[], T], seconds: float = SECONDS) -> T:
    """What `work` gives. Raises `PluginError` with the reason when it raises anything or takes longer than `seconds`."""
    results: list[T] = []
    reasons: list[str] = []

    def run() -> None:
        try:
            results.append(work())
        # Also SystemExit and KeyboardInterrupt: raised by a plugin, they are nobody's wish to end the program.
        except BaseException as error:  # noqa: BLE001
            reasons.append(reason_of(error))

    thread = threading.Thread(target=run, name="plugin", daemon=True)
    thread.start()
    thread.join(seconds)
    if results:
        return results[0]
    if thread.is_alive():
        _interrupt(thread)
        raise PluginError(f"it took longer than {seconds:g} s")
    raise PluginError(reasons[0] if reasons else "it ended its own thread")


def reason_of(error: BaseException) -> str:
    """One line: what `error` says, and where in the plugin it comes from."""
    if isinstance(error, AgenticError):
        return error.message
    try:
        text = " ".join(str(error).split())
    # A plugin's own exception may have a broken __str__.
    except Exception:  # noqa: BLE001
        text = ""
    said = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return said[:_LONGEST_REASON] + _place(error) + _about_the_surface(error, text)


def _place(error: BaseException) -> str:
    if isinstance(error, SyntaxError):  # Its own words name the place.
        return ""
    frames = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    outside = [(file, line) for file, line in frames if not file.startswith(("<", *_OURS)) and not _is_pythons(file)]
    return f" ({Path(outside[-1][0]).name}, line {outside[-1][1]})" if outside else ""


def _is_pythons(file: str) -> bool:
    installed = "site-packages" in file or "dist-packages" in file
    return "pluggy" in file or (file.startswith(_PYTHONS) and not installed)


def _about_the_surface(error: BaseException, text: str) -> str:
    """What to upgrade, where a plugin seems to be made for another version of the surface than this program has."""
    surface = f"; this program has plugin surface {SURFACE_VERSION}: if the plugin is for"
    missing_name = isinstance(error, ImportError) and error.name in {"agentic", "agentic.core.spec", "agentic.registry"}
    if missing_name or (isinstance(error, TypeError) and _is_a_part(_UNKNOWN_PART.match(text))):
        return f"{surface} a newer one, upgrade agentic-api-developer"
    if isinstance(error, TypeError) and _is_a_part(_MISSING_PART.match(text)):
        return f"{surface} an older one, upgrade the plugin"
    return ""


def _is_a_part(found: re.Match[str] | None) -> bool:
    from agentic.core import spec

    return found is not None and hasattr(spec, found[1])


def _interrupt(thread: threading.Thread) -> None:
    """Ends a loop of Python's at its next step; a call that waits in C stays, and costs a sleeping thread."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit))
