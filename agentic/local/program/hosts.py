"""Where resources are made that only this process has: what the table needs of each place."""

from collections.abc import Mapping
from typing import Any, Protocol

from agentic.local.agents import GatewayDeclaration, HarnessDeclaration, TargetDeclaration
from agentic.local.functions.declaration import FunctionDeclaration
from agentic.local.http_apis import ApiDeclaration, Part
from agentic.local.queues import MappingDeclaration, ScheduleDeclaration
from agentic.local.workflows import MachineDeclaration


class PermissionBook(Protocol):
    """Keeps what roles may do, and what buckets say about it."""

    def set_policy(self, role_arn: str, name: str, document: Mapping[str, Any]) -> None: ...

    def remove(self, role_arn: str, name: str) -> None: ...

    def set_resource_policy(self, resource_arn: str, document: Mapping[str, Any]) -> None: ...


class FunctionHost(Protocol):
    """Makes functions; to create one that exists replaces it, to remove one that is gone is no error."""

    def create(self, declaration: FunctionDeclaration) -> None: ...

    def remove(self, name: str) -> None: ...


class GatewayHost(Protocol):
    """Makes gateways and their targets; to create one that exists replaces it, to remove one that is gone is no error."""

    def create(self, declaration: GatewayDeclaration) -> None: ...

    def remove(self, gateway_id: str) -> None: ...

    def add_target(self, gateway_id: str, target: TargetDeclaration) -> None: ...

    def remove_target(self, gateway_id: str, name: str) -> None: ...


class HarnessHost(Protocol):
    """Makes harnesses; to create one that exists replaces it, to remove one that is gone is no error."""

    def create(self, declaration: HarnessDeclaration) -> None: ...

    def remove(self, arn: str) -> None: ...


class MachineHost(Protocol):
    """Makes state machines; to create one that exists replaces it, to remove one that is gone is no error."""

    def check(self, arn: str, definition: str) -> object: ...

    def create(self, declaration: MachineDeclaration) -> None: ...

    def remove(self, arn: str) -> None: ...


class MappingHost(Protocol):
    """Makes event source mappings; to create one that exists replaces it, to remove one that is gone is no error."""

    def create(self, declaration: MappingDeclaration) -> None: ...

    def remove(self, mapping_id: str) -> None: ...


class ScheduleHost(Protocol):
    """Makes schedules; to create one that exists replaces it, to remove one that is gone is no error."""

    def create(self, declaration: ScheduleDeclaration) -> None: ...

    def remove(self, name: str) -> None: ...


class HttpApiHost(Protocol):
    """Makes HTTP APIs and their parts; to make what exists replaces it, to remove what is gone is no error."""

    def create(self, declaration: ApiDeclaration) -> str:
        """The API's address."""
        ...

    def remove(self, api_id: str) -> None: ...

    def put(self, api_id: str, part: Part) -> None: ...

    def take(self, api_id: str, kind: type[Part], part_id: str) -> None: ...
