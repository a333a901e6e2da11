"""The local cloud's side of the zygote: asks it to start and to end function processes, and hears when they did."""

import contextlib
import importlib.util
import json
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

from agentic.core.errors import LocalCloudError
from agentic.local.functions.boot import Start
from agentic.local.functions.loop import Loop
from agentic.local.functions.variables import zygote_variables
from agentic.local.functions.zygote import COMMAND

_OUR_ROOT = Path(__file__).resolve().parents[3]
_PACKET = 1 << 16
_END_SECONDS = 10.0
_SENDS = 2


class Started(Protocol):
    """Who hears what became of a start; called in the loop's thread."""

    def started(self, pid: int) -> None:
        """The process exists and has done nothing yet."""
        ...

    def ended(self, status: int) -> None:
        """The process and everything it started are gone; `status` as `os.waitpid` gives it."""
        ...


def site_packages() -> str:
    """The folder of this installation's third-party packages."""
    found = importlib.util.find_spec("awslambdaric")
    if found is None or found.origin is None:
        raise LocalCloudError(
            "awslambdaric, AWS's runtime client, is not installed.",
            hint="Install the extra: pip install 'agentic-api-developer[local]'",
        )
    return str(Path(found.origin).parent.parent)


class Starter:
    """Owns the zygote process; a zygote that ended by itself is replaced at the next start."""

    def __init__(self, loop: Loop, *, home: Path, log: Path, warm: bool) -> None:
        self._loop = loop
        self._home = home
        self._log = log
        self._mode = "warm" if warm else "plain"
        self._lock = threading.Lock()
        self._started: dict[int, Started] = {}
        self._closed = False
        self.site_packages = site_packages()
        self._zygote, self._control = self._spawn()

    @property
    def zygote_pid(self) -> int:
        return self._zygote.pid

    def start(self, started: Started, start: Start, output: int) -> None:
        """Does not wait. `output` is the write end of the log pipe; the caller closes its copy afterwards."""
        packet = json.dumps({"start": asdict(start)}).encode()
        with self._lock:
            if self._closed:
                raise LocalCloudError("The local cloud has been stopped.")
            for number in range(_SENDS):
                if self._zygote.poll() is not None:
                    self._replace()
                self._started[start.number] = started
                try:
                    socket.send_fds(self._control, [packet], [output])
                except OSError as error:
                    del self._started[start.number]
                    if number + 1 == _SENDS:
                        raise LocalCloudError(
                            "The process that starts the functions has ended.", hint=f"Look into {self._log}."
                        ) from error
                    # It is ending: its socket is closed already.
                    self._zygote.kill()
                    self._zygote.wait()
                else:
                    return

    def end(self, number: int) -> None:
        """Have the process killed with everything it started; does not wait for `ended`."""
        with self._lock:
            if number in self._started:
                try:
                    self._control.send(json.dumps({"end": number}).encode())
                except OSError:
                    # The zygote is gone, and its children with it; `ended` comes from the closed socket.
                    return

    def receive(self) -> None:
        """Takes the news that are there. Only in the loop's thread."""
        self._receive(self._control)

    def close(self) -> None:
        """Ends all function processes and waits until none is left."""
        with self._lock:
            self._closed = True
            zygote, control = self._zygote, self._control
        # The zygote sees the end of its socket, ends everything and then itself.
        with contextlib.suppress(OSError):
            # Closed already, when the zygote had ended by itself.
            control.shutdown(socket.SHUT_WR)
        try:
            zygote.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            zygote.kill()
            zygote.wait()
        self._loop.call(lambda: self._hung_up(control))

    def _replace(self) -> None:
        """A new zygote in the place of one that has ended, and with it all that it started. The lock is held."""
        lost, self._started = self._started, {}
        self._zygote, self._control = self._spawn()

        def tell() -> None:
            for started in lost.values():
                started.ended(signal.SIGKILL)

        # What is heard of the old one's socket does not count any more: this may come before that.
        self._loop.call(tell)

    def _spawn(self) -> tuple["subprocess.Popen[bytes]", socket.socket]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with theirs, self._log.open("wb") as log:
            zygote = subprocess.Popen(  # noqa: S603
                [
                    sys.executable,
                    "-I",
                    "-S",
                    "-c",
                    COMMAND,
                    str(_OUR_ROOT),
                    self.site_packages,
                    str(theirs.fileno()),
                    self._mode,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**zygote_variables(self._home), "AWS_EC2_METADATA_DISABLED": "true"},
                cwd=self._home,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._loop.call(lambda: self._loop.watch(ours, lambda: self._receive(ours)))
        return zygote, ours

    def _receive(self, control: socket.socket) -> None:
        while control.fileno() >= 0:
            try:
                packet = control.recv(_PACKET, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            except OSError:
                packet = b""
            if not packet:
                self._hung_up(control)
                return
            message = json.loads(packet)
            if "started" in message and (started := self._started.get(message["started"])):
                started.started(message["pid"])
            elif "ended" in message and (started := self._started.pop(message["ended"], None)):
                started.ended(message["status"])

    def _hung_up(self, control: socket.socket) -> None:
        """The zygote ended: so did, by the kernel's hand, all that it started."""
        if control.fileno() < 0:
            return
        self._loop.unwatch(control)
        control.close()
        with self._lock:
            if control is not self._control:
                return
            lost, self._started = self._started, {}
        for started in lost.values():
            started.ended(signal.SIGKILL)
