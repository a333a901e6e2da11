"""The local cloud's one account: everything that stacks share, in this process and its children.

Functions, agents, endpoint and fakes are the account's, as they are AWS's; a stack only names and owns some of them.
"""

import json
import queue
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentic.core.names import PROJECT
from agentic.core.values import to_json
from agentic.local.agents import ClassicAgents, ClassicBook, Converse, FunctionPolicies, Gateways, Harnesses, Models, preload
from agentic.local.endpoint import Endpoint
from agentic.local.fakes import Fakes
from agentic.local.functions.functions import Functions
from agentic.local.http_apis import HttpApis
from agentic.local.identities import Identities
from agentic.local.permissions import Permissions
from agentic.local.program.made import Made
from agentic.local.program.place import ACCOUNT, Place
from agentic.local.program.table import Context
from agentic.local.queues import Mappings, Schedules
from agentic.local.services import Services
from agentic.local.state import StateFolder
from agentic.local.trace import Event, Observer, ignore
from agentic.local.workflows import RunModel, StateMachines, Tasks, WorkflowApi
from agentic.registry import Registry

if TYPE_CHECKING:
    from agentic.agents.front_door import RunRequest
    from agentic.local.functions.declaration import FunctionDeclaration
    from agentic.local.program.made import Ledger
    from agentic.runs import RunRecord, RunStore


