"""The background local cloud: one process per state folder, which runs answer from at once.

Started by `agentic.local.control`; ends by `agentic local stop`, after an idle time, or when its program changed.
"""

import contextlib
import json
import os
import selectors
import signal
import socket
import socketserver
import sys
import threading
import time
import traceback
from collections.abc import Callable, Generator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agentic.core.errors import AgenticError, LocalCloudError, StorageError
from agentic.core.values import PendingCall, to_json
from agentic.local.cloud import LocalCloud
from agentic.local.control import error_json, short_address
from agentic.local.program.place import ACCOUNT, Place
from agentic.local.project import STACK
from agentic.local.trace import Event, Observer
from agentic.runs.wanted import LISTED, Wanted

IDLE_SECONDS = 30 * 60.0
# So long after a request the functions of the other APIs are started, one API at a time: nobody waits for it, and the
# next command, which often follows at once, does not share the processor with it.
_QUIET_SECONDS = 5.0

Send = Callable[[Mapping[str, Any]], None]


class Background:
    """The control socket's server around one running `LocalCloud`."""

    def __init__(self, cloud: LocalCloud, folder: Path, digest: str, *, idle_seconds: float = IDLE_SECONDS) -> None:
        self._cloud = cloud
        self._digest = digest
        self._idle_seconds = idle_seconds
        self._started = time.time()
        self._last_request = time.monotonic()
        self._busy = 0
        self._attended = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._path = folder / "control.sock"
        self._server = _listen(self._path, self._handle)

    def serve(self) -> None:
        """Answer until stopped or idle for too long."""
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        more = True
        while not self._stopping.wait(timeout=1.0):
            with self._lock:
                idle = 0.0 if self._busy else time.monotonic() - self._last_request
                attended = self._attended
            if idle > self._idle_seconds and not attended:
                break
            if more and idle > _QUIET_SECONDS:
                more = self._cloud.ready_next()
        # First the way in, then the cloud: who comes now finds nobody and starts another.
        with contextlib.suppress(OSError):
            self._path.unlink()
        self._server.shutdown()
        self._server.server_close()

    def stop(self) -> None:
        self._stopping.set()

    def _handle(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as reader:
            line = reader.readline(1 << 20)
            sending = threading.Lock()

            def send(message: Mapping[str, Any]) -> None:
                with sending, contextlib.suppress(OSError):
                    connection.sendall(json.dumps(message, ensure_ascii=False).encode() + b"\n")

            with self._lock:
                self._busy += 1
            try:
                request = json.loads(line)
                if request.get("op") == "engine":
                    self._engine(request, connection, send)
                    return
                if request.get("op") == "attend":
                    self._attend(request, connection, send)
                    return
                send({"result": self._answer(request, connection, send)})
            except AgenticError as error:
                send({"error": error_json(error)})
            # The other side is a person's terminal: it gets one line, the log gets the whole.
            except Exception as error:  # noqa: BLE001
                _note(error)
                send({"error": error_json(LocalCloudError(f"the local cloud failed: {error}", hint="see its log"))})
            finally:
                with self._lock:
                    self._busy -= 1
                    self._last_request = time.monotonic()

    def _answer(self, request: Mapping[str, Any], connection: socket.socket, send: Send) -> Any:
        match request.get("op"):
            case "status":
                return {
                    "pid": os.getpid(),
                    "digest": self._digest,
                    "started": self._started,
                    "runs": self._busy - 1,
                    **self._cloud.facts(),
                }
            case "stop":
                self.stop()
                return {}
            case "list":
                wanted = Wanted.of(request.get("wanted") or {}, datetime.now(UTC))
                runs = self._cloud.recent(int(request["limit"]), stack=_stack(request), wanted=wanted)
                return [{fact: to_json(getattr(run, fact)) for fact in LISTED} for run in runs]
            case "recording":
                return self._cloud.recording(str(request["run_id"]), stack=_stack(request)).to_json()
            case "show":
                return to_json(self._cloud.result(str(request["run_id"]), stack=_stack(request)))
            case "sessions":
                action, name = str(request["action"]), str(request["name"])
                return self._cloud.sessions(action, name, stack=_stack(request))
            case "route":
                return {"api": self._cloud.routed(self._cloud.request(request["run"], stack=_stack(request)))}
            case "run":
                return self._run(request, connection, send)
            case "approve":
                return self._approve(request, connection, send)
            case "reject":
                return to_json(self._cloud.reject(str(request["run_id"]), stack=_stack(request)))
            case "cancel":
                run_id, stack = str(request["run_id"]), _stack(request)
                # A run that is not there is told.
                self._cloud.result(run_id, stack=stack)
                self._cloud.cancel(run_id, stack=stack)
                return to_json(self._cloud.result(run_id, stack=stack))
            case "credentials":
                return self._cloud.credentials(_stack(request))
            case "exports":
                return dict(self._cloud.stack(_stack(request)).exports)
            case "adopt":
                self._cloud.adopt(_stack(request), request["exports"])
                return {}
            case "forget":
                self._cloud.forget(_stack(request))
                return {}
            case "made":
                return {"resources": self._cloud.made(_stack(request))}
            case "remove_others":
                known = {(str(token), str(resource_id)) for token, resource_id in request["known"]}
                return {"removed": self._cloud.remove_others(_stack(request), known)}
            case operation:
                raise LocalCloudError(f"unknown operation {operation!r}", hint="`agentic local stop`, then try again")

    def _engine(self, request: Mapping[str, Any], connection: socket.socket, send: Send) -> None:
        """Hold a stack open for the real engine until the other side closes its end, whatever becomes of it."""
        place = Place(str(request["project"]), _stack(request), str(request["region"]), ACCOUNT)
        with self._cloud.engine(place, dry=bool(request["dry"])) as attach:
            send({"result": {"attach": attach}})
            with contextlib.suppress(OSError):
                while connection.recv(1):
                    pass

    def _attend(self, request: Mapping[str, Any], connection: socket.socket, send: Send) -> None:
        """Tell how a stack is reached, and stay for as long as the other side holds on. Nobody's work waits for its end."""
        stack = _stack(request)
        send({"result": {"exports": self._cloud.exports(stack), "credentials": self._cloud.credentials(stack)}})
        with self._lock:
            self._busy -= 1
            self._attended += 1
        try:
            with contextlib.suppress(OSError):
                while connection.recv(1):
                    pass
        finally:
            with self._lock:
                self._busy += 1
                self._attended -= 1

    def _run(self, request: Mapping[str, Any], connection: socket.socket, send: Send) -> Any:
        stack = _stack(request)
        asked = self._cloud.request(request["run"], stack=stack)
        with self._watched(connection, asked.run_id, stack, send) as tell:
            result = self._cloud.carry_out(
                asked,
                stack=stack,
                secret=request.get("secret") or {},
                credentials=request.get("credentials") or {},
                on_event=tell,
            )
        return to_json(result)

    def _approve(self, request: Mapping[str, Any], connection: socket.socket, send: Send) -> Any:
        stack, run_id = _stack(request), str(request["run_id"])
        with self._watched(connection, run_id, stack, send) as tell:
            result = self._cloud.approve(
                run_id,
                PendingCall.from_json(request["pending"]),
                every=bool(request["every"]),
                stack=stack,
                secret=request.get("secret") or {},
                credentials=request.get("credentials") or {},
                on_event=tell,
            )
        return to_json(result)

    @contextlib.contextmanager
    def _watched(self, connection: socket.socket, run_id: str, stack: str, send: Send) -> Generator[Observer]:
        """While the run goes on: its events are sent, and it is cancelled when nobody is there any more."""
        done = threading.Event()
        threading.Thread(target=self._cancel_when_left, args=(connection, run_id, stack, done), daemon=True).start()

        def tell(event: Event) -> None:
            send({"event": to_json(event)})

        try:
            yield tell
        finally:
            done.set()

    def _cancel_when_left(self, connection: socket.socket, run_id: str, stack: str, done: threading.Event) -> None:
        """A client that closes its end in the middle has given up: Ctrl-C in the terminal."""
        with selectors.DefaultSelector() as selector:
            selector.register(connection, selectors.EVENT_READ)
            while not done.is_set():
                if selector.select(timeout=0.1):
                    try:
                        gone = not connection.recv(1, socket.MSG_PEEK)
                    except OSError:
                        gone = True
                    if gone and not done.is_set():
                        self._cloud.cancel(run_id, stack=stack)
                        return


def _stack(request: Mapping[str, Any]) -> str:
    return str(request.get("stack") or STACK)


def _note(error: Exception) -> None:
    """The whole of it for the log. A log that cannot be written (the disk is full) must not hide the error itself."""
    with contextlib.suppress(OSError):
        traceback.print_exception(error)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, address: str, handle: Callable[[socket.socket], None]) -> None:
        super().__init__(address, socketserver.BaseRequestHandler)
        self._handle = handle

    def finish_request(self, request: Any, client_address: Any) -> None:
        self._handle(request)


