"""API Gateway: the requests of HTTP APIs and their parts, by the type's token.

What the service calls the new thing is not known before it is made: its id is `NOT_KNOWN` in the requests that change it.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from agentic.local.oracle.request import NOT_KNOWN, ApiRequest
from agentic.local.oracle.spelling import only, spelled

if TYPE_CHECKING:
    from agentic.local.program.table import Context

_SERVICE = "apigatewayv2"
_RENAMES = {"timeoutMilliseconds": "TimeoutInMillis", "audiences": "Audience", "identitySources": "IdentitySource"}

_Requests = Callable[["Context", str, Mapping[str, Any]], list[ApiRequest]]


def _create(thing: str, renames: Mapping[str, str] = _RENAMES) -> _Requests:
    def requests(context: "Context", logical: str, inputs: Mapping[str, Any]) -> list[ApiRequest]:
        return [spelled(_SERVICE, f"Create{thing}", inputs, renames)]

    return requests


def _update(thing: str, renames: Mapping[str, str] = _RENAMES) -> _Requests:
    """Tags have a request of their own."""

    def requests(context: "Context", logical: str, inputs: Mapping[str, Any]) -> list[ApiRequest]:
        operation = f"Update{thing}"
        given = {name: value for name, value in inputs.items() if name != "tags"}
        known = {**only(_SERVICE, operation, given, renames), **({} if thing == "Stage" else {f"{thing}Id": NOT_KNOWN})}
        tags = inputs.get("tags", {})
        tagged = [ApiRequest(_SERVICE, "TagResource", {"ResourceArn": NOT_KNOWN, "Tags": tags})] if tags else []
        return [spelled(_SERVICE, operation, known, renames), *tagged]

    return requests


_STAGE = {**_RENAMES, "name": "StageName"}

CREATE: Mapping[str, _Requests] = {
    "aws:apigatewayv2/api:Api": _create("Api"),
    "aws:apigatewayv2/integration:Integration": _create("Integration"),
    "aws:apigatewayv2/authorizer:Authorizer": _create("Authorizer"),
    "aws:apigatewayv2/route:Route": _create("Route"),
    "aws:apigatewayv2/stage:Stage": _create("Stage", _STAGE),
}
UPDATE: Mapping[str, _Requests] = {
    "aws:apigatewayv2/api:Api": _update("Api"),
    "aws:apigatewayv2/integration:Integration": _update("Integration"),
    "aws:apigatewayv2/authorizer:Authorizer": _update("Authorizer"),
    "aws:apigatewayv2/route:Route": _update("Route"),
    "aws:apigatewayv2/stage:Stage": _update("Stage", _STAGE),
}
