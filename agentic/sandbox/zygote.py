"""The zygote: a process with an empty environment that has the SDK imported and forks one child per run.

It gets descriptors only, never code, so that nothing of one run is in the memory of the next. It is single-threaded.
It confines itself before it imports the SDK: what an SDK does while it is imported, it does behind the same walls.
Started by `zygote_process`; ends when its control socket does and its last run is over.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentic.sandbox import guest_network, lockdown
from agentic.sandbox.confinement import Confinement
from agentic.sandbox.guest import MOST_FILES, PINS, Origin, load, main as run_guest

# Compiled parts of the standard library that need libraries of the system, which scripts cannot read.
_LINKED = ("_bz2", "_hashlib", "_lzma", "_sqlite3", "_ssl", "_uuid", "zlib")
# A killed process is gone at once, unless it hangs in the kernel; then its runs wait for it no longer than this.
_ORPHANS_SECONDS = 0.5


def main(control: int, facts: Mapping[str, Any]) -> None:
    """`facts` are what `zygote_process.ZygoteProcess` says of the SDK (modules, warm_up, bootstrap) and of the confinement."""
    line = socket.socket(fileno=control)
    try:
        confinement = Confinement([Path(folder) for folder in facts["library"]], facts["without"])
        standing = (*facts["standing"], *confinement.enter())
        lockdown.not_dumpable()  # So are its children from their first moment.
        _warm_up(facts)
        confinement.settle()
    # An SDK is somebody's code; the reason it does not load is for the person who called `Sandbox.start`.
    except BaseException:  # noqa: BLE001
        line.send(json.dumps({"failed": traceback.format_exc()[-8000:]}).encode())
        return
    line.send(json.dumps({"ready": True}).encode())
    _Nursery(line, Origin(os.getpid(), confinement, standing, tuple(facts["require"]), facts["bootstrap"])).watch()


def _warm_up(sdk: Mapping[str, Any]) -> None:
    guest_network.install()
    lockdown.spare_threads()
    for module in _LINKED:
        with contextlib.suppress(ImportError):  # Not every Python is built with all of them.
            importlib.import_module(module)
    for module in sdk["modules"]:
        importlib.import_module(module)
    if sdk["warm_up"]:
        load(sdk["warm_up"])()
    if sdk["bootstrap"]:
        load(sdk["bootstrap"])  # Imported here; called in each child.
    importlib.import_module(PINS).prepare()
    if threading.active_count() > 1:
        raise RuntimeError(f"the SDK's warm-up left threads behind: {threading.enumerate()}")
    gc.collect()
    gc.freeze()


@dataclass(frozen=True, slots=True)
class _Child:
    """A child and the line at which it waits for its run."""

    pid: int
    line: socket.socket


class _Nursery:
    """The zygote's loop: forks a child for each command, tells each run's status socket how its child ended."""

    def __init__(self, control: socket.socket, origin: Origin) -> None:
        self._control = control
        self._origin = origin
        self._open = True
        self._runs: dict[int, socket.socket] = {}
        self._spare: _Child | None = None
        self._wake, self._woken = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wake, False)
        lockdown.become_subreaper()
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(self._woken, warn_on_full_buffer=False)

    def watch(self) -> None:
        while self._open or self._runs:
            if self._open and not self._runs and self._spare is None:
                # Nobody waits now, so the next run need not wait for the fork. Where there cannot be one, that run is told.
                with contextlib.suppress(OSError):
                    self._spare = self._fork()
            poll = select.poll()
            poll.register(self._wake, select.POLLIN)
            if self._open:
                poll.register(self._control, select.POLLIN)
            for status in self._runs.values():
                poll.register(status, 0)  # Only its end: whoever asked for this run is gone.
            for fd, _event in poll.poll():
                if fd == self._wake:
                    os.read(self._wake, 4096)
                elif fd == self._control.fileno():
                    self._command()
                else:
                    self._abandon(fd)
            self._reap()

    def _command(self) -> None:
        data, files, _flags, _address = socket.recv_fds(self._control, 64, MOST_FILES)
        if not data:
            self._open = False
            self._drop_spare()
            return
        status, *rest = files
        child = self._send_to_child(rest)
        for fd in rest:
            os.close(fd)
        if isinstance(child, OSError):
            with socket.socket(fileno=status) as line:
                _tell(line, json.dumps({"failed": f"no process could be made: {child.strerror}"}).encode(), [])
            return
        line = self._runs[child] = socket.socket(fileno=status)
        message = json.dumps({"pid": child}).encode()
        try:
            handle = os.pidfd_open(child)
        except OSError:  # A kernel or a filter without pidfd: the number is safe until this process reaps it.
            _tell(line, message, [])
        else:
            _tell(line, message, [handle])
            os.close(handle)

    def _send_to_child(self, files: list[int]) -> int | OSError:
        """The child that has the run's descriptors now, or why there is none. A spare that died meanwhile is replaced."""
        problem = OSError(0, "it ended at once")
        for spare in (self._spare, None):
            self._spare = None
            try:
                child = spare or self._fork()
            except OSError as error:
                return error
            with child.line:
                try:
                    socket.send_fds(child.line, [b"run"], files)
                except OSError as error:
                    problem = error
                    continue
            return child.pid
        return problem

    def _fork(self) -> _Child:
        """A child that waits for its run, so far without anything of any. Raises `OSError` when there cannot be one."""
        ours, theirs = socket.socketpair()
        try:
            pid = os.fork()
        except OSError:
            ours.close()
            theirs.close()
            raise
        if pid == 0:
            # Their descriptors are about to be closed, so the objects must not close the numbers' next owners.
            for owned in (self._control, ours, *self._runs.values()):
                owned.detach()
            run_guest(theirs.detach(), self._origin)
        theirs.close()
        return _Child(pid, ours)

    def _drop_spare(self) -> None:
        if self._spare is not None:
            self._spare.line.close()
            self._spare = None

    def _abandon(self, fd: int) -> None:
        for pid, status in self._runs.items():
            if status.fileno() == fd:
                os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        """Ends what ended children leave behind, in their process group and among the orphans, before it tells of them."""
        while (ended := _ended_child()) is not None:
            if ended in self._runs:
                _kill_group(ended)
            if self._spare is not None and ended == self._spare.pid:
                self._drop_spare()
            line = self._runs.pop(ended, None)
            _, wait_status = os.waitpid(ended, 0)
            self._end_orphans()
            if line is not None:
                _tell(line, json.dumps({"ended": wait_status}).encode(), [])
                line.close()

    def _end_orphans(self) -> None:
        """Ends every process that a script left behind and waits until it is gone, so that no later run finds it."""
        deadline = time.monotonic() + _ORPHANS_SECONDS
        while (orphans := [pid for pid in _children() if not self._owns(pid)]) and time.monotonic() < deadline:
            for pid in orphans:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, os.WNOHANG)
            time.sleep(0.001)

    def _owns(self, pid: int) -> bool:
        return pid in self._runs or (self._spare is not None and pid == self._spare.pid)


def _children() -> list[int]:
    try:
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_bytes().split()]
    except OSError:  # A kernel without this file: the process group is all that can be found.
        return []


def _ended_child() -> int | None:
    """A child that has ended and is still there, so that its number cannot have a new owner."""
    try:
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return None
    return found.si_pid if found else None


def _kill_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:  # It ended before it became a leader.
        return


def _tell(line: socket.socket, message: bytes, handles: list[int]) -> None:
    try:
        socket.send_fds(line, [message], handles)
    except OSError:  # Nobody listens any more; the loop sees that too.
        return
