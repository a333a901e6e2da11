"""A process that has boto3 imported and forks function processes on request, so that none of them pays for the imports.

It has one thread, is the reaper of everything it starts, and ends all of it when the control socket closes: so nothing
outlives the local cloud, however that ends. A function's own orphans stay its children (each is a subreaper); what comes to
the zygote itself as an orphan belongs to a function that has ended, and is ended too.

Messages on the control socket are JSON, one per packet. In: `{"start": {...}}` with the log pipe's write end attached,
`{"end": number}`. Out: `{"started": number, "pid": p}` (sent by the new process itself, before it does anything else),
`{"ended": number, "status": wait status}`.
"""

import ctypes
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from typing import Any

from agentic.local.functions.boot import PLAIN, Start, offer_image, run
from agentic.local.functions.process_tree import children, end_tree

# `sys.argv[1]` is the folder that holds our package.
COMMAND = f"import sys; sys.path.insert(0, sys.argv[1]); from {__name__} import main; main()"

# Larger than any start: Lambda allows 4 kB of variables, ours add about one.
_PACKET = 1 << 17
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36

# The services that the functions call: their models are read once, here.
_SERVICES = ("dynamodb", "s3", "lambda", "bedrock-agentcore", "secretsmanager")
# awslambdaric's parts that read no variables when they are imported. Not lambda_runtime_client, nor bootstrap.
_HARMLESS = (
    "awslambdaric.lambda_config",
    "awslambdaric.lambda_context",
    "awslambdaric.lambda_literals",
    "awslambdaric.lambda_runtime_exception",
    "awslambdaric.lambda_runtime_marshaller",
    "concurrent.futures.thread",
    "http.client",
    "logging",
)


def main() -> None:
    """`python -I -S -c COMMAND <root> <site-packages> <control socket's number> <warm|plain>`"""
    root, site_packages, control, mode = sys.argv[1:]
    sys.path.remove(root)
    offer_image(site_packages)
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    if mode == "warm":
        _warm()
    start = Zygote(socket.socket(fileno=int(control)), root).serve()
    # Only function processes get here.
    run(start)


def _warm() -> None:
    gc.disable()
    for module in _HARMLESS:
        importlib.import_module(module)
    importlib.import_module("boto3")
    session_module: Any = importlib.import_module("botocore.session")
    create_loader = session_module.create_loader
    loader = create_loader()
    session = session_module.Session()
    session.register_component("data_loader", loader)
    for service in _SERVICES:
        session.create_client(service, region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none")  # noqa: S106

    # Sessions made in the functions read their models through this loader, which has them in memory already.
    def warm_loader(search_path: str | None = None) -> Any:
        return create_loader(search_path) if search_path else loader

    session_module.create_loader = warm_loader
    gc.collect()
    gc.freeze()
    gc.enable()


class Zygote:
    """The loop: starts, ends and reaps function processes until the control socket closes."""

    def __init__(self, control: socket.socket, root: str) -> None:
        self._control = control
        self._root = root
        self._numbers: dict[int, int] = {}

    def serve(self) -> Start:
        """Returns in each forked function process; the zygote itself never returns."""
        woken, wake = socket.socketpair()
        wake.setblocking(False)
        signal.signal(signal.SIGCHLD, _nothing)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(woken, select.POLLIN)
        while True:
            for ready, _ in poll.poll():
                if ready == woken.fileno():
                    woken.recv(1024)
                    self._reap()
                elif (start := self._obey()) is not None:
                    # First the objects, so that none of them closes a descriptor that has become another's.
                    for opened in (woken, wake, self._control):
                        opened.close()
                    _close_all()
                    return start

    def _obey(self) -> Start | None:
        packet, descriptors, _, _ = socket.recv_fds(self._control, _PACKET, 1)
        if not packet:
            self._finish()
        message = json.loads(packet)
        if "end" in message:
            for pid in [pid for pid, number in self._numbers.items() if number == message["end"]]:
                end_tree(pid)
            return None
        (log,) = descriptors
        start = Start(**message["start"])
        zygote = os.getpid()
        pid = os.fork()
        if pid:
            self._numbers[pid] = start.number
            os.close(log)
            return None
        self._become(start, log, zygote)
        return start

    def _become(self, start: Start, log: int, zygote: int) -> None:
        os.setsid()
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != zygote:
            os._exit(1)
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._control.send(json.dumps({"started": start.number, "pid": os.getpid()}).encode())
        os.dup2(log, 1)
        os.dup2(log, 2)
        if start.plain:
            rest = {name: getattr(start, name) for name in Start.__slots__ if name != "variables"}
            # The control socket was inherited, and would be again: not one of ours may reach the function.
            _close_all()
            command = [sys.executable, "-I", "-S", "-c", PLAIN, self._root, json.dumps(rest)]
            os.execve(sys.executable, command, dict(start.variables))  # noqa: S606

    def _reap(self) -> None:
        while ended := _ended_child():
            if (number := self._numbers.pop(ended, None)) is not None:
                # First what it left: when `ended` is reported, nothing of the function runs any more.
                self._end_orphans()
                status = os.waitpid(ended, 0)[1]
                try:
                    self._control.send(json.dumps({"ended": number, "status": status}).encode())
                except OSError:
                    # Nobody listens any more. The others are still ours to end.
                    self._finish()
            else:
                os.waitpid(ended, 0)

    def _end_orphans(self) -> None:
        while orphans := children(os.getpid()) - self._numbers.keys():
            for orphan in orphans:
                end_tree(orphan)
            for orphan in orphans:
                os.waitpid(orphan, 0)

    def _finish(self) -> None:
        while left := children(os.getpid()):
            for pid in left:
                end_tree(pid)
            for pid in left:
                os.waitpid(pid, 0)
        os._exit(0)


def _ended_child() -> int:
    """A child that has ended and is not reaped yet (its number cannot be given to another process); 0 when there is none."""
    try:
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return 0
    return found.si_pid if found else 0


def _close_all() -> None:
    """All descriptors but the standard three."""
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))


def _nothing(number: int, frame: object) -> None:
    """A handler, so that the signal is noticed at all; what there is to do is done when the loop wakes up."""


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
