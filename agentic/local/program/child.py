"""The program's own process: runs `__main__.py` under Pulumi's in-process runtime. Started by `engine`, never imported.

The process reads what to run from the inherited socket, and everything the program registers goes back through it.
It has no network business, a built environment, and ends itself when the parent is gone.
"""

import asyncio
import builtins
import gc
import itertools
import os
import queue
import runpy
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# The folder that holds `agentic`, last: the program's own folder and the installed packages come first.
sys.path.append(str(Path(__file__).resolve().parents[3]))

from agentic.core.errors import AgenticError, LocalCloudError
from agentic.local.program.channel import Channel, Message

# Shorter texts ("true", a digit) are no secrets anybody could hide, and cutting them out would ruin every message.
_SECRET_LENGTH = 5


class Parent:
    """Questions to the parent, answered in any order."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._numbers = itertools.count(1)
        self._waiting: dict[int, queue.SimpleQueue[Message]] = {}

    def listen(self) -> None:
        """Hands each answer to the thread that waits for it; without the parent this process has no purpose."""
        while (message := self._channel.receive()) is not None:
            self._waiting.pop(message["id"]).put(message)
        if os.getpgrp() == os.getpid():  # so `engine` starts it: what it started itself is in its group
            os.killpg(os.getpid(), signal.SIGKILL)
        os._exit(1)

    def ask(self, message: Message) -> Mapping[str, Any]:
        number, answer = next(self._numbers), queue.SimpleQueue[Message]()
        self._waiting[number] = answer
        self._channel.send({**message, "id": number})
        reply = answer.get()
        if "error" in reply:
            raise LocalCloudError(reply["error"])
        return reply


def main(descriptor: int) -> None:
    """Run the program and tell the parent how it ended."""
    # Short-lived and import-heavy: collecting costs about a tenth of its time and frees nothing that matters.
    gc.disable()
    begun = time.monotonic()
    channel = Channel(socket.socket(fileno=descriptor))
    start = channel.receive()
    if start is None:
        return
    parent = Parent(channel)
    threading.Thread(target=parent.listen, daemon=True).start()

    from agentic.local.program import light_packages

    light_packages.install()
    from agentic.local.program.monitor import CloudMonitor

    monitor = CloudMonitor(parent.ask)
    imported = time.monotonic()
    try:
        run(start, monitor)
        # The monotonic clock is the machine's, so the parent's reading and ours compare.
        seconds = {"start": begun - start["launched"], "pulumi": imported - begun, "program": time.monotonic() - imported}
        timings = {name: round(value * 1000, 1) for name, value in seconds.items()}
        end: Message = {
            "method": "done",
            "exports": monitor.exports,
            "secret": monitor.secret_exports,
            "timings_ms": timings,
        }
    except BaseException as error:  # noqa: BLE001 - whatever ended the program, the parent must hear it
        sys.stderr.write(_redact("".join(traceback.format_exception(error)), monitor.secret_texts))
        end = describe(error)
        end["message"] = _redact(end["message"], monitor.secret_texts)
    sys.stdout.flush()
    sys.stderr.flush()
    channel.send(end)


def run(start: Message, monitor: Any) -> None:
    """The program under Pulumi's runtime.

    `set_mocks` is not used: it makes its own root stack, so that the exports of the program's would be lost.
    """
    from pulumi.runtime import mocks, settings
    from pulumi.runtime.config import set_all_config
    from pulumi.runtime.stack import run_in_stack

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    settings.configure(
        mocks.MockSettings(
            monitor=monitor,
            engine=mocks.MockEngine(None),
            project=start["project"],
            stack=start["stack"],
            organization="organization",
            root_directory=str(Path(start["program"]).parent),
            dry_run=False,
            parallel=None,
            legacy_apply_enabled=False,
            monitor_features=set(),
            package_refs={},
            base_providers_by_ref={},
            callbacks=None,
        )
    )
    set_all_config(start["config"], start["secret_config"])
    program = start["program"]
    sys.path.insert(0, str(Path(program).parent))
    sys.argv = [program]
    loop.run_until_complete(run_in_stack(lambda: _run_path(program)))


def _run_path(program: str) -> None:
    runpy.run_path(program, run_name="__main__")


def describe(error: BaseException) -> Message:
    """The first cause, as facts the parent makes one line of."""
    while error.__cause__ is not None and not isinstance(error, AgenticError):
        error = error.__cause__
    text = " ".join(str(error).split())
    if isinstance(error, AgenticError):
        return {"method": "failed", "code": error.code, "message": error.message, "hint": error.hint}
    if type(error).__name__ in {"ConfigMissingError", "ConfigTypeError", "ConfigEnumError", "ConfigPatternError"}:
        return {"method": "failed", "code": "configuration", "message": text, "hint": ""}
    if isinstance(error, SyntaxError):
        text = f"{error.msg} at {Path(error.filename or '').name} line {error.lineno}"
    kind = type(error).__name__
    message = f"{kind}: {text}" if text and kind in vars(builtins) else text or kind
    return {"method": "failed", "code": "", "message": message, "hint": ""}


def _redact(text: str, secrets: set[str]) -> str:
    for secret in sorted((text for text in secrets if len(text) >= _SECRET_LENGTH), key=len, reverse=True):
        text = text.replace(secret, "[secret]")
    return text


if __name__ == "__main__":
    main(int(sys.argv[1]))
    # Tearing pulumi down object by object takes longer than the program itself.
    os._exit(0)
