"""Pulumi's resource provider protocol over the table of resource types, for one package (`aws` or `random`)."""

import functools
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import metadata
from typing import Any, cast

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer

from agentic.core.errors import AgenticError
from agentic.local.program import data_sources
from agentic.local.program.table import Context, Inputs, ResourceTable
from agentic.local.provider.changes import change, same
from agentic.local.provider.values import UNKNOWN, Properties, redacted

# What a program may say about its provider without being ignored; the flags switch off what does not happen here.
_FLAGS = frozenset({"skipCredentialsValidation", "skipMetadataApiCheck", "skipRegionValidation", "skipRequestingAccountId"})
_CONFIGURATION = _FLAGS | {"version", "region", "defaultTags"}


def _answering[Answer](method: Callable[..., Answer]) -> Callable[..., Answer]:
    """Errors of ours become the one line that the engine shows beside the resource."""

    @functools.wraps(method)
    def answer(self: "Provider", request: Any, context: grpc.ServicerContext) -> Answer:
        try:
            return method(self, request, context)
        except AgenticError as error:
            text = f"{error.message} ({error.hint})" if error.hint else error.message
        given = [value for _, value in request.ListFields() if isinstance(value, struct_pb2.Struct)]
        return context.abort(grpc.StatusCode.FAILED_PRECONDITION, redacted(text, *given))

    return answer


