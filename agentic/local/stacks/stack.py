"""One stack of the local cloud, complete: its names, its APIs and the front door to its runs."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from agentic.agents.front_door import FrontDoor
from agentic.agents.tools.services import Services
from agentic.core.errors import AgenticError, LocalCloudError, UnknownRunError, UsageError
from agentic.core.names import StackNames
from agentic.core.spec import ApiSpec
from agentic.local.account import Account
from agentic.local.program.made import MadeResource
from agentic.local.program.resources.bedrock_agents import ALIAS
from agentic.local.program.table import Context, ResourceTable
from agentic.registry import Registry


class LocalStack:
    """`exports` are the program's. Secrets that have no value are given the fakes' one: that is all they open here."""

    def __init__(self, account: Account, context: Context, exports: Mapping[str, Any]) -> None:
        self.name = context.place.stack
        self.exports = exports
        self.names = StackNames(self.name)
        self.registry = Registry(account.registry.get(api) for api in exports["apis"])
        self._account = account
        settings = {"AGENTIC_TABLE": str(exports["table"]), "AGENTIC_BUCKET": str(exports["bucket"])}
        services = Services(settings, context.client)
        # Numbers come out of Pulumi as floats.
        self.door = FrontDoor(services, self.names, str(exports["orchestrator"]), int(exports["run_calls"]))
        self._fill_secrets(context, exports["secret_names"])

    def api(self, name: str) -> ApiSpec:
        """The named API, or the only one there is."""
        if name or len(self.registry.names) == 1:
            return self.registry.get(name or self.registry.names[0])
        raise UsageError(f"which API? enabled: {', '.join(self.registry.names)}", hint="name it with --api")

    def cancel(self, run_id: str) -> None:
        """End a run of this stack now: its record is closed, its script is killed."""
        with suppress(UnknownRunError):  # It was not even recorded yet.
            self.door.cancel(run_id)
        self._account.functions.cancel_tenant(f"{run_id}-")
        for spec in self.registry:
            self._account.functions.warm(self.names.function("run_code", spec.name))

    def _fill_secrets(self, context: Context, secret_names: Mapping[str, str]) -> None:
        client = context.client("secretsmanager")
        for api, name in secret_names.items():
            values = self._account.fakes.secrets.get(api)
            if values and not client.describe_secret(SecretId=name).get("VersionIdsToStages"):
                client.put_secret_value(SecretId=name, SecretString=json.dumps(dict(values)))


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
