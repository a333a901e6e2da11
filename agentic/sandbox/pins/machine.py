"""What a script can see of the machine and would be another one's in a re-run: the process's number and the host's name."""

import os
import platform
import socket
from collections.abc import Callable

from agentic.sandbox.pins.bindings import Bindings

_HOST = "sandbox"
_PROCESS, _PARENT = 2, 1


def plan(bindings: Bindings) -> None:
    system = os.uname()
    ours = os.uname_result((system.sysname, _HOST, system.release, system.version, system.machine))
    answers: dict[Callable[..., object], object] = {
        os.getpid: _PROCESS,
        os.getppid: _PARENT,
        os.getpgrp: _PROCESS,
        os.uname: ours,
        socket.gethostname: _HOST,
    }
    for original, answer in answers.items():
        bindings.everywhere(original, _always(answer))
    bindings.at(socket, "getfqdn", lambda name="": name or _HOST)  # pyright: ignore[reportUnknownLambdaType]
    # It keeps what the warm-up asked for.
    bindings.at(platform, "_uname_cache", None)


def _always(answer: object) -> Callable[[], object]:
    return lambda: answer
