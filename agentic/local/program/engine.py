"""The parent's side of running a program: starts its process, creates what it registers, takes its exports.

`launch` comes first thing at a start, because the program needs a second to import Pulumi; `complete` when the cloud
is there to create things in. Data sources and components are answered in between.
"""

import contextlib
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from agentic.core.errors import AgenticError, ConfigurationError, LocalCloudError
from agentic.local.program import data_sources, environment
from agentic.local.program.channel import Channel, Message
from agentic.local.program.place import Place
from agentic.local.program.program import CreatedResource, Program, ProgramResult
from agentic.local.state import storage_error
from agentic.local.trace import Event, Observer, ignore

if TYPE_CHECKING:
    # The table imports what resources are made with; nothing of it is needed to start the program.
    from agentic.local.program.table import Context, ResourceTable

_CHILD = Path(__file__).with_name("child.py")
# Creating is Python work under one lock of the interpreter; more threads only wait for each other (local.md, section 0).
_CREATORS = 4
_PROVIDER = "pulumi:providers:"


def run_program(
    program: Program,
    table: "ResourceTable",
    context: "Context",
    log: Path,
    *,
    observer: Observer = ignore,
    seconds: float = 300,
) -> ProgramResult:
    """Launch and complete in one call."""
    with RunningProgram.launch(program, log) as running:
        return running.complete(table, context, observer=observer, seconds=seconds)