class Account:
    """Alive from construction to `close`. `region` is where requests go that name no other.

    Of the functions that there are once per API only those of `first_api` start when they are made.
    """

    def __init__(
        self,
        state: StateFolder,
        registry: Registry,
        region: str,
        unpacked: Path,
        observer: Observer,
        *,
        first_api: str,
        plain: bool,
    ) -> None:
        self._exit = ExitStack()
        self._observer = observer
        self._listeners: dict[str, queue.SimpleQueue[Event | None]] = {}
        self._model_credentials: dict[str, Mapping[str, str]] = {}
        self._models_of_runs: dict[str, str] = {}
        self._first_api = first_api
        self._lock = threading.Lock()
        self.registry = registry
        self.identities, self.permissions, self.made = Identities(), Permissions(), Made()
        try:
            self._build(state, region, unpacked, plain=plain)
        except BaseException:
            self.close()
            raise

    def _build(self, state: StateFolder, region: str, unpacked: Path, *, plain: bool) -> None:
        self.functions = Functions(state, self.environment_for, self._notice, plain=plain, unpacked=unpacked)
        self._exit.callback(self.functions.close)
        self._loading = threading.Thread(target=preload, name="preload")
        self._loading.start()
        self.models = Models(lambda api: self.registry.get(api).recipes)
        self.gateways = Gateways(self.functions, self.permissions)
        self.harnesses = Harnesses(self.gateways, self.models, self._notice, self._credentials_of)
        self.classic, self.function_policies = ClassicBook(), FunctionPolicies()
        classic = ClassicAgents(
            self.classic,
            self.functions,
            self.permissions,
            self.function_policies,
            self.models,
            observer=self._notice,
            model_of=self._model_of,
            credentials=self._credentials_of,
        )
        models = Converse(self.models, self._notice)
        self.machines = StateMachines(Tasks(self.functions, models, self.permissions, self._run_model), self._notice)
        workflows = WorkflowApi(self.machines)
        services = Services(self.functions, self.harnesses, models, classic=classic, workflows=workflows)
        self.endpoint = Endpoint(
            state, self.identities, self.permissions, services, self._notice, region=region, account=ACCOUNT
        )
        self._exit.callback(self.endpoint.close)
        self.http_apis = HttpApis(
            self.functions, self.identities, self.permissions, self.function_policies, state.folder(state.logs)
        )
        self._exit.callback(self.http_apis.close)
        self.machines.keep_in(self.endpoint.durable.mapping("executions"))
        self._exit.callback(self.machines.close)
        self.endpoint.start()
        self.mappings = Mappings(
            self.functions, lambda service, role, region: self.endpoint.client(service, role, region=region)
        )
        self._exit.callback(self.mappings.close)
        self.schedules = Schedules(self.functions, self.permissions.check)
        self._exit.callback(self.schedules.close)
        self.fakes = Fakes(self.endpoint.durable.mapping)
        self._exit.callback(self.fakes.close)
        self.fakes.add_each(self.registry)
        self.fakes.start()

    def wait_until_loaded(self) -> None:
        """Until what the first run needs is imported."""
        self._loading.join()

    def close(self) -> None:
        """End every process and thread. What was acknowledged is on the disk. May be called again."""
        self._exit.close()

    def context(self, place: Place, ledger: "Ledger | None" = None, *, made: Made | None = None) -> Context:
        """What a stack at `place` is made with; `ledger` keeps what is made. `made` takes the place of the account's."""

        def client(service: str) -> Any:
            return self.endpoint.client(service, region=place.region)

        known = self.made if made is None else made
        return Context(
            place,
            client,
            self.permissions,
            _Warming(self),
            self.gateways,
            self.harnesses,
            machines=self.machines,
            http_apis=self.http_apis,
            mappings=self.mappings,
            schedules=self.schedules,
            classic=self.classic,
            function_policies=self.function_policies,
            made=known,
            ledger=ledger,
        )

    def environment_for(self, declaration: "FunctionDeclaration") -> Mapping[str, str]:
        """What leads a function's AWS calls here, with credentials that only mean its role; the broker's fake too."""
        credentials = self.identities.issue(declaration.role_arn, source_function=declaration.arn)
        variables = {
            "AWS_ENDPOINT_URL": self.endpoint.url,
            "AWS_ACCESS_KEY_ID": credentials.access_key_id,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        }
        api = declaration.environment.get("AGENTIC_API", "")
        # The HTTP API: there is no real API behind what it takes in.
        if "AGENTIC_CALLER_REQUESTS" in declaration.environment:
            variables["AGENTIC_FAKE"] = self.fakes.url
        # Only a broker is told of a secret.
        if api and "AGENTIC_SECRET" in declaration.environment:
            variables["AGENTIC_FAKE"] = self.fakes.url
            # A live key is kept for one run, in memory, under a name that only this API's broker may read.
            secret = _secret_arn(declaration.arn, _run_secret(api, "*"))
            statement = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secret}
            document = {"Version": "2012-10-17", "Statement": [statement]}
            self.permissions.set_policy(declaration.role_arn, "local-run-secrets", document)
        return variables

    def create_function(self, declaration: "FunctionDeclaration") -> None:
        """Create a function and start it at once: its first invocation should not wait for that.

        Other APIs' own functions are started when a run needs them, or when nothing else is to do (`LocalStack.ready`):
        an SDK's import is the dearest part of a start.
        """
        self.functions.create(declaration)
        api = declaration.environment.get("AGENTIC_API", "")
        if (api and api != self._first_api) or _QUEUE in declaration.environment:
            return
        calls_itself = "AGENTIC_TOOL_WAIT" in declaration.environment
        self.functions.warm(declaration.name, 2 if calls_itself else 1)

    # --- one run --------------------------------------------------------------------------------------------------

    @contextmanager
    def armed(self, asked: "RunRequest", secret: Mapping[str, str], credentials: Mapping[str, str]) -> "Generator[RunRequest]":
        """The request with the live API's `secret` and the model's `credentials` where this run alone finds them."""
        name = _run_secret(asked.api, asked.run_id) if secret else ""
        self._model_credentials[asked.run_id] = credentials
        self._models_of_runs[asked.run_id] = asked.model
        if name:
            self.endpoint.secret_overlay[name] = json.dumps(dict(secret))
        try:
            yield replace(asked, secret_id=name)
        finally:
            self._model_credentials.pop(asked.run_id, None)
            self._models_of_runs.pop(asked.run_id, None)
            self.endpoint.secret_overlay.pop(name, None)

    @contextmanager
    def armed_again(self, record: "RunRecord", secret: Mapping[str, str], credentials: Mapping[str, str]) -> Generator[None]:
        """A run that goes on finds its live API's key and its model's credentials, given once more, where it had them."""
        name = record.secret_id
        self._model_credentials[record.run_id] = credentials
        self._models_of_runs[record.run_id] = record.model
        if name:
            self.endpoint.secret_overlay[name] = json.dumps(dict(secret))
        try:
            yield
        finally:
            self._model_credentials.pop(record.run_id, None)
            self._models_of_runs.pop(record.run_id, None)
            self.endpoint.secret_overlay.pop(name, None)

    @contextmanager
    def heard(self, run_id: str, store: "RunStore", on_event: Observer, told: int = 0) -> Generator[dict[str, float]]:
        """Passes this run's events on, in order, from a thread of their own; sums the models' time.

        The first `told` API calls in the journal are known to whoever listens.
        """
        events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        milliseconds = {"model": 0.0}
        tell = _Telling(on_event, lambda: store.calls(run_id), told) if on_event is not ignore else None

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

    def _credentials_of(self, run_id: str) -> Mapping[str, str]:
        return self._model_credentials.get(run_id, {})

    def _model_of(self, run_id: str) -> str:
        return self._models_of_runs.get(run_id, "")

    def _run_model(self, run_id: str) -> RunModel:
        return RunModel(self._model_of(run_id), self._credentials_of(run_id))

    def _notice(self, event: Event) -> None:
        self._observer(event)
        with self._lock:
            listener = self._listeners.get(event.run_id)
        if listener:
            listener.put(event)


# What works on submitted runs starts with the first of them.
_QUEUE = "AGENTIC_QUEUE_URL"


class _Warming:
    """Where a stack's functions are made, as the resource table sees it."""

    def __init__(self, account: Account) -> None:
        self.create = account.create_function
        self.remove = account.functions.remove


class _Telling:
    """Adds the API calls to a run's events: after each use of the broker, what is new in the journal."""

    def __init__(self, on_event: Observer, calls: Callable[[], tuple[Any, ...]], told: int) -> None:
        self._on_event = on_event
        self._calls = calls
        self._told = told

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


def _secret_arn(function_arn: str, name: str) -> str:
    """A secret's ARN in the place of a function."""
    head, partition, _, region, account, *_ = function_arn.split(":")
    return ":".join((head, partition, "secretsmanager", region, account, "secret", name))
