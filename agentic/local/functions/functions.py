"""The local Lambda: functions are created from zips and invoked as by Lambda's Invoke (see `services.FunctionService`)."""

import json
import re
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from agentic.core.errors import AgenticError, ConfigurationError, LocalCloudError, UsageError
from agentic.local.function_name import FunctionName
from agentic.local.functions import answers
from agentic.local.functions.archive import prune, top_level_names, unpack
from agentic.local.functions.boot import AWS_PACKAGES
from agentic.local.functions.declaration import FunctionDeclaration
from agentic.local.functions.logs import FunctionLog, LogSink, no_sink
from agentic.local.functions.loop import Loop
from agentic.local.functions.pool import Pool
from agentic.local.functions.process import Invocation, Process, Unpacked
from agentic.local.functions.starter import Starter
from agentic.local.functions.variables import check_own, process_variables
from agentic.local.services import InvokeResult
from agentic.local.state import StateFolder
from agentic.local.trace import Event, Observer, ignore

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TENANT = re.compile(r"[A-Za-z0-9._:/=+\-@ ]{1,256}")
_RUN = re.compile(rb"run_[0-9a-f]{16}")
# How far into an event the run's id is looked for, for the live view.
_RUN_WITHIN = 4096
# A process that dies before it has its event costs the caller nothing but a new start; so often, and something is broken.
_ATTEMPTS = 3
# How long a caller waits for a free process before it is throttled. Lambda would start another environment; a laptop has no
# room for that many. Shorter than what any client of ours waits for an answer.
_QUEUE_SECONDS = 40.0
# Cancelled runs that are remembered: only one that was about to begin still matters.
_CANCELLED_KEPT = 1000


