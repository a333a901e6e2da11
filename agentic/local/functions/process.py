"""One function process: one of Lambda's execution environments, which handles one invocation at a time."""

import math
import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from agentic.local.functions import answers
from agentic.local.functions.boot import Start
from agentic.local.functions.declaration import FunctionDeclaration
from agentic.local.functions.logs import FunctionLog, Output
from agentic.local.functions.loop import Loop
from agentic.local.functions.runtime_api import Connection, RuntimeApi
from agentic.local.functions.starter import Starter
from agentic.local.services import InvokeResult

# How long an ended process may take to be gone: the kernel's work, not the function's.
_GONE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Invocation:
    """One event for one function. `client_context` is JSON text; both it and `tenant` may be absent."""

    request_id: str
    payload: bytes
    client_context: str | None
    tenant: str | None


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A declared function that is ready to be started: its folder, its log, and how it is started."""

    declaration: FunctionDeclaration
    task_root: Path
    log: FunctionLog
    plain: bool
    variables: Callable[[str, str], Mapping[str, str]]
    """`variables(runtime_api, log_stream)`: the whole environment of a new process."""


class Process:
    """Starts at once. `on_end` is called in the loop's thread when the process is gone."""

    def __init__(
        self,
        number: int,
        function: Unpacked,
        starter: Starter,
        loop: Loop,
        *,
        init_seconds: float,
        on_end: Callable[["Process"], None],
    ) -> None:
        self._number = number
        self._function = function
        self._starter = starter
        self._init_seconds = init_seconds
        self._on_end = on_end
        self._born = time.monotonic()
        self._changed = threading.Condition()
        self._pid = 0
        self._connection: Connection | None = None
        self._was_ready = False
        self._init_ms = 0.0
        self._init_error: bytes | None = None
        self._current = ""
        self._answer: InvokeResult | None = None
        self._ended: int | None = None
        self._output, output = _pipe(function.log)
        self._api = RuntimeApi(loop, self)
        self._loop = loop
        loop.call(lambda: loop.watch(self._output.descriptor, self._read_output))
        self._reading = True
        declaration = function.declaration
        stream = f"{time.strftime('%Y/%m/%d', time.gmtime())}/[$LATEST]{secrets.token_hex(16)}"
        start = Start(
            number=number,
            handler=declaration.handler,
            task_root=str(function.task_root),
            site_packages=starter.site_packages,
            data_bytes=declaration.memory_mb << 20,
            plain=function.plain,
            variables=function.variables(self._api.address, stream),
        )
        try:
            starter.start(self, start, output)
        except Exception:
            loop.call(self._release)
            raise
        finally:
            os.close(output)

    @property
    def ready(self) -> bool:
        """Whether it waits for an event now."""
        return self._connection is not None

    @property
    def pid(self) -> int:
        """0 until the process exists."""
        return self._pid

    @property
    def port(self) -> int:
        """Of its Runtime API."""
        return self._api.port

    def end(self) -> None:
        """Kill it; does not wait."""
        self._starter.end(self._number)

    def wait_until_gone(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._ended is not None, _GONE_SECONDS)

    def run(self, invocation: Invocation) -> InvokeResult | None:
        """Handle one event; None when the process was gone before it had the event, so that another may have it."""
        with self._changed:
            self._changed.wait_for(self._initialized, self._init_seconds)
            connection, self._connection = self._connection, None
            if connection is None:
                return self._not_ready(invocation)
            self._current, self._answer = invocation.request_id, None
        seconds = self._function.declaration.timeout_seconds
        begin = time.monotonic()
        self._write(f"START RequestId: {invocation.request_id} Version: $LATEST")
        try:
            connection.hand_over(self._headers(invocation, seconds), invocation.payload)
        except OSError:
            # It died, or does not read: either way it never began, and must not begin any more.
            self.end()
            self.wait_until_gone()
            return None
        with self._changed:
            self._changed.wait_for(self._settled, max(0.0, begin + seconds - time.monotonic()))
            answer, ended, self._current = self._answer, self._ended, ""
        if answer is None and ended is None:
            self.end()
            self.wait_until_gone()
            answer = answers.timed_out(invocation.request_id, seconds)
            self._write(f"{invocation.request_id} Task timed out after {seconds:.2f} seconds")
        elif answer is None:
            answer = answers.exited(invocation.request_id, ended or 0)
            self._write(f"RequestId: {invocation.request_id} Error: Runtime exited with error: {answers.exit_text(ended or 0)}")
        self._report(invocation.request_id, (time.monotonic() - begin) * 1000)
        return answer

    def connecting(self) -> int:
        if not self._pid:
            # Its news may lie behind the connection in this round of the loop.
            self._starter.receive()
        return self._pid

    def parked(self, connection: Connection) -> None:
        with self._changed:
            if not self._was_ready:
                self._was_ready = True
                self._init_ms = (time.monotonic() - self._born) * 1000
            self._connection = connection
            self._changed.notify_all()

    def responded(self, request_id: str, body: bytes) -> bool:
        return self._take_answer(request_id, body, failed=False)

    def failed(self, request_id: str, body: bytes) -> bool:
        return self._take_answer(request_id, body, failed=True)

    def init_failed(self, body: bytes) -> None:
        with self._changed:
            self._init_error = body
            self._changed.notify_all()

    def started(self, pid: int) -> None:
        self._pid = pid

    def ended(self, status: int) -> None:
        self._output.flush(self._pid)
        self._release()
        # Before the invocation hears of it: who asks for a process next must not get this one.
        self._on_end(self)
        with self._changed:
            self._ended = status
            self._connection = None
            self._changed.notify_all()

    def _initialized(self) -> bool:
        return self._connection is not None or self._ended is not None

    def _settled(self) -> bool:
        return self._answer is not None or self._ended is not None

    def _not_ready(self, invocation: Invocation) -> InvokeResult | None:
        """The process ended, or did not become ready in time. Called with the lock held."""
        if self._was_ready:
            return None
        ended = self._ended
        status = "error"
        if ended is None:
            self.end()
            self._changed.wait_for(lambda: self._ended is not None, _GONE_SECONDS)
            status = "timeout"
            answer = answers.timed_out(invocation.request_id, self._init_seconds)
        elif self._init_error is not None:
            answer = answers.answered(self._init_error, failed=True)
        else:
            answer = answers.exited(invocation.request_id, ended)
        duration_ms = (time.monotonic() - self._born) * 1000
        self._write(f"INIT_REPORT Init Duration: {duration_ms:.2f} ms\tPhase: init\tStatus: {status}")
        return answer

    def _take_answer(self, request_id: str, body: bytes, *, failed: bool) -> bool:
        # Everything the handler printed is in the pipe by now, and belongs before this invocation's END.
        self._output.flush(self._pid)
        with self._changed:
            if request_id != self._current or self._answer is not None:
                return False
            self._answer = answers.answered(body, failed=failed)
            self._changed.notify_all()
            return True

    def _headers(self, invocation: Invocation, seconds: float) -> dict[str, str]:
        now = time.time()
        trace = f"Root=1-{int(now):08x}-{secrets.token_hex(12)};Parent={secrets.token_hex(8)};Sampled=0"
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((now + seconds) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": self._function.declaration.arn,
            "Lambda-Runtime-Trace-Id": trace,
        }
        if invocation.client_context is not None:
            headers["Lambda-Runtime-Client-Context"] = invocation.client_context
        if invocation.tenant is not None:
            headers["Lambda-Runtime-Aws-Tenant-Id"] = invocation.tenant
        return headers

    def _report(self, request_id: str, duration_ms: float) -> None:
        self._write(f"END RequestId: {request_id}")
        init = f"\tInit Duration: {self._init_ms:.2f} ms" if self._init_ms else ""
        self._init_ms = 0.0
        self._write(
            f"REPORT RequestId: {request_id}\tDuration: {duration_ms:.2f} ms\tBilled Duration: {math.ceil(duration_ms)} ms\t"
            f"Memory Size: {self._function.declaration.memory_mb} MB\tMax Memory Used: {_peak_mb(self._pid)} MB{init}"
        )

    def _write(self, line: str) -> None:
        self._function.log.write(self._pid, line)

    def _read_output(self) -> None:
        if not self._output.read(self._pid):
            self._stop_reading()

    def _stop_reading(self) -> None:
        if self._reading:
            self._reading = False
            self._loop.unwatch(self._output.descriptor)

    def _release(self) -> None:
        self._stop_reading()
        self._output.close()
        self._api.close()


def _pipe(log: FunctionLog) -> tuple[Output, int]:
    reading, writing = os.pipe()
    return Output(reading, log), writing


def _peak_mb(pid: int) -> int:
    """The most memory the process held at once; 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    peak = next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")), "0")
    return int(peak) // 1024
