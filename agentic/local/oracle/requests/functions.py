"""Lambda: the requests of functions and of how their asynchronous invocations are treated."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from agentic.local.oracle.request import ApiRequest
from agentic.local.oracle.spelling import only, spelled

if TYPE_CHECKING:
    from agentic.local.program.table import Context

_SERVICE = "lambda"
_NAME = {"name": "FunctionName"}
# What the provider keeps to itself, or asks for by a request of its own.
_NOT_SENT = frozenset({"code", "reservedConcurrentExecutions", "sourceCodeHash", "skipDestroy"})


def create_function(context: "Context", logical: str, inputs: Mapping[str, Any]) -> list[ApiRequest]:
    """A function, its code with it; its reserved concurrency after it."""
    given = {**inputs, "Code": {"ZipFile": inputs["code"]}}
    return [spelled(_SERVICE, "CreateFunction", given, _NAME, leave=_NOT_SENT), *_concurrency(inputs)]


def update_function(context: "Context", logical: str, inputs: Mapping[str, Any]) -> list[ApiRequest]:
    """Configuration, code and tags are three requests."""
    given = {name: value for name, value in inputs.items() if name not in _NOT_SENT}
    code = {"name": inputs["name"], "ZipFile": inputs["code"], "architectures": inputs.get("architectures", ["x86_64"])}
    tags = {"Resource": context.place.arn(_SERVICE, f"function:{inputs['name']}"), "Tags": inputs.get("tags", {})}
    return [
        spelled(_SERVICE, "UpdateFunctionConfiguration", only(_SERVICE, "UpdateFunctionConfiguration", given, _NAME), _NAME),
        spelled(_SERVICE, "UpdateFunctionCode", code, _NAME),
        *([ApiRequest(_SERVICE, "TagResource", tags)] if tags["Tags"] else []),
        *_concurrency(inputs),
    ]


def put_event_invoke_config(context: "Context", logical: str, inputs: Mapping[str, Any]) -> list[ApiRequest]:
    return [spelled(_SERVICE, "PutFunctionEventInvokeConfig", inputs)]


def add_permission(context: "Context", logical: str, inputs: Mapping[str, Any]) -> list[ApiRequest]:
    """Who may invoke a function besides those whose own policies say so."""
    return [spelled(_SERVICE, "AddPermission", inputs, {"function": "FunctionName"})]


def _concurrency(inputs: Mapping[str, Any]) -> list[ApiRequest]:
    """-1 is the provider's word for none of its own."""
    reserved = inputs.get("reservedConcurrentExecutions", -1)
    if reserved == -1:
        return []
    parameters = {"FunctionName": inputs["name"], "ReservedConcurrentExecutions": reserved}
    return [ApiRequest(_SERVICE, "PutFunctionConcurrency", parameters)]