def _listen(path: Path, handle: Callable[[socket.socket], None]) -> _Server:
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    before = os.umask(0o177)
    try:
        with short_address(path) as address:
            return _Server(address, handle)
    except OSError as error:
        raise StorageError(f"cannot make the control socket {path}: {error.strerror}") from error
    finally:
        os.umask(before)


def main(folder: Path, digest: str, ready: int, life: int) -> int:
    """Run until stopped. Tells on the descriptor `ready`, in one JSON line, that it is up or why it is not.

    `life` is a locked file: by that others see that this process lives, also while it starts and ends.
    """
    os.set_inheritable(life, False)
    os.ftruncate(life, 0)
    os.write(life, f"{os.getpid()}\n".encode())

    def tell(message: Mapping[str, Any]) -> None:
        with contextlib.suppress(OSError):
            os.write(ready, json.dumps(message).encode() + b"\n")
        os.close(ready)

    try:
        cloud = LocalCloud(folder)
        cloud.start()
    except AgenticError as error:
        tell({"error": error_json(error)})
        return int(error.exit_code)
    # As above: one line to the terminal, the traceback to our own log.
    except Exception as error:  # noqa: BLE001
        _note(error)
        tell({"error": error_json(LocalCloudError(f"the local cloud did not start: {error}", hint=f"see {folder}/logs"))})
        return 1
    with cloud:
        background = Background(cloud, folder, digest)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda number, frame: background.stop())
        tell({"ready": True})
        background.serve()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
