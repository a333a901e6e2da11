"""`Sandbox`: runs scripts, each in a child of a warm zygote, and says how each ended. Never raises for what a script does."""

import contextlib
import json
import os
import re
import selectors
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from agentic.core.errors import SandboxError, UnsupportedPlatformError
from agentic.core.spec import Sdk
from agentic.core.values import Outcome
from agentic.sandbox.capture import Capture
from agentic.sandbox.layers import Terms
from agentic.sandbox.network import Link, Network
from agentic.sandbox.policy import SandboxPolicy
from agentic.sandbox.zygote_process import RunFiles, ZygoteProcess

_RUNS_PER_ZYGOTE = 500
_NOT_CLOSED = "`agentic doctor` says what each layer needs; agentic:sandbox.require names the walls that must stand"
_REPORT_BYTES = 65536
_STOP_REASON = re.compile(rb"[a-z_]{1,32}")
# How long a killed child may take to be gone before its zygote is no longer believed to be able to tell.
_GRACE_SECONDS = 2.0
# How long a zygote may take to make a child, which a machine with other things to do makes it wait for.
_CHILD_SECONDS = 20.0


class _ZygoteGoneError(Exception):
    """The zygote ended, or made no child, and says why if it can: nothing has run, so the run may be tried again."""


class Sandbox:
    """Runs scripts that use one SDK. May be used from several threads at once; each run has its own child process.

    `python_path` are the folders that hold the SDK, added to the standard library and the folder of this package.
    A zygote is replaced after `runs_per_zygote` runs, because its children share its address layout.
    """

    def __init__(
        self,
        sdk: Sdk,
        *,
        python_path: Sequence[str] = (),
        runs_per_zygote: int = _RUNS_PER_ZYGOTE,
        terms: Terms | None = None,
    ) -> None:
        """`terms` says which walls must stand; by default all of them, whichever layer makes each."""
        if not sys.platform.startswith("linux"):
            raise UnsupportedPlatformError(
                f"the sandbox needs Linux's own walls, which {sys.platform} does not have",
                hint="work in a Linux container or virtual machine; .devcontainer/ describes one",
            )
        self._terms = terms or Terms()
        self._sdk = sdk
        self._python_path = tuple(python_path)
        self._runs_per_zygote = runs_per_zygote
        self._lock = threading.Lock()
        self._current: ZygoteProcess | None = None
        self._next: ZygoteProcess | None = None
        self._retired: list[ZygoteProcess] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def start(self) -> None:
        """Starts the zygote and waits until the SDK is imported. Raises `SandboxError` with the reason when it cannot be."""
        self._zygote()

    def close(self) -> None:
        """Ends the zygote and every run. A later `run` starts a new one."""
        with self._lock:
            zygotes = [zygote for zygote in (self._current, self._next, *self._retired) if zygote is not None]
            self._current, self._next, self._retired = None, None, []
        for zygote in zygotes:
            zygote.kill()

    def run(self, code: str, policy: SandboxPolicy, network: Network | None = None) -> Outcome:
        """Runs `code` as a script; its connections go through `network` (without one, all are refused).

        Raises `SandboxError` only when the sandbox cannot be started, or a wall that must stand does not; nothing has run then.
        """
        started = time.monotonic()
        zygote = self._zygote()
        try:
            return _Run(zygote, code, policy, network, started).outcome()
        except _ZygoteGoneError:
            zygote.settle()
        zygote = self._zygote()
        try:
            return _Run(zygote, code, policy, network, started).outcome()
        except _ZygoteGoneError as gone:
            why = str(gone) or zygote.settle()
            hint = "is there enough memory, and are more processes allowed? Then run it again"
            raise SandboxError(f"the sandbox's zygote cannot start the script, twice: {why}", hint=hint) from None

    def _zygote(self) -> ZygoteProcess:
        """The one to ask for the next child, ready. A dead one is replaced."""
        with self._lock:
            self._retired = [zygote for zygote in self._retired if zygote.alive]
            if self._current is not None and not self._current.alive:
                self._current.wait()
                self._current = None
            if self._current is None:
                self._current, self._next = self._next or ZygoteProcess(self._sdk, self._python_path, self._terms), None
            self._current = current = self._successor(self._current)
            try:
                if not current.ready():
                    raise SandboxError("the sandbox cannot load the SDK: it takes too long")
            except SandboxError:
                current.kill()
                self._current = None
                raise
            return current

    def _successor(self, current: ZygoteProcess) -> ZygoteProcess:
        """Starts the next one when `current` has served enough, and changes over once it is ready: no run waits."""
        if current.runs < self._runs_per_zygote:
            return current
        if self._next is None:
            self._next = ZygoteProcess(self._sdk, self._python_path, self._terms)
        try:
            if not self._next.ready(0.0):
                return current
        except SandboxError:  # Then the old one goes on, and the next attempt is as many runs away.
            self._next.kill()
            self._next, current.runs = None, 0
            return current
        current.retire()
        self._retired.append(current)
        successor, self._next = self._next, None
        return successor