class Functions:
    """All functions of one local cloud. `close` ends every process that was started for them.

    `environment_for` gives the variables that lead a function's AWS calls to the local endpoint (AWS_ENDPOINT_URL, credentials
    of its role); it is asked at each start of a process. `plain` starts every process from nothing, as Lambda does, instead of
    forking it with boto3 imported. Zips are unpacked by digest into `unpacked` (default: the state's own folder).
    A function has `concurrency` processes at most; who finds none free waits for `queue_seconds`.
    """

    def __init__(
        self,
        state: StateFolder,
        environment_for: Callable[[FunctionDeclaration], Mapping[str, str]],
        observer: Observer = ignore,
        *,
        log_sink: LogSink = no_sink,
        plain: bool = False,
        concurrency: int = 20,
        queue_seconds: float = _QUEUE_SECONDS,
        init_seconds: float = 30.0,
        unpacked: Path | None = None,
    ) -> None:
        self._state = state
        self._environment_for = environment_for
        self._observer = observer
        self._log_sink = log_sink
        self._plain = plain
        self._concurrency = concurrency
        self._queue_seconds = queue_seconds
        self._init_seconds = init_seconds
        self._unpacked = unpacked or state.zips
        self._unpacked.mkdir(mode=0o700, parents=True, exist_ok=True)
        prune(self._unpacked, time.time())
        self._home = state.folder(state.root / "home")
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._declared: dict[str, tuple[Unpacked, Pool]] = {}
        # A log outlives its function: old processes still write when the function is replaced or removed.
        self._logs: dict[str, FunctionLog] = {}
        self._running: set[threading.Thread] = set()
        self._tenants: dict[str, Process] = {}
        self._cancelled: deque[str] = deque(maxlen=_CANCELLED_KEPT)
        self._closed = False
        self._loop = Loop("functions")
        self._starter = Starter(self._loop, home=self._home, log=state.folder(state.logs) / "zygote.log", warm=not plain)

    def create(self, declaration: FunctionDeclaration) -> None:
        """Make the function invocable, or replace it: its old processes take no further invocations and end.

        Raises ConfigurationError, BuildError or StorageError.
        """
        if not _NAME.fullmatch(declaration.name):
            raise ConfigurationError(
                f"{declaration.name!r} is no name for a function.", hint="Letters, digits, - and _, at most 64."
            )
        check_own(declaration)
        root = unpack(declaration.zip_path, self._unpacked)

        def variables(runtime_api: str, stream: str) -> Mapping[str, str]:
            given = self._environment_for(declaration)
            return process_variables(
                declaration, given, task_root=root, home=self._home, runtime_api=runtime_api, stream=stream
            )

        # A zip's own boto3 is not to be mixed with the one that the zygote has imported.
        plain = self._plain or bool(top_level_names(root) & AWS_PACKAGES)
        with self._lock:
            self._check_open()
            log = self._logs.get(declaration.name)
            if log is None:
                path = self._state.logs / f"{declaration.name}.log"
                log = self._logs[declaration.name] = FunctionLog(declaration.name, path, self._log_sink)
            function = Unpacked(declaration, root, log, plain, variables)
            pool = Pool(lambda pool: self._start(function, pool), self._concurrency)
            replaced = self._declared.get(declaration.name)
            self._declared[declaration.name] = (function, pool)
        if replaced is not None:
            replaced[1].retire()

    def remove(self, name: str) -> None:
        """The function is gone; idle processes end, running invocations finish. An unknown name is no error."""
        with self._lock:
            removed = self._declared.pop(name, None)
        if removed is not None:
            removed[1].retire()

    def warm(self, name: str, count: int = 1) -> None:
        """Have `count` idle processes of the function, started in the background."""
        self._find(name)[1].warm(count)

    def processes(self, name: str) -> list[Process]:
        """The function's processes of this moment."""
        return self._find(name)[1].processes

    def invoke(
        self,
        name_or_arn: str,
        payload: bytes,
        *,
        client_context: Mapping[str, Any] | None = None,
        tenant: str | None = None,
        asynchronous: bool = False,
    ) -> InvokeResult:
        """Run the function once.

        The handler's failures, time-outs and crashes are results with a `function_error`. Raises UsageError with `aws_code` and
        `aws_status` where Lambda answers with a client error: unknown function, missing tenant, no free process (429), size.
        """
        declaration = self._find(name_or_arn)[0].declaration
        _check(declaration, payload, tenant, asynchronous)
        context = None if client_context is None else json.dumps(client_context)
        invocation = Invocation(str(uuid.uuid4()), payload or b"{}", context, tenant)
        if not asynchronous:
            return self._run(declaration.name, invocation, awaited=True)
        thread = threading.Thread(
            target=self._run_alone, args=(declaration.name, invocation), name=f"invoke {declaration.name}"
        )
        with self._lock:
            self._check_open()
            self._running.add(thread)
            thread.start()
        return answers.accepted()

    def cancel_tenant(self, prefix: str) -> None:
        """Kill the processes that now run an event of a tenant whose name starts with `prefix`; each had only that event.

        Such tenants are refused from now on: one that was about to begin must not begin after all. Lambda cannot do this; its
        functions run to their time limit. The caller of the event sees `Runtime.ExitError`.
        """
        with self._lock:
            self._cancelled.append(prefix)
            cancelled = [process for tenant, process in self._tenants.items() if tenant.startswith(prefix)]
        for process in cancelled:
            process.end()
            process.wait_until_gone()

    def close(self) -> None:
        """End all processes, running invocations included, and wait until nothing is left."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            declared = list(self._declared.values())
        for _, pool in declared:
            pool.retire()
        self._starter.close()
        with self._lock:
            running = list(self._running)
        for thread in running:
            thread.join()
        self._loop.close()
        for log in self._logs.values():
            log.close()

    def _start(self, function: Unpacked, pool: Pool) -> Process:
        return Process(
            next(self._numbers), function, self._starter, self._loop, init_seconds=self._init_seconds, on_end=pool.forget
        )

    def _find(self, name_or_arn: str) -> tuple[Unpacked, Pool]:
        named = FunctionName.read(name_or_arn)
        with self._lock:
            self._check_open()
            found = self._declared.get(named.name) if named else None
        # An ARN must be the function's own: the same name in another account or region is another function.
        if named is None or found is None or replace(named, qualifier="").arn(*_home(found[0])) != found[0].declaration.arn:
            raise answers.unknown_function(name_or_arn)
        return found

    def _run_alone(self, name: str, invocation: Invocation) -> None:
        """An asynchronous invocation. Nobody waits for its answer; what went wrong is in the log."""
        try:
            self._run(name, invocation, awaited=False)
        except AgenticError as error:
            self._logs[name].write(0, f"RequestId: {invocation.request_id} was not run: {error.message}")
        finally:
            with self._lock:
                self._running.discard(threading.current_thread())

    def _run(self, name: str, invocation: Invocation, *, awaited: bool) -> InvokeResult:
        found = _RUN.search(invocation.payload, 0, _RUN_WITHIN)
        run_id = found[0].decode() if found else ""
        self._observer(Event("function", "start", name, run_id, {"request_id": invocation.request_id}))
        begin = time.monotonic()
        error = "Runtime.NotRun"
        try:
            result = self._run_in_process(name, invocation, awaited=awaited)
            error = result.function_error
        finally:
            milliseconds = (time.monotonic() - begin) * 1000
            facts = {"request_id": invocation.request_id, "error": error}
            self._observer(Event("function", "end", name, run_id, facts, milliseconds))
        return result

    def _run_in_process(self, name: str, invocation: Invocation, *, awaited: bool) -> InvokeResult:
        for _ in range(_ATTEMPTS):
            found = self._find(name)
            process = found[1].take(awaited=awaited, seconds=self._queue_seconds if awaited else None)
            if process is None:
                if found is self._find(name):
                    raise answers.too_many()
                # The function was replaced meanwhile: the new one takes it.
                continue
            try:
                with self._noted(invocation.tenant, process):
                    result = process.run(invocation)
            finally:
                found[1].give_back(process)
            if result is not None:
                return result
        raise LocalCloudError(
            f"No process of {name} stayed alive until it had its event.", hint=f"Look into {self._state.logs / name}.log."
        )

    @contextmanager
    def _noted(self, tenant: str | None, process: Process) -> Generator[None]:
        """While an event of a tenant runs, `cancel_tenant` finds its process."""
        if tenant is None:
            yield
            return
        with self._lock:
            if tenant.startswith(tuple(self._cancelled)):
                raise UsageError("The run was cancelled.", aws_code="ResourceConflictException", aws_status=409)
            self._tenants[tenant] = process
        try:
            yield
        finally:
            with self._lock:
                del self._tenants[tenant]

    def _check_open(self) -> None:
        if self._closed:
            raise LocalCloudError("The local cloud has been stopped.")


def _check(declaration: FunctionDeclaration, payload: bytes, tenant: str | None, asynchronous: bool) -> None:
    limit = answers.ASYNCHRONOUS_BYTES if asynchronous else answers.PAYLOAD_BYTES
    if len(payload) > limit:
        raise answers.too_large(limit)
    if declaration.per_tenant and not (tenant and _TENANT.fullmatch(tenant)):
        raise answers.tenant_missing()
    if not declaration.per_tenant and tenant is not None:
        raise answers.tenant_not_expected()
    try:
        json.loads(payload or b"{}")
    except ValueError as error:
        raise answers.not_json() from error


def _home(function: Unpacked) -> tuple[str, str]:
    """What its ARN has before the account, and the account."""
    *prefix, account, _, _ = function.declaration.arn.split(":")
    return ":".join((*prefix, "")), account
