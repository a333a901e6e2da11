"""`LocalCloud`: the whole topology in this process and its children, built by the real Pulumi program.

Start-up is one straight line (`start`), ordered so that the slow parts overlap: the program imports Pulumi in its own
process, and the functions' zygote imports boto3 in another, while this process imports moto and Strands.
"""

import fcntl
import gc
import json
import os
import queue
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from agentic.core.cache import cache_folder
from agentic.core.errors import AgenticError, LocalCloudError, UnknownRunError, UsageError
from agentic.core.names import PROJECT, StackNames
from agentic.core.program import program_folder
from agentic.core.settings import Settings, own_settings
from agentic.core.values import RunResult, Target, WriteMode, to_json
from agentic.local import project
from agentic.local.control import home, program_digest
from agentic.local.identities import Identities
from agentic.local.permissions import Permissions
from agentic.local.program.engine import RunningProgram
from agentic.local.program.place import Place
from agentic.local.program.program import Program, project_name
from agentic.local.state import StateFolder
from agentic.local.trace import Event, Observer, ignore

if TYPE_CHECKING:
    from agentic.agents.front_door import RunRequest
    from agentic.core.spec import ApiSpec
    from agentic.local.functions.declaration import FunctionDeclaration
    from agentic.local.program.plan import Plan
    from agentic.local.program.program import ProgramResult
    from agentic.local.program.table import Context
    from agentic.runs import RunRecord

ACCOUNT = "123456789012"