class _Run:
    """One script in one child, from the fork to the outcome."""

    def __init__(
        self, zygote: ZygoteProcess, code: str, policy: SandboxPolicy, network: Network | None, started: float
    ) -> None:
        self._zygote = zygote
        self._code = code
        self._policy = policy
        self._network = network
        self._started = started
        self._pid = 0
        self._pidfd = -1
        self._ended: dict[str, Any] | None = None
        self._reason = ""

    def outcome(self) -> Outcome:
        with contextlib.ExitStack() as stack:
            status, child_status = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            stack.callback(status.close)
            stack.callback(self._forget)
            stdout, stderr = (Capture(self._policy.output_bytes, self._policy.flood_bytes) for _ in range(2))
            report = Capture(_REPORT_BYTES, _REPORT_BYTES)
            for capture in (stdout, stderr, report):
                stack.callback(capture.close)
            with contextlib.ExitStack() as handed_over:
                handed_over.callback(child_status.close)
                for capture in (stdout, stderr, report):
                    handed_over.callback(capture.close_writer)
                link, line = self._connect(stack, handed_over)
                brief = self._brief(link)
                handed_over.callback(os.close, brief)
                files = RunFiles(child_status.fileno(), brief, stdout.writer, stderr.writer, report.writer, line)
                try:
                    self._zygote.fork(files)
                except OSError as error:
                    raise _ZygoteGoneError from error
            stopped = link.stopped if link else None
            self._follow(status, stdout, stderr, report, stopped)
            if stopped is not None:  # Also where it ended by itself meanwhile: whoever asked for the stop must learn of it.
                self._heed_stop(stopped)
            return self._result(stdout, stderr, report)

    def _connect(self, stack: contextlib.ExitStack, handed_over: contextlib.ExitStack) -> tuple[Link | None, int]:
        if self._network is None:
            return None, -1
        ours, line = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        handed_over.callback(line.close)
        try:
            link = self._network.serve(ours)
        except BaseException:
            ours.close()
            raise
        stack.callback(link.close)
        return link, line.fileno()

    def _brief(self, link: Link | None) -> int:
        """What the child reads itself, so that the zygote never does: the code and how to run it, in memory."""
        brief = {
            "code": self._code,
            "environment": self._policy.full_environment,
            "limits": self._policy.limits(self._zygote.tasks),
            "trust": link.trust if link else "",
            "pins": self._policy.pins.to_json() if self._policy.pins else None,
        }
        fd = os.memfd_create("brief")
        with open(fd, "wb", closefd=False) as file:
            file.write(json.dumps(brief).encode())
        os.lseek(fd, 0, os.SEEK_SET)
        return fd

    def _follow(self, status: socket.socket, stdout: Capture, stderr: Capture, report: Capture, stopped: int | None) -> None:
        """Reads what the child writes until the zygote says that it has ended; ends it at a limit, or on `stopped`.

        The script's time begins with its child: what the machine takes until there is one is not the script's.
        """
        deadline, begun = time.monotonic() + _CHILD_SECONDS, False
        with selectors.DefaultSelector() as selector:
            selector.register(status, selectors.EVENT_READ)
            for capture in (stdout, stderr, report):
                selector.register(capture.reader, selectors.EVENT_READ, capture)
            if stopped is not None:
                selector.register(stopped, selectors.EVENT_READ)
            while self._ended is None:
                for key, _events in selector.select(max(0.0, deadline - time.monotonic())):
                    if key.fd == stopped:
                        selector.unregister(key.fd)
                        if self._heed_stop(key.fd) and self._ended is None:
                            deadline = self._kill(status)
                    elif key.data is None:
                        self._heed(status)
                    elif not key.data.read():
                        selector.unregister(key.fd)
                if self._ended is not None:
                    break
                if self._pid and not begun and not self._reason:
                    deadline, begun = time.monotonic() + self._policy.seconds, True
                if not self._reason and (stdout.flooded or stderr.flooded or report.flooded):
                    self._reason = "output"
                    deadline = self._kill(status)
                if time.monotonic() >= deadline:
                    if not (self._pid or self._reason or report.data):
                        self._zygote.kill()
                        raise _ZygoteGoneError("it made no process for it")
                    if self._reason or not self._pid:  # Killed and still not gone: the zygote is stopped or worse.
                        self._zygote.kill()
                        self._reason = self._reason or "broke_off"
                        self._ended = {"ended": signal.SIGKILL}
                    else:
                        self._reason = "timeout"
                        deadline = self._kill(status)
        # Whoever still holds a pipe's other end (a grandchild about to be killed) prolongs nothing.
        for capture in (stdout, stderr, report):
            capture.drain()
        # A script that is over its limit and over is so too, whichever was seen first.
        if not self._reason and (stdout.flooded or stderr.flooded):
            self._reason = "output"

    def _heed_stop(self, stopped: int) -> bool:
        """Whether the network wants the run to end, with its reason taken: it counts before any other."""
        try:
            reason = os.read(stopped, 64)
        except OSError:  # Nothing to read.
            return False
        if not reason:
            return False
        self._reason = reason.decode() if _STOP_REASON.fullmatch(reason) else "stopped"
        return True

    def _heed(self, status: socket.socket) -> None:
        try:
            data, fds, _flags, _address = socket.recv_fds(status, 4096, 1)
        except TimeoutError:  # It is there still.
            raise
        except OSError:
            data, fds = b"", list[int]()
        if fds:
            self._pidfd = fds[0]
        if not data:
            if not self._pid:
                raise _ZygoteGoneError
            # Its zygote ended under it, and every child of that with it: this says nothing about the script.
            self._reason = self._reason or "broke_off"
            self._ended = {"ended": signal.SIGKILL}
            return
        message = json.loads(data)
        if "failed" in message:
            raise _ZygoteGoneError(message["failed"])
        if "pid" in message:
            self._pid = message["pid"]
        else:
            self._ended = message

    def _kill(self, status: socket.socket) -> float:
        """Ends the child; returns when it should be gone. The zygote then ends its group and its orphans."""
        if not self._pid:
            status.settimeout(_GRACE_SECONDS)
            with contextlib.suppress(TimeoutError):
                self._heed(status)
            status.settimeout(None)
        with contextlib.suppress(ProcessLookupError):
            if self._pidfd >= 0:
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            elif self._pid:
                os.kill(self._pid, signal.SIGKILL)
        return time.monotonic() + _GRACE_SECONDS

    def _forget(self) -> None:
        if self._pidfd >= 0:
            os.close(self._pidfd)

    def _result(self, stdout: Capture, stderr: Capture, report: Capture) -> Outcome:
        layers, claimed, refused = _read_report(report.data)
        if refused:
            raise SandboxError(f"the sandbox is not closed here: {'; '.join(refused)}", hint=_NOT_CLOSED)
        code, by_signal = None, 0
        wait_status = (self._ended or {}).get("ended", signal.SIGKILL)
        if os.WIFEXITED(wait_status):
            code = os.WEXITSTATUS(wait_status)
        else:
            by_signal = os.WTERMSIG(wait_status)
        reason = self._reason
        if reason:
            code = None
        elif by_signal:
            reason = "timeout" if by_signal == signal.SIGXCPU else "killed"
        elif code != 0 and claimed == "memory":
            reason = "memory"
        return Outcome(
            success=code == 0 and not reason,
            stdout=stdout.text,
            stderr=stderr.text,
            exit=code,
            duration_ms=round((time.monotonic() - self._started) * 1000, 3),
            layers=layers,
            reason=reason,
        )


def _read_report(data: bytes) -> tuple[tuple[str, ...], str, list[str]]:
    """The layers, reported before the script runs; the reason it may claim afterwards; why it was not started at all."""
    layers: tuple[str, ...] = ()
    refused: list[str] = []
    reason = ""
    for number, line in enumerate(data.splitlines()):
        try:
            facts = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if number == 0:
            layers = tuple(str(name) for name in facts["layers"])
            refused = [str(fault) for fault in facts.get("refused", ())]
        elif isinstance(facts, dict) and facts.get("reason") == "memory":  # pyright: ignore[reportUnknownMemberType]
            reason = "memory"
    return layers, reason, refused
