"""The table of resource types: what each needs, what it computes, how it is made. It does not know who drives it.

The in-process engine (`engine.py`) drives it today; a gRPC provider for the real Pulumi engine can drive the same
table (check = `ResourceType.read`, create = `ResourceTable.create`, data sources = `data_sources.answer`).
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
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


@dataclass(frozen=True, slots=True)
class Context:
    """What creating resources may use, one per run of a program.

    `client` is `Endpoint.client` (as the operator), safe from any thread."""

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


_NO_TAGS: Mapping[str, str] = MappingProxyType({})

Create = Callable[[Context, str, Mapping[str, Any]], Created]
WarmUp = Callable[[Context], object]


@dataclass(frozen=True, slots=True)
class ResourceType:
    """One type. `create` gets the logical name and the inputs as `inputs` read them, and must return all of `computed`."""

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
    """All types that a program may use here.

    `warm_ups` are calls that change nothing; the first call to each service is 20 to 300 ms dearer than the next.
    """

    def __init__(self, types: Iterable[ResourceType], warm_ups: Iterable[WarmUp] = ()) -> None:
        self._types = {item.token: item for item in types}
        self.warm_ups = tuple(warm_ups)

    @property
    def tokens(self) -> tuple[str, ...]:
        return tuple(self._types)

    def read(self, token: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        """Check the inputs of a resource that is not made (yet). Raises `LocalCloudError` with all faults."""
        return self._find(token).read(inputs)

    def create(
        self, context: Context, token: str, name: str, inputs: Mapping[str, Any], default_tags: Mapping[str, str] = _NO_TAGS
    ) -> Created:
        """Check, create, check again. Raises `LocalCloudError` that starts with the type and name.

        `default_tags` are the provider's, added where a type has tags and the program says nothing else.
        """
        try:
            kind = self._find(token)
            if default_tags and "tags" in kind.inputs.optional:
                inputs = {**inputs, "tags": {**default_tags, **inputs.get("tags", {})}}
            created = kind.create(context, name, kind.read(inputs))
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

    def _find(self, token: str) -> ResourceType:
        if token not in self._types:
            raise LocalCloudError("the local cloud has no such type", hint=f"there are {', '.join(self._types)}")
        return self._types[token]


def _trusts(statement: Mapping[str, Any], principal: str) -> bool:
    named: Any = statement.get("Principal", {})
    services: Any = named.get("Service", []) if isinstance(named, Mapping) else []  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return statement.get("Effect") == "Allow" and principal in ([services] if isinstance(services, str) else services)
