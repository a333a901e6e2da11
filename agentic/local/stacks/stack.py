"""One stack of the local cloud, complete: its names, its APIs and the front door to its runs."""

import json
import os
import pwd
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from agentic.agents.front_door import RunRequest
from agentic.agents.of_exports import front_door_of, services_of, submitter_of
from agentic.core.errors import AgenticError, LocalCloudError, UnknownRunError, UsageError
from agentic.core.names import StackNames
from agentic.core.values import Target
from agentic.local.account import Account
from agentic.local.program.made import MadeResource
from agentic.local.program.resources.bedrock_agents import ALIAS
from agentic.local.program.table import Context, ResourceTable
from agentic.registry import Registry
from agentic.runs.submissions import WAITING, WORKED_ON


class LocalStack:
    """`exports` are the program's. Secrets that have no value are given the fakes' one: that is all they open here."""

    def __init__(self, account: Account, context: Context, exports: Mapping[str, Any]) -> None:
        self.name = context.place.stack
        self.exports = account.http_apis.current(exports)
        self.names = StackNames(self.name)
        self.registry = Registry(account.registry.get(api) for api in exports["apis"])
        account.fakes.expect(*self.registry.names)
        self._account = account
        services = services_of(exports, context.client)
        self.door = front_door_of(exports, services, self.name)
        self.submitter = submitter_of(exports, services, self.door)
        self._services = services
        self._fill_secrets(context, exports["secret_names"])

    def request(self, fields: Mapping[str, Any]) -> RunRequest:
        """A run request from JSON fields (task, api, model, writes, live, session, limits, code). Raises `UsageError`."""
        if (name := str(fields.get("api") or "")) and name not in self.registry.names:
            # A broken plugin says why its API is not here.
            self._account.registry.get(name)
        target = Target.REAL if fields.get("live") else Target.FAKE
        model = str(fields.get("model") or "offline")
        return self.door.in_session(RunRequest.of(fields, tuple(self.registry), target, model, person=person()))

    def sessions(self, action: str, name: str) -> Any:
        """List this user's sessions, show or clear one of them (`FrontDoor.sessions`)."""
        return self.door.sessions(action, person(), name)

    def sweep(self) -> None:
        """Have all submitted runs that had not ended sent to the workers again: the queue was in memory, and so were these."""
        submissions = self.door.store.submissions
        if any(True for state in (WAITING, WORKED_ON) for _ in submissions.marks(state)):
            client = self._services.client("lambda")
            client.invoke(FunctionName=self.names.function("sweep"), Payload=json.dumps({"lost": True}).encode())

    def cancel(self, run_id: str) -> None:
        """End a run of this stack now: its record is closed, its script is killed."""
        api = ""
        with suppress(UnknownRunError):  # It was not even recorded yet.
            self.door.cancel(run_id)
            api = self.door.store.get(run_id).api
        self._account.functions.cancel_tenant(f"{run_id}-")
        if api:
            self._account.functions.warm(self.names.function("run_code", api))

    def ready(self, api: str) -> bool:
        """Start the API's own functions in the background; False when that has been done, or cannot be."""
        functions = self._account.functions
        names = [self.names.function(function, api) for function in ("run_code", "call_api")]
        # One that is not there (any more) is the run's matter.
        with suppress(UsageError):
            cold = [name for name in names if not functions.processes(name)]
            for name in cold:
                functions.warm(name)
            return bool(cold)
        return False

    def _fill_secrets(self, context: Context, secret_names: Mapping[str, str]) -> None:
        client = context.client("secretsmanager")
        for api, name in secret_names.items():
            values = self._account.fakes.secrets.get(api)
            if values and not client.describe_secret(SecretId=name).get("VersionIdsToStages"):
                client.put_secret_value(SecretId=name, SecretString=json.dumps(dict(values)))


def person() -> str:
    """Whose sessions these are: the local cloud's boundary is the operating system's user."""
    number = os.getuid()
    try:
        return f"user {number} {pwd.getpwuid(number).pw_name}"
    except KeyError:  # A container may run as a user without a name.
        return f"user {number}"


def restore(table: ResourceTable, context: Context, resources: Iterable[MadeResource]) -> None:
    """Make a stack's resources again, as they were. Raises the first error when what is left cannot be made.

    They are in the order of their creation, but an older one may have been changed to name a younger one. An alias is a
    picture of its agent with all action groups, whenever these came: it is taken last.
    """
    waiting = sorted(resources, key=lambda resource: resource.type == ALIAS)
    while waiting:
        left: list[MadeResource] = []
        errors: list[AgenticError] = []
        for resource in waiting:
            try:
                _restore(table, context, resource)
            except AgenticError as error:
                left.append(resource)
                errors.append(error)
        if len(left) == len(waiting):
            raise LocalCloudError(
                f"the stack {context.place.stack} cannot be made again: {errors[0].message}",
                hint=f"run `agentic up --local --stack {context.place.stack}`",
            )
        waiting = left


def _restore(table: ResourceTable, context: Context, resource: MadeResource) -> None:
    if resource.type.startswith("random:"):
        # Drawn once; who uses the value has it among its inputs.
        with context.made.lock:
            context.made.resources[resource.type, resource.id] = resource
    else:
        table.create(context, resource.type, resource.name, resource.inputs, resource.default_tags)
