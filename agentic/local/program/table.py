"""The table of resource types: what each needs, what it computes, how it is made. It does not know who drives it.

Two drive it: the in-process engine (`engine.py`), which only ever creates, and the resource provider for the real Pulumi
engine (`agentic.local.provider`), which also finds, updates and deletes (`Lifecycle`).
"""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from agentic.core.errors import AgenticError, LocalCloudError
from agentic.local.agents import ClassicBook, FunctionPolicies
from agentic.local.oracle import ApiRequest, CheckedClient, check, with_unknowns
from agentic.local.permissions import trusts
from agentic.local.program.hosts import (
    FunctionHost,
    GatewayHost,
    HarnessHost,
    HttpApiHost,
    MachineHost,
    MappingHost,
    PermissionBook,
    ScheduleHost,
)
from agentic.local.program.made import Ledger, Made, MadeResource
from agentic.local.program.place import Place
from agentic.local.program.schema import Block

ROLE = "aws:iam/role:Role"


@dataclass(frozen=True, slots=True)
class Context:
    """What creating one stack's resources may use.

    `client` gives the operator's client of a service, safe from any thread. `made` is the account's, `ledger` the stack's.
    """

    place: Place
    client: Callable[[str], Any]
    permissions: PermissionBook
    functions: FunctionHost
    gateways: GatewayHost
    harnesses: HarnessHost
    machines: MachineHost | None = None
    http_apis: HttpApiHost | None = None
    mappings: MappingHost | None = None
    schedules: ScheduleHost | None = None
    classic: ClassicBook = field(default_factory=ClassicBook)
    function_policies: FunctionPolicies = field(default_factory=FunctionPolicies)
    made: Made = field(default_factory=Made)
    ledger: Ledger | None = None
    expected: frozenset[tuple[str, str]] = frozenset()
    """Type and name of what a preview has checked before: it is not there yet, but will be when it is needed."""
    oracle: Callable[[str, str, Mapping[str, Any]], list[str]] | None = check
    """What AWS would refuse in a request; None where all of them were checked before."""

    def exists(self, token: str, name: str) -> bool:
        """Whether a stack made, or in a preview will have made, the named resource."""
        if (token, name) in self.expected:
            return True
        return self.made.known(token, name) is not None

    def check_role(self, role_arn: str, service: str, resource: str) -> None:
        """Raises `LocalCloudError` when this program made no such role, or `service` may not assume it for this resource.

        `resource` is what takes it on, as its ARN ends: `function:name`; the id may be any where it is not known yet.
        """
        with self.made.lock:
            document = self.made.trust.get(role_arn)
        if document is None:
            if (ROLE, role_arn.rsplit("/", 1)[-1]) in self.expected:
                return
            raise LocalCloudError(f"there is no role {role_arn}")
        principal = f"{service}.amazonaws.com"
        source = self.place.arn(service, resource)
        if not trusts(document, principal, source):
            raise LocalCloudError(f"the role {role_arn} cannot be assumed by {principal} for {source}")


@dataclass(frozen=True, slots=True)
class Created:
    """A resource that now exists. `outputs` are in Pulumi's spelling and win over the inputs, which are echoed."""

    id: str
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])


_NO_TAGS: Mapping[str, str] = MappingProxyType({})