class LocalCloud:
    """One state folder's local cloud, alive between `start` and `close` (or inside `with`).

    `folder` defaults to AGENTIC_HOME or `.agentic`. One at a time per folder and per process.
    """

    def __init__(self, folder: Path | None = None, *, observer: Observer = ignore, plain: bool = False) -> None:
        self._folder = folder or home()
        self._observer = observer
        self._plain = plain
        self._exit = ExitStack()
        self._listeners: dict[str, queue.SimpleQueue[Event | None]] = {}
        self._model_credentials: dict[str, Mapping[str, str]] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        if not hasattr(self, "_door"):
            self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Build everything. Raises the one error that stopped it; nothing is left running then."""
        try:
            collecting = gc.isenabled()
            # Start-up makes millions of objects that stay: collecting between them finds nothing (reference: local.md).
            gc.disable()
            try:
                self._build()
            finally:
                gc.freeze()
                if collecting:
                    gc.enable()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End every process and thread of this cloud. What was acknowledged is on the disk. May be called again."""
        self._exit.close()

    # --- runs -----------------------------------------------------------------------------------------------------

    def run(self, task: str, *, api: str = "", model: str = "offline", on_event: Observer = ignore) -> RunResult:
        """Carry out a task against the fakes and wait for its end."""
        asked = self.request({"task": task, "api": api, "model": model})
        return self.carry_out(asked, on_event=on_event)

    def request(self, fields: Mapping[str, Any]) -> "RunRequest":
        """A run request from JSON fields (task, api, model, writes, live, session, code). Raises `UsageError`."""
        from agentic.agents.front_door import RunRequest

        task, code = str(fields.get("task") or ""), fields.get("code")
        return RunRequest(
            api=self._api(str(fields.get("api") or "")).name,
            task=task,
            target=Target.REAL if fields.get("live") else Target.FAKE,
            writes=WriteMode(fields["writes"]) if fields.get("writes") else None,
            model=str(fields.get("model") or "offline"),
            session=str(fields.get("session") or ""),
            code=None if code is None else str(code),
        )

    def carry_out(
        self,
        asked: "RunRequest",
        *,
        secret: Mapping[str, str] | None = None,
        credentials: Mapping[str, str] | None = None,
        on_event: Observer = ignore,
    ) -> RunResult:
        """Carry out a request. `secret` (the live API's) and `credentials` (the model's) live in memory for this run only."""
        self._models.check(asked.model, credentials or {})
        if asked.target is Target.FAKE and asked.api not in self._fakes.secrets:
            raise UsageError(f"the plugin {asked.api} has no fake", hint="use --live with a test key")
        with self._heard(asked.run_id, on_event) as milliseconds, self._armed(asked, secret or {}, credentials or {}) as armed:
            result = self._door.run(armed)
        timings = {**result.timings_ms, "model": milliseconds["model"]}
        timings["platform"] = max(0.0, timings["total"] - timings["model"] - timings["api"])
        return replace(result, timings_ms={name: round(value, 1) for name, value in timings.items()})

    def cancel(self, run_id: str) -> None:
        """End a run now: its record is closed, its script is killed."""
        with suppress(UnknownRunError):  # It was not even recorded yet.
            self._door.cancel(run_id)
        self._functions.cancel_tenant(f"{run_id}-")
        for spec in self._registry:
            self._functions.warm(self._names.function("run_code", spec.name))

    def result(self, run_id: str) -> RunResult:
        """A run of this state folder, as its record has it. Raises `UnknownRunError`."""
        return self._door.result(run_id)

    def recent(self, limit: int = 20) -> "tuple[RunRecord, ...]":
        return self._door.recent(limit)

    def facts(self) -> dict[str, Any]:
        """What `agentic local status` shows."""
        return {"endpoint": self._endpoint.url, "apis": list(self._registry.names), "resources": len(self._resources)}

    # --- building -------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        state = StateFolder(self._folder)
        self._exit.enter_context(_only_one(state.root / "cloud.lock"))
        state.folder(state.logs)
        main = program_folder() / "__main__.py"
        config = project.stack_config(main)
        settings = Settings.from_config(own_settings(config))
        place = Place(project_name(main), project.STACK, config.get("aws:region", project.REGION), ACCOUNT)
        complete = self._program(Program(main, place, config, extra_environment=_passed_on()), state)

        # From here on the heavy imports; the program's process is importing Pulumi meanwhile.
        from agentic.local.functions.functions import Functions

        self._names = StackNames(project.STACK)
        self._identities, self._permissions = Identities(), Permissions()
        unpacked = cache_folder() / "unpacked"
        self._functions = Functions(state, self._environment_for, self._notice, plain=self._plain, unpacked=unpacked)
        self._exit.callback(self._functions.close)

        from agentic.local.agents import Converse, Gateways, Harnesses, Models, preload

        loading = threading.Thread(target=preload, name="preload")
        loading.start()
        from agentic.registry import Registry

        installed = Registry.load()
        self._registry = Registry(installed.get(api) for api in settings.apis)
        self._models = Models(lambda api: self._registry.get(api).recipes)
        gateways = Gateways(self._functions, self._permissions)
        harnesses = Harnesses(gateways, self._models, self._notice, lambda run_id: self._model_credentials.get(run_id, {}))

        from agentic.agents.front_door import FrontDoor
        from agentic.agents.tools.services import Services as ToolServices
        from agentic.local.endpoint import Endpoint
        from agentic.local.fakes import Fakes
        from agentic.local.program.table import Context
        from agentic.local.services import Services

        services = Services(self._functions, harnesses, Converse(self._models))
        self._endpoint = Endpoint(state, self._identities, self._permissions, services, region=place.region, account=ACCOUNT)
        self._exit.callback(self._endpoint.close)
        self._endpoint.start()
        self._fakes = Fakes(self._endpoint.durable.mapping)
        self._exit.callback(self._fakes.close)
        for spec in self._registry:
            self._fakes.add(spec)
        self._fakes.start()

        context = Context(place, self._endpoint.client, self._permissions, _Warming(self), gateways, harnesses)
        made = complete(context)
        self._resources = made.resources
        self._fill_secrets()
        loading.join()
        self._door = FrontDoor(
            ToolServices(_front_door_settings(made.exports), self._endpoint.client),
            self._names,
            str(made.exports["orchestrator_harness_arn"]),
            settings.run_calls,
        )
        # One local cloud per folder: what is unfinished in its record was a crash.
        self._door.close_interrupted()

    def _program(self, program: Program, state: StateFolder) -> "Callable[[Context], ProgramResult]":
        """Begin to run the program; what is given completes it. A plan of the same program takes its place."""
        from agentic.local.program import plan

        plans, digest = cache_folder() / "plans", program_digest()
        if known := plan.load(plans, digest):
            return lambda context: self._planned(known, plans, digest, context)
        running = RunningProgram.launch(program, state.logs / "program.log")
        self._exit.callback(running.close)

        def complete(context: "Context") -> "ProgramResult":
            from agentic.local.program.resources import all_types

            made = running.complete(all_types(), context, observer=self._observer)
            if made.registered is not None:
                resources = tuple(plan.PlannedResource(*item) for item in made.registered)
                plan.save(plans, digest, plan.Plan(resources, made.exports, program.default_tags()))
            return made

        return complete

    def _planned(self, known: "Plan", plans: Path, digest: str, context: "Context") -> "ProgramResult":
        from agentic.local.program import plan
        from agentic.local.program.resources import all_types

        try:
            return known.complete(all_types(), context, observer=self._observer)
        except AgenticError:
            plan.forget(plans, digest)
            raise

    def _environment_for(self, declaration: "FunctionDeclaration") -> Mapping[str, str]:
        """What leads a function's AWS calls here, with credentials that only mean its role; the broker's fake too."""
        credentials = self._identities.issue(declaration.role_arn, source_function=declaration.arn)
        variables = {
            "AWS_ENDPOINT_URL": self._endpoint.url,
            "AWS_ACCESS_KEY_ID": credentials.access_key_id,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        }
        api = declaration.environment.get("AGENTIC_API", "")
        if api and declaration.name == self._names.function("call_api", api):
            variables["AGENTIC_FAKE"] = self._fakes.url
            # A live key is kept for one run, in memory, under a name that only this API's broker may read.
            self._permissions.set_policy(declaration.role_arn, "local-run-secrets", self._may_read(_run_secret(api, "*")))
        return variables

    def _may_read(self, secret: str) -> dict[str, Any]:
        arn = f"arn:aws:secretsmanager:{self._endpoint.region}:{self._endpoint.account}:secret:{secret}"
        statement = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": arn}
        return {"Version": "2012-10-17", "Statement": [statement]}

    def _fill_secrets(self) -> None:
        client = self._endpoint.client("secretsmanager")
        for api, values in self._fakes.secrets.items():
            client.put_secret_value(SecretId=self._names.secret(api), SecretString=json.dumps(dict(values)))

    def create_function(self, declaration: "FunctionDeclaration") -> None:
        """Create a function and start it at once: its first invocation should not wait for that."""
        self._functions.create(declaration)
        calls_itself = "AGENTIC_TOOL_WAIT" in declaration.environment
        self._functions.warm(declaration.name, 2 if calls_itself else 1)

    # --- one run --------------------------------------------------------------------------------------------------

    def _api(self, name: str) -> "ApiSpec":
        if name or len(self._registry.names) == 1:
            return self._registry.get(name or self._registry.names[0])
        raise UsageError(f"which API? enabled: {', '.join(self._registry.names)}", hint="name it with --api")

    @contextmanager
    def _armed(self, asked: "RunRequest", secret: Mapping[str, str], credentials: Mapping[str, str]) -> "Generator[RunRequest]":
        name = _run_secret(asked.api, asked.run_id) if secret else ""
        self._model_credentials[asked.run_id] = credentials
        if name:
            self._endpoint.secret_overlay[name] = json.dumps(dict(secret))
        try:
            yield replace(asked, secret_id=name)
        finally:
            self._model_credentials.pop(asked.run_id, None)
            self._endpoint.secret_overlay.pop(name, None)

    @contextmanager
    def _heard(self, run_id: str, on_event: Observer) -> Generator[dict[str, float]]:
        """Passes this run's events on, in order, from a thread of their own; sums the models' time."""
        events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        milliseconds = {"model": 0.0}
        tell = _Telling(on_event, lambda: self._door.store.calls(run_id)) if on_event is not ignore else None

        def pump() -> None:
            while event := events.get():
                if event.kind == "model" and event.phase == "end":
                    milliseconds["model"] += event.duration_ms
                if tell:
                    tell(event)

        thread = threading.Thread(target=pump, name=f"events-{run_id}", daemon=True)
        with self._lock:
            self._listeners[run_id] = events
        thread.start()
        try:
            yield milliseconds
        finally:
            with self._lock:
                del self._listeners[run_id]
            events.put(None)
            thread.join()

    def _notice(self, event: Event) -> None:
        self._observer(event)
        with self._lock:
            listener = self._listeners.get(event.run_id)
        if listener:
            listener.put(event)


