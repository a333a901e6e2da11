"""Pulumi's monitor as the program's process sees it: every registration and data source is asked of the parent.

Built on `pulumi.runtime.mocks.MockMonitor`, of which only the plumbing is used: the mocks themselves would turn each
message twice, lose secrets and answer a missing output with None. Here an output that the parent does not know is
*unknown*, and whatever is made from an unknown is refused by name.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import resource_pb2

from agentic.core.errors import LocalCloudError

# Pulumi's own marks inside property values (pulumi/sdk/python/lib/pulumi/runtime/rpc.py); imported, not copied.
_MARK: str = rpc._special_sig_key  # pyright: ignore[reportPrivateUsage]
_SECRET: str = rpc._special_secret_sig  # pyright: ignore[reportPrivateUsage]
_ARCHIVE: str = rpc._special_archive_sig  # pyright: ignore[reportPrivateUsage]
_RESOURCE: str = rpc._special_resource_sig  # pyright: ignore[reportPrivateUsage]
_UNKNOWN: str = rpc.UNKNOWN

Ask = Callable[[dict[str, Any]], Mapping[str, Any]]


class UnknownValueError(Exception):
    """A value was made from an output that nobody computes."""


class CloudMonitor(MockMonitor):
    """Asks the parent with `ask`, which blocks; called from Pulumi's worker threads."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(cast(Any, None))
        self._ask = ask
        self.exports: dict[str, Any] = {}
        self.secret_exports: list[str] = []
        self.secret_texts: set[str] = set()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the monitor's protocol
        """Create the resource, or take note of a component."""
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == "pulumi:pulumi:Stack":
            return resource_pb2.RegisterResourceResponse(urn=urn)
        where = f"{request.type} {request.name!r}"
        if request.transforms or request.remote or request.importId:
            raise LocalCloudError(f"{where}: transforms, remote components and imports need the Pulumi engine")
        secret: set[str] = set()
        inputs = self._plain_properties(request.object, secret, where, request)
        answer = self._ask(
            {
                "method": "create",
                "urn": urn,
                "type": request.type,
                "name": request.name,
                "custom": bool(request.custom),
                "inputs": inputs,
                "secret": sorted(secret),
            }
        )
        state = struct_pb2.Struct()
        state.CopyFrom(request.object)
        outputs = dict(answer["outputs"])
        for name in request.additionalSecretOutputs:
            if name in outputs:
                self._remember(outputs[name])
                outputs[name] = {_MARK: _SECRET, "value": outputs[name]}
        state.update(outputs)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=answer["resource"], object=state, unknown=bool(request.custom))

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802
        """The stack's outputs are the exports; a component's are only checked."""
        secret: set[str] = set()
        kind, name = request.urn.split("::")[-2:]
        stack = kind == "pulumi:pulumi:Stack"
        values = self._plain_properties(request.outputs, secret, "exports" if stack else f"{kind.split('$')[-1]} {name!r}")
        if stack:
            self.exports, self.secret_exports = values, sorted(secret)
        return empty_pb2.Empty()

    def Invoke(self, request: Any) -> Any:  # noqa: N802
        """A data source such as `aws.get_region()`."""
        args = self._plain_properties(request.args, set(), request.tok)
        answer = self._ask({"method": "call", "token": request.tok, "args": args})
        result = struct_pb2.Struct()
        result.update(answer["result"])
        return resource_pb2.ResourceInvokeResponse(**cast(Any, {"return": result}))

    def ReadResource(self, request: Any) -> Any:  # noqa: N802
        """`Resource.get(...)` reads what this program did not make; there is nothing of the kind here."""
        raise LocalCloudError(f"{request.type} {request.name!r}: reading an existing resource needs the Pulumi engine")

    def RegisterStackTransform(self, request: Any) -> Any:  # noqa: N802
        raise LocalCloudError("stack transforms need the Pulumi engine")

    def RegisterStackInvokeTransform(self, request: Any) -> Any:  # noqa: N802
        raise LocalCloudError("stack transforms need the Pulumi engine")

    def _plain_properties(self, properties: Any, secret: set[str], where: str, request: Any = None) -> dict[str, Any]:
        """JSON values. `secret` gets the names of properties with a secret inside."""
        result: dict[str, Any] = {}
        for key, value in properties.fields.items():
            marks: list[bool] = []
            try:
                plain = self._plain(value, marks)
            except UnknownValueError as error:
                made_from = list(request.propertyDependencies[key].urns) if request is not None else []
                names = ", ".join(" ".join(urn.split("::")[-2:]).split("$")[-1] for urn in sorted(made_from))
                raise LocalCloudError(
                    f"{where}: {key} is made from an output that the local cloud does not compute"
                    + (f" (of {names})" if names else "")
                ) from error
            if marks:
                secret.add(key)
                self._remember(plain)
            if plain is not None:
                result[key] = plain
        return result

    def _plain(self, value: Any, marks: list[bool]) -> Any:
        match value.WhichOneof("kind"):
            case "string_value":
                if value.string_value == _UNKNOWN:
                    raise UnknownValueError
                return value.string_value
            case "bool_value":
                return value.bool_value
            case "number_value":
                number = value.number_value
                return int(number) if number.is_integer() else number
            case "list_value":
                return [self._plain(item, marks) for item in value.list_value.values]
            case "struct_value":
                return self._plain_struct(value.struct_value.fields, marks)
            case _:
                return None

    def _plain_struct(self, fields: Any, marks: list[bool]) -> Any:
        mark = fields[_MARK].string_value if _MARK in fields else ""
        if not mark:
            plain = {key: self._plain(value, marks) for key, value in fields.items()}
            return {key: value for key, value in plain.items() if value is not None}
        if mark == _SECRET:
            marks.append(True)
            return self._plain(fields["value"], marks)
        if mark == _RESOURCE:
            return fields["id" if "id" in fields else "urn"].string_value
        if mark == _ARCHIVE and "path" in fields:
            return {"archive": str(Path(fields["path"].string_value).resolve())}
        raise LocalCloudError("only file archives (pulumi.FileArchive with a path) can be given to the local cloud")

    def _remember(self, value: Any) -> None:
        """Secret texts are kept to cut them out of messages and tracebacks."""
        if isinstance(value, str):
            self.secret_texts.update({value} if value else ())
        elif isinstance(value, Mapping):
            for item in cast(Mapping[str, Any], value).values():
                self._remember(item)
        elif isinstance(value, list):
            for item in cast(list[Any], value):
                self._remember(item)