Inputs = Mapping[str, Any]
Create = Callable[[Context, str, Inputs], Created]
Verify = Callable[[Context, Inputs], None]
Find = Callable[[Context, str, Inputs], Inputs | None]
Delete = Callable[[Context, str, Inputs], None]
Requests = Callable[[Context, str, Inputs], Sequence[ApiRequest]]
WarmUp = Callable[[Context], object]


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What becomes of a resource after its creation. `find` and `delete` get the id and the inputs as the program wrote them.

    `find` gives the inputs as the cloud has them now (those it can tell; a policy as JSON text), None when the resource is
    gone. `delete` of a resource that is gone already is no error. `update` is like `create`, on what exists.
    """

    find: Find
    delete: Delete
    identity: tuple[str, ...]
    """Inputs that make the physical name. A replacement that keeps them all cannot stand beside what it replaces."""
    replaces: tuple[str, ...] = ()
    """Other inputs whose change makes a new resource."""
    updates: tuple[str, ...] = ()
    """Inputs that `update` carries out. A change of any further input is refused by name: no guess."""
    update: Create | None = None
    update_requests: Requests | None = None
    """What the provider asks of AWS instead of `update`, where that sends nothing through `Context.client`."""


@dataclass(frozen=True, slots=True)
class ResourceType:
    """One type. `create` gets the logical name and the inputs as `inputs` read them, and must return all of `computed`.

    `verify` checks what the inputs refer to, before anything is made; inputs that a preview does not know are left out.
    `requests` are what the provider asks of AWS to create it: the oracle checks them before anything is made, with
    `NOT_KNOWN` for what a preview does not know (agentic.local.oracle.spelling says how to write them).
    """

    token: str
    inputs: Block
    computed: tuple[str, ...]
    create: Create
    lifecycle: Lifecycle | None = None
    verify: Verify | None = None
    requests: Requests | None = None

    def read(self, inputs: Inputs) -> Inputs:
        """The inputs in the form that `create` uses. Raises `LocalCloudError` with all faults."""
        faults: list[str] = []
        values = self.inputs.read(inputs, "", faults)
        if faults:
            raise LocalCloudError("; ".join(faults))
        return values

    def with_tags(self, inputs: Inputs, default_tags: Mapping[str, str]) -> Inputs:
        """The inputs with the provider's default tags, where the type has tags and the program says nothing else."""
        if not default_tags or "tags" not in self.inputs.optional:
            return inputs
        return {**inputs, "tags": {**default_tags, **inputs.get("tags", {})}}


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

    def type_of(self, token: str) -> ResourceType:
        """Raises `LocalCloudError` for a type that is not in the table."""
        if token not in self._types:
            raise LocalCloudError("the local cloud has no such type", hint=f"there are {', '.join(self._types)}")
        return self._types[token]

    def read(self, token: str, inputs: Inputs) -> Inputs:
        """Check the inputs of a resource that is not made (yet). Raises `LocalCloudError` with all faults."""
        return self.type_of(token).read(inputs)

    def faults(self, context: Context, token: str, inputs: Inputs, unknown: Iterable[str]) -> list[str]:
        """What is wrong with inputs of which a preview does not know some: None at the paths in `unknown`."""
        kind, faults = self.type_of(token), list[str]()
        values = kind.inputs.read(inputs, "", faults)
        excused = {f"{path} is {what}" for path in unknown for what in ("missing", "null")}
        faults = [fault for fault in faults if fault not in excused]
        if kind.verify and not faults:
            try:
                kind.verify(context, values)
            except LocalCloudError as error:
                faults.append(error.message)
        if not faults:
            faults += _refused(context, kind.requests, "", with_unknowns(values, inputs, unknown))
        return faults

    def create(
        self, context: Context, token: str, name: str, inputs: Inputs, default_tags: Mapping[str, str] = _NO_TAGS
    ) -> Created:
        """Check, create, check again. Raises `LocalCloudError` that starts with the type and name.

        `default_tags` are the provider's, added where a type has tags and the program says nothing else.
        """
        with _told(token, name):
            kind = self.type_of(token)
            _refuse_taken(context, kind, inputs)
            tagged = kind.with_tags(inputs, default_tags)
            created = self._made(context, kind, kind.create, kind.requests, name, tagged)
            self._remember(context, MadeResource(context.place.stack, token, name, created.id, inputs, default_tags))
        return created

    def update(
        self, context: Context, token: str, name: str, inputs: Inputs, default_tags: Mapping[str, str] = _NO_TAGS
    ) -> Created:
        """Bring an existing resource to these inputs. Raises like `create`."""
        with _told(token, name):
            kind, lifecycle = self.type_of(token), self._lifecycle(token)
            if lifecycle.update is None:
                raise LocalCloudError("cannot be updated, only replaced")
            tagged = kind.with_tags(inputs, default_tags)
            updated = self._made(context, kind, lifecycle.update, lifecycle.update_requests, name, tagged)
            resource = MadeResource(context.place.stack, token, name, updated.id, inputs, default_tags)
            with context.made.lock:
                context.made.resources[token, updated.id] = resource
            if context.ledger:
                context.ledger.made(resource)
            return updated

    def find(self, context: Context, token: str, name: str, resource_id: str, inputs: Inputs) -> Inputs | None:
        """The resource's inputs as the cloud has them (see `Lifecycle`); None when it is gone. Raises like `create`."""
        with _told(token, name):
            found = self._lifecycle(token).find(context, resource_id, inputs)
            if found is None:
                self._forget(context, token, resource_id)
            return found

    def delete(self, context: Context, token: str, name: str, resource_id: str, inputs: Inputs) -> None:
        """Raises like `create`."""
        with _told(token, name):
            self._lifecycle(token).delete(context, resource_id, inputs)
            self._forget(context, token, resource_id)

    def _made(
        self, context: Context, kind: ResourceType, make: Create, requests: Requests | None, name: str, inputs: Inputs
    ) -> Created:
        values = kind.read(inputs)
        if kind.verify:
            kind.verify(context, values)
        if faults := _refused(context, requests, name, values):
            raise LocalCloudError("; ".join(faults))
        created = make(_checked(context), name, values)
        missing = [output for output in kind.computed if created.outputs.get(output) is None]
        if missing or not created.id:
            raise LocalCloudError(f"computed outputs are missing: {', '.join(missing or ['id'])}")
        return created

    def _remember(self, context: Context, resource: MadeResource) -> None:
        key = (resource.type, resource.id)
        with context.made.lock:
            known = context.made.resources.setdefault(key, resource)
        if known is not resource:
            raise LocalCloudError(_taken(known, context.place.stack, resource.id))
        if context.ledger:
            context.ledger.made(resource)

    def _forget(self, context: Context, token: str, resource_id: str) -> None:
        with context.made.lock:
            context.made.resources.pop((token, resource_id), None)
        if context.ledger:
            context.ledger.gone(token, resource_id)

    def _lifecycle(self, token: str) -> Lifecycle:
        lifecycle = self.type_of(token).lifecycle
        if lifecycle is None:
            raise LocalCloudError("the local cloud can only create resources of this type")
        return lifecycle


