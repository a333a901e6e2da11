"""The table of resource types: what each needs, what it computes, how it is made. It does not know who drives it.

The in-process engine (`engine.py`) drives it today; a gRPC provider for the real Pulumi engine can drive the same
table (check = `ResourceType.read`, create = `ResourceTable.create`, data sources = `data_sources.answer`).
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from agentic.core.errors import AgenticError, LocalCloudError
from agentic.local.agents import GatewayDeclaration, HarnessDeclaration, TargetDeclaration
from agentic.local.functions.declaration import FunctionDeclaration
from agentic.local.program.place import Place
from agentic.local.program.schema import Block


class PermissionBook(Protocol):
    """Keeps what roles may do, and what buckets say about it."""

    def set_policy(self, role_arn: str, name: str, document: Mapping[str, Any]) -> None: ...

    def set_resource_policy(self, resource_arn: str, document: Mapping[str, Any]) -> None: ...


class FunctionHost(Protocol):
    """Makes functions."""

    def create(self, declaration: FunctionDeclaration) -> None: ...


class GatewayHost(Protocol):
    """Makes gateways and their targets."""

    def create(self, declaration: GatewayDeclaration) -> None: ...

    def add_target(self, gateway_id: str, target: TargetDeclaration) -> None: ...


class HarnessHost(Protocol):
    """Makes harnesses."""

    def create(self, declaration: HarnessDeclaration) -> None: ...


@dataclass(slots=True)
class Made:
    """What this program has made so far, for checks between resources. Guarded by its lock."""

    trust: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    """Role ARN to trust document."""
    functions: dict[str, str] = field(default_factory=dict[str, str])
    """Function ARN to name."""
    gateways: dict[str, str] = field(default_factory=dict[str, str])
    """Gateway id to ARN."""
    ids: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    lock: threading.Lock = field(default_factory=threading.Lock)


class Clients:
    """boto3 clients, one per service, made under a lock (making one is not safe from several threads)."""

    def __init__(self, make: Callable[[str], Any]) -> None:
        self._make = make
        self._made: dict[str, Any] = {}
        self._lock = threading.Lock()

    def __call__(self, service: str) -> Any:
        with self._lock:
            if service not in self._made:
                self._made[service] = self._make(service)
            return self._made[service]


@dataclass(frozen=True, slots=True)
class Context:
    """What creating a resource may use. `client` gives a boto3 client that speaks to our endpoint as the operator."""

    place: Place
    client: Callable[[str], Any]
    permissions: PermissionBook
    functions: FunctionHost
    gateways: GatewayHost
    harnesses: HarnessHost
    made: Made = field(default_factory=Made)

    def check_role(self, role_arn: str, service: str) -> None:
        """Raises `LocalCloudError` when this program made no such role, or `service` may not assume it."""
        with self.made.lock:
            document = self.made.trust.get(role_arn)
        if document is None:
            raise LocalCloudError(f"there is no role {role_arn}")
        principal = f"{service}.amazonaws.com"
        if not any(_trusts(statement, principal) for statement in document["Statement"]):
            raise LocalCloudError(f"the role {role_arn} cannot be assumed by {principal}")


@dataclass(frozen=True, slots=True)
class Created:
    """A resource that now exists. `outputs` are in Pulumi's spelling and win over the inputs, which are echoed."""

    id: str
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])


Create = Callable[[Context, Mapping[str, Any]], Created]


@dataclass(frozen=True, slots=True)
class ResourceType:
    """One type. `create` gets inputs that were read by `inputs`, and must return every output in `computed`."""

    token: str
    inputs: Block
    computed: tuple[str, ...]
    create: Create

    def read(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        """The inputs in the form that `create` uses. Raises `LocalCloudError` with all faults."""
        faults: list[str] = []
        values = self.inputs.read(inputs, "", faults)
        if faults:
            raise LocalCloudError("; ".join(faults))
        return values


class ResourceTable:
    """All types that a program may use here."""

    def __init__(self, types: Iterable[ResourceType]) -> None:
        self._types = {item.token: item for item in types}

    @property
    def tokens(self) -> tuple[str, ...]:
        return tuple(self._types)

    def create(self, context: Context, token: str, name: str, inputs: Mapping[str, Any]) -> Created:
        """Check, create, check again. Raises `LocalCloudError` that starts with the type and name."""
        try:
            kind = self._types.get(token)
            if kind is None:
                raise LocalCloudError("the local cloud has no such type")
            created = kind.create(context, kind.read(inputs))
            missing = [output for output in kind.computed if created.outputs.get(output) is None]
            if missing or not created.id:
                raise LocalCloudError(f"computed outputs are missing: {', '.join(missing or ['id'])}")
            with context.made.lock:
                if (token, created.id) in context.made.ids:
                    raise LocalCloudError(f"the program makes {created.id} twice")
                context.made.ids.add((token, created.id))
        except AgenticError as error:
            raise LocalCloudError(f"{token} {name!r}: {error.message}", hint=error.hint) from error
        except Exception as error:
            raise LocalCloudError(f"{token} {name!r}: {' '.join(str(error).split())}") from error
        return created


def _trusts(statement: Mapping[str, Any], principal: str) -> bool:
    named: Any = statement.get("Principal", {})
    services: Any = named.get("Service", []) if isinstance(named, Mapping) else []  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return statement.get("Effect") == "Allow" and principal in ([services] if isinstance(services, str) else services)
