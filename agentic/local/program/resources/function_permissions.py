"""Lambda's permissions: which service may invoke a function, for which of its resources."""

from collections.abc import Mapping
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local.agents.function_policies import FunctionPermission
from agentic.local.oracle.requests.functions import add_permission
from agentic.local.program.resources.existing import made_here
from agentic.local.program.resources.functions import FUNCTION
from agentic.local.program.schema import Block, Text
from agentic.local.program.table import Context, Created, Inputs, Lifecycle, ResourceType

_PERMISSION = "aws:lambda/permission:Permission"


def _permission(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    statement_id = inputs["statementId"]
    permission = FunctionPermission(
        statement_id=statement_id,
        principal=inputs["principal"],
        source_arn=inputs.get("sourceArn", ""),
        source_account=inputs.get("sourceAccount", ""),
    )
    context.function_policies.add(_function_arn(context, inputs), permission)
    return Created(statement_id, {"statementId": statement_id, "region": context.place.region})


def _check(context: Context, inputs: Inputs) -> None:
    function = inputs.get("function")
    if function and not context.exists(FUNCTION, function.rsplit(":", 1)[-1]):
        raise LocalCloudError(f"there is no function {function}")


def _delete(context: Context, statement_id: str, inputs: Inputs) -> None:
    context.function_policies.remove(_function_arn(context, inputs), statement_id)


def _function_arn(context: Context, inputs: Inputs) -> str:
    return context.place.arn("lambda", f"function:{inputs['function'].rsplit(':', 1)[-1]}")


TYPES = (
    ResourceType(
        _PERMISSION,
        Block(
            {
                "action": Text(choices=("lambda:InvokeFunction",)),
                "function": Text(r"(arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:)?[a-zA-Z0-9_-]{1,64}"),
                # Only services: what a role may do stands in the role's policies.
                "principal": Text(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?"),
                "statementId": Text(r"[a-zA-Z0-9_-]{1,100}"),
            },
            {
                "sourceArn": Text(r"arn:aws[a-zA-Z0-9-]*:[a-zA-Z0-9-]+:[a-z0-9-]*:([0-9]{12})?:.+"),
                "sourceAccount": Text(r"[0-9]{12}"),
            },
        ),
        ("statementId",),
        _permission,
        Lifecycle(
            made_here(_PERMISSION),
            _delete,
            ("function", "statementId"),
            replaces=("action", "principal", "sourceArn", "sourceAccount"),
        ),
        _check,
        add_permission,
    ),
)