class Provider(ResourceProviderServicer):
    """A package's provider of one local cloud; what it makes is made with `context`. Called from gRPC's threads.

    One configuration at a time: a program with two providers of one package (another region, other tags) has no place here.
    """

    def __init__(self, package: str, table: ResourceTable, context: Context) -> None:
        self._package = package
        self._table = table
        self._context = context
        self._default_tags: Mapping[str, str] = {}
        self._expected: frozenset[tuple[str, str]] = frozenset()
        self._lock = threading.Lock()

    # --- the provider itself ----------------------------------------------------------------------------------------

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's names
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def Attach(self, request: Any, context: Any) -> Any:  # noqa: N802
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        """The version that the program's SDK asks for is the one whose types the table describes."""
        return plugin_pb2.PluginInfo(version=metadata.version(f"pulumi-{self._package}"))

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Nothing here takes longer than a moment: what has begun is let finish, so that the state is true."""
        return empty_pb2.Empty()

    def CheckConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        """A provider may say what is so anyway; everything else (another region, a role to assume) would be lost."""
        given = Properties.of(request.news).plain
        failures = [
            provider_pb2.CheckFailure(property=name, reason=f"{name} is not supported by the local cloud")
            for name in sorted(given.keys() - _CONFIGURATION)
        ]
        here = self._context.place.region
        if given.get("region", here) not in {here, UNKNOWN}:
            reason = f"region {given['region']} is not supported by the local cloud, which is in {here}"
            failures.append(provider_pb2.CheckFailure(property="region", reason=reason))
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    @_answering
    def DiffConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        old, new = Properties.of(request.old_inputs).plain, Properties.of(request.news).plain
        changed = [name for name in sorted({*old, *new}) if name != "version" and not same(old.get(name), new.get(name))]
        return _difference(changed, [name for name in changed if name == "region"], delete_first=False)

    @_answering
    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        tags = Properties.of(request.args).plain.get("defaultTags", {})
        if isinstance(tags, str):
            tags = json.loads(tags)
        self._default_tags = tags.get("tags", {})
        self._expected = frozenset()
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @_answering
    def Invoke(self, request: Any, context: Any) -> Any:  # noqa: N802
        answer = struct_pb2.Struct()
        answer.update(data_sources.answer(self._context.place, request.tok, Properties.of(request.args).plain))
        return provider_pb2.InvokeResponse(**cast(Any, {"return": answer}))

    # --- resources --------------------------------------------------------------------------------------------------

    @_answering
    def Check(self, request: Any, context: Any) -> Any:  # noqa: N802
        token, _ = _named(request)
        news = Properties.of(request.news)
        inputs, unknown = news.blanked()
        faults = self._table.faults(replace(self._context, expected=self._expected), token, inputs, unknown)
        self._expect(token, inputs)
        # The engine says itself which resource it is.
        failures = [provider_pb2.CheckFailure(reason=redacted(fault, request.news)) for fault in faults]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    @_answering
    def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802
        kind = self._table.type_of(_named(request)[0])
        old, new = Properties.of(request.old_inputs).plain, Properties.of(request.news).plain
        found = change(kind, old, new)
        tags_now, tags_then = self._all_tags(new), Properties.of(request.olds).plain.get("tagsAll")
        only_defaults = "tags" in kind.inputs.optional and "tags" not in found.changed and not same(tags_then, tags_now)
        changed = [*found.changed, *(["tagsAll"] if only_defaults else [])]
        return _difference(changed, found.replaces, delete_first=found.delete_first)

    @_answering
    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802
        token, name = _named(request)
        inputs = Properties.of(request.properties)
        if request.preview:
            computed = {output: UNKNOWN for output in self._table.type_of(token).computed if output not in inputs.plain}
            return provider_pb2.CreateResponse(properties=inputs.state(computed))
        created = self._table.create(self._context, token, name, inputs.plain, self._default_tags)
        return provider_pb2.CreateResponse(id=created.id, properties=inputs.state(created.outputs))

    @_answering
    def Update(self, request: Any, context: Any) -> Any:  # noqa: N802
        token, name = _named(request)
        news = Properties.of(request.news)
        if request.preview:
            kept = {output: value for output, value in Properties.of(request.olds).plain.items() if output not in news.plain}
            computed = {name: value for name, value in kept.items() if name in self._table.type_of(token).computed}
            return provider_pb2.UpdateResponse(properties=news.state(computed))
        updated = self._table.update(self._context, token, name, news.plain, self._default_tags)
        return provider_pb2.UpdateResponse(properties=news.state(updated.outputs))

    @_answering
    def Read(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Refresh: what the cloud has now, in the place of what the program wrote where the two differ."""
        token, name = _named(request)
        if not request.inputs.fields:
            raise AgenticError(f"{token} {name!r}: importing what the stack did not make is not supported by the local cloud")
        inputs, state = Properties.of(request.inputs), Properties.of(request.properties)
        found = self._table.find(self._context, token, name, request.id, inputs.plain)
        if found is None:
            return provider_pb2.ReadResponse()
        drifted = {key: value for key, value in found.items() if self._differs(key, inputs.plain, value)}
        if "tags" in drifted:
            state = Properties.of(state.state({"tagsAll": drifted["tags"]}))
            drifted["tags"] = {key: item for key, item in drifted["tags"].items() if self._default_tags.get(key) != item}
        return provider_pb2.ReadResponse(id=request.id, inputs=inputs.state(drifted), properties=state.state(drifted))

    @_answering
    def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802
        token, name = _named(request)
        inputs = Properties.of(request.old_inputs).plain
        self._table.delete(self._context, token, name, request.id, inputs)
        return empty_pb2.Empty()

    def _expect(self, token: str, inputs: Inputs) -> None:
        """What depends on this resource is checked after it, and made after it too."""
        lifecycle = self._table.type_of(token).lifecycle
        name = inputs.get(lifecycle.identity[0]) if lifecycle and lifecycle.identity else None
        if isinstance(name, str):
            with self._lock:
                self._expected |= {(token, name)}

    def _all_tags(self, inputs: Inputs) -> Mapping[str, Any]:
        return {**self._default_tags, **inputs.get("tags", {})}

    def _differs(self, name: str, inputs: Inputs, found: Any) -> bool:
        if name == "tags":
            return not same(self._all_tags(inputs), found)
        # What the program left to AWS and AWS left empty is no difference.
        return not same(inputs.get(name), found) and (name in inputs or bool(found))


def _named(request: Any) -> tuple[str, str]:
    """Type and logical name from the URN: `urn:pulumi:<stack>::<project>::<parents$type>::<name>`."""
    _, _, types, name = request.urn.split("::", 3)
    return types.rsplit("$", 1)[-1], name


def _difference(changed: Any, replaces: Any, *, delete_first: bool) -> Any:
    kinds = provider_pb2.PropertyDiff
    response = provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=changed,
        replaces=replaces,
        deleteBeforeReplace=delete_first,
        hasDetailedDiff=True,
    )
    for name in changed:
        kind = kinds.UPDATE_REPLACE if name in replaces else kinds.UPDATE
        response.detailedDiff[name].CopyFrom(kinds(kind=kind, inputDiff=name != "tagsAll"))
    return response