class _Warming:
    """Where the program's functions are made, as the resource table sees it."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.create = cloud.create_function


class _Telling:
    """Adds the API calls to a run's events: after each use of the broker, what is new in the journal."""

    def __init__(self, on_event: Observer, calls: Callable[[], tuple[Any, ...]]) -> None:
        self._on_event = on_event
        self._calls = calls
        self._told = 0

    def __call__(self, event: Event) -> None:
        if event.kind == "function" and event.phase == "end" and "-call-api-" in event.name:
            calls = self._calls()
            for call in calls[self._told :]:
                facts = to_json(call)
                self._on_event(Event("call", "end", f"{call.method} {call.url}", event.run_id, facts, call.duration_ms))
            self._told = len(calls)
        else:
            self._on_event(event)


def _run_secret(api: str, run_id: str) -> str:
    return f"{PROJECT}/{api}/run/{run_id}"


def _front_door_settings(exports: Mapping[str, Any]) -> dict[str, str]:
    return {"AGENTIC_TABLE": str(exports["table"]), "AGENTIC_BUCKET": str(exports["bucket"])}


def _passed_on() -> dict[str, str]:
    """What the program's process may know of this one's environment: which plugins to load."""
    return {name: os.environ[name] for name in ("AGENTIC_LOAD_PLUGINS", "AGENTIC_CACHE") if name in os.environ}


@contextmanager
def _only_one(path: Path) -> Generator[None]:
    """One local cloud per state folder: two would each think that the other's state is theirs."""
    with path.open("w") as lock:
        deadline = time.monotonic() + 5.0
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise LocalCloudError(
                        f"another local cloud uses {path.parent}",
                        hint="`agentic local stop` ends it; or leave out --no-background; or set another AGENTIC_HOME",
                    ) from None
                time.sleep(0.05)
        yield