def _refused(context: Context, requests: Requests | None, name: str, values: Inputs) -> list[str]:
    """What AWS would refuse in the requests that make this resource."""
    if context.oracle is None or requests is None:
        return []
    try:
        made = requests(context, name, values)
    except LocalCloudError as error:
        return [error.message]
    return [fault for request in made for fault in context.oracle(request.service, request.operation, request.parameters)]


def _checked(context: Context) -> Context:
    """The context whose clients ask the oracle before they send: also what no type has declared is checked."""
    oracle = context.oracle
    if oracle is None:
        return context

    def client(service: str) -> CheckedClient:
        return CheckedClient(context.client(service), service, oracle)

    return replace(context, client=client)


def _refuse_taken(context: Context, kind: ResourceType, inputs: Inputs) -> None:
    """As AWS does: a name that is in use, by this stack or another one, is refused before anything is overwritten."""
    identity = kind.lifecycle.identity if kind.lifecycle else ()
    wanted = [inputs.get(name) for name in identity]
    # Values that are only drawn (random:…) have no name that anybody could hold.
    if not identity or None in wanted or not kind.token.startswith("aws:"):
        return
    with context.made.lock:
        known = [made for made in context.made.resources.values() if made.type == kind.token]
    for made in known:
        if [made.inputs.get(name) for name in identity] == wanted:
            raise LocalCloudError(_taken(made, context.place.stack, made.id))


def _taken(known: MadeResource, stack: str, resource_id: str) -> str:
    return f"the program makes {resource_id} twice" if known.stack == stack else f"the stack {known.stack} has {resource_id}"


@contextmanager
def _told(token: str, name: str) -> Generator[None]:
    """Every error becomes one line that starts with the type and name."""
    try:
        yield
    except AgenticError as error:
        raise LocalCloudError(f"{token} {name!r}: {error.message}", hint=error.hint) from error
    except Exception as error:
        raise LocalCloudError(f"{token} {name!r}: {' '.join(str(error).split())}") from error