class RunningProgram:
    """A program's process. Close it, or use it in `with`: nothing of it is left afterwards."""

    def __init__(
        self, place: Place, default_tags: Mapping[str, str], log: Path, process: subprocess.Popen[bytes], channel: Channel
    ) -> None:
        self._place = place
        self._default_tags = default_tags
        self._log = log
        self._process = process
        self._channel = channel
        self._messages: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="program", daemon=True)
        self._lock = threading.Lock()
        self._error: AgenticError | None = None
        self._urns: set[str] = set()
        self._created: list[CreatedResource] = []
        self._registered: list[tuple[str, str, Mapping[str, Any]]] | None = []

    @classmethod
    def launch(cls, program: Program, log: Path) -> Self:
        """Start the process and return at once. What it prints, and its traceback, go to the file `log` (replaced).

        Raises `ConfigurationError`, `StorageError` (the log), `LocalCloudError`.
        """
        if not program.main.is_file():
            raise LocalCloudError(f"there is no Pulumi program {program.main}")
        if program.config.get("aws:region", program.place.region) != program.place.region:
            raise ConfigurationError(
                f"aws:region is {program.config['aws:region']}, the stack's place is {program.place.region}"
            )
        default_tags, launched = program.default_tags(), time.monotonic()
        home = log.with_suffix(".home")
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            output = _opened(log)
        except OSError as error:
            raise storage_error(log, error) from None
        ours, theirs = socket.socketpair()
        with output, theirs:
            try:
                process = subprocess.Popen(  # noqa: S603 - our interpreter, our file
                    [sys.executable, "-I", str(_CHILD), str(theirs.fileno())],
                    cwd=program.main.parent.absolute(),
                    env=environment.build(os.environ, program.place, home, program.extra_environment),
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
            except OSError as error:
                ours.close()
                raise LocalCloudError(f"the Pulumi program cannot be started: {error.strerror or error}") from error
        channel = Channel(ours)
        running = cls(program.place, default_tags, log, process, channel)
        running._reader.start()
        running._send(
            {
                "program": str(program.main.absolute()),
                "project": program.place.project,
                "stack": program.place.stack,
                "config": {"aws:region": program.place.region, **program.config},
                "secret_config": sorted(program.secret_config),
                "launched": launched,
            }
        )
        return running

    def complete(
        self, table: "ResourceTable", context: "Context", *, observer: Observer = ignore, seconds: float = 300
    ) -> ProgramResult:
        """Create everything the program registers and wait for its end, `seconds` at most.

        Raises the first error there is: `LocalCloudError` with one line, or the error of ours that the program raised.
        """
        deadline = time.monotonic() + seconds
        pool = ThreadPoolExecutor(_CREATORS, thread_name_prefix="create")
        # While the program still imports. A service that fails here fails again, with a name, at its first resource.
        for warm_up in table.warm_ups:
            pool.submit(warm_up, context)
        try:
            while True:
                try:
                    message = self._messages.get(timeout=max(deadline - time.monotonic(), 0.0))
                except queue.Empty:
                    raise LocalCloudError(
                        f"the Pulumi program did not end within {seconds:g} s", hint=f"its output is in {self._log}"
                    ) from None
                if self._error is not None:
                    raise self._error
                if message is None:
                    raise LocalCloudError("the Pulumi program ended without a word", hint=f"its output is in {self._log}")
                if message["method"] == "create":
                    pool.submit(self._create, table, context, observer, message)
                elif message["method"] == "failed":
                    raise self._failure(message)
                else:
                    return ProgramResult(
                        exports=message["exports"],
                        secret_exports=frozenset(message["secret"]),
                        resources=tuple(self._created),
                        timings_ms=message["timings_ms"],
                        registered=tuple(self._registered) if self._registered and not message["secret"] else None,
                    )
        finally:
            pool.shutdown(cancel_futures=True)
            self.close()

    def close(self) -> None:
        """End the process and all it started. May be called again."""
        if self._process.returncode is None:
            # The process leads a session of its own: what it started (a build of zips) ends with it. It has said its last
            # word or must not say it; waiting for the interpreter to wind up would only cost time.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._channel.close()
        if self._reader.is_alive():
            self._reader.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _read(self) -> None:
        """Answer at once what needs no cloud; leave the rest to `complete`."""
        while (message := self._channel.receive()) is not None:
            try:
                answer = self._answer(message)
            except AgenticError as error:
                self._fail(error)
                continue
            if answer is None:
                self._messages.put(message)
            else:
                self._send({"id": message["id"], **answer})
        self._messages.put(None)
        self._channel.release()

    def _answer(self, message: Message) -> Message | None:
        if message["method"] == "call":
            return {"result": data_sources.answer(self._place, message["token"], message["args"])}
        if message["method"] != "create":
            return None
        if message["urn"] in self._urns:
            raise LocalCloudError(f"{message['type']} {message['name']!r}: the program has two resources of this type and name")
        self._urns.add(message["urn"])
        if not message["custom"]:
            return {"resource": "", "outputs": {}}
        if message["type"].startswith(_PROVIDER):
            self._check_provider(message)
            return {"resource": self._place.stable("provider", message["urn"], 32), "outputs": {}}
        return None

    def _check_provider(self, message: Message) -> None:
        """A provider may say what is so anyway; everything else (default tags, another region) would be lost."""
        inputs = {key: value for key, value in message["inputs"].items() if key not in {"version", "pluginDownloadURL"}}
        region = inputs.pop("region", self._place.region)
        flags = {"skipCredentialsValidation", "skipMetadataApiCheck", "skipRegionValidation", "skipRequestingAccountId"}
        unknown = sorted(set(inputs) - flags)
        if region != self._place.region or unknown:
            what = ", ".join(unknown) or f"region {region}"
            raise LocalCloudError(f"{message['type']} {message['name']!r}: {what} is not supported by the local cloud")

    def _create(self, table: "ResourceTable", context: "Context", observer: Observer, message: Message) -> None:
        if self._error is not None:
            return
        token, name, begin = message["type"], message["name"], time.perf_counter()
        try:
            created = table.create(context, token, name, message["inputs"], self._default_tags)
        except AgenticError as error:
            self._fail(_without_secrets(error, message))
            return
        with self._lock:
            self._created.append(CreatedResource(token, name, created.id))
            if message["secret"]:
                self._registered = None
            elif self._registered is not None:
                self._registered.append((token, name, message["inputs"]))
        milliseconds = (time.perf_counter() - begin) * 1000
        observer(Event("resource", "end", name, facts={"type": token, "id": created.id}, duration_ms=milliseconds))
        self._send({"id": message["id"], "resource": created.id, "outputs": created.outputs})

    def _fail(self, error: AgenticError) -> None:
        """Keep the first error and wake `complete`; what the program says afterwards only follows from it."""
        with self._lock:
            self._error = self._error or error
        self._messages.put(None)

    def _send(self, message: Message) -> None:
        with contextlib.suppress(OSError):  # the process is gone; its end is in the queue
            self._channel.send(message)

    def _failure(self, message: Message) -> AgenticError:
        """The program's own error, of its own class where it is one of ours."""
        for kind in _error_classes():
            if message["code"] == kind.code:
                return kind(message["message"], hint=message["hint"])
        return LocalCloudError(f"the Pulumi program failed: {message['message']}", hint=f"the traceback is in {self._log}")


def _opened(log: Path) -> Any:
    # 0600 and no link followed: the program may print what is nobody else's business.
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(log, flags, 0o600), "wb")


def _error_classes() -> list[type[AgenticError]]:
    found: list[type[AgenticError]] = []
    waiting = [AgenticError]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return found


def _without_secrets(error: AgenticError, message: Message) -> AgenticError:
    """An error that tells no value of a secret input: AWS's messages often quote what they refuse."""
    texts = [text for key in message["secret"] for text in _texts(message["inputs"].get(key))]
    if not any(text in error.message for text in texts):
        return error
    told = error.message
    for text in sorted(texts, key=len, reverse=True):
        told = told.replace(text, "[secret]")
    return LocalCloudError(told, hint=error.hint)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, dict):
        return [text for item in cast(dict[str, Any], value).values() for text in _texts(item)]
    return [text for item in cast(list[Any], value) for text in _texts(item)] if isinstance(value, list) else []
