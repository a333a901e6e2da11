"""Lambda: functions, which run here from their built zips, and how their asynchronous invocations are treated."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local.functions.declaration import FunctionDeclaration
from agentic.local.oracle.requests.functions import create_function, put_event_invoke_config, update_function
from agentic.local.program.resources.existing import made_here
from agentic.local.program.resources.queues import is_queue
from agentic.local.program.schema import TAGS, ArchiveFile, Block, ListOf, MapOf, Noted, Text, Truth, Whole, arn
from agentic.local.program.table import Context, Created, Inputs, Lifecycle, ResourceType

FUNCTION = "aws:lambda/function:Function"
_EVENT_INVOKE_CONFIG = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"

_NAME = Text(r"[a-zA-Z0-9_-]{1,64}")
_LATEST = "$LATEST"


def _ids(kind: str) -> ListOf:
    """Ids of a VPC's parts: of those that a program makes or of its owner's own."""
    return ListOf(Text(rf"{kind}-[0-9a-f]{{8,17}}"), least=1)


_ENVIRONMENT_BYTES = 4096

# What Lambda sets itself and refuses in a declaration (developer guide, "Defined runtime environment variables").
_RESERVED = frozenset(
    {
        *("_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_ACCESS_KEY"),
        *("AWS_LAMBDAFUNCTION_NAME", "AWS_LAMBDAFUNCTION_MEMORY_SIZE", "AWS_LAMBDAFUNCTION_VERSION"),
        *("AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY_ID"),
        *("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"),
    }
)


def _function(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name, zip_path, tags = inputs["name"], inputs["code"], inputs.get("tags", {})
    variables = inputs.get("environment", {}).get("variables", {})
    function_arn = context.place.arn("lambda", f"function:{name}")
    context.functions.create(
        FunctionDeclaration(
            name=name,
            arn=function_arn,
            zip_path=zip_path,
            handler=inputs["handler"],
            memory_mb=inputs.get("memorySize", 128),
            timeout_seconds=inputs.get("timeout", 3),
            environment=variables,
            role_arn=inputs["role"],
            per_tenant="tenancyConfig" in inputs,
        )
    )
    with zip_path.open("rb") as file:
        digest = base64.b64encode(hashlib.file_digest(file, "sha256").digest()).decode()
    outputs = {
        "arn": function_arn,
        "name": name,
        "version": _LATEST,
        "qualifiedArn": f"{function_arn}:{_LATEST}",
        "codeSha256": digest,
        "sourceCodeSize": zip_path.stat().st_size,
        "tagsAll": tags,
        "region": context.place.region,
    }
    return Created(name, outputs)


def _delete_function(context: Context, name: str, inputs: Inputs) -> None:
    context.functions.remove(name)


def _check_function(context: Context, inputs: Inputs) -> None:
    variables: Mapping[str, str] = inputs.get("environment", {}).get("variables", {})
    reserved = sorted(_RESERVED.intersection(variables))
    if reserved:
        raise LocalCloudError(f"environment.variables: Lambda sets {', '.join(reserved)} itself")
    size = sum(len(name.encode()) + len((value or "").encode()) for name, value in variables.items())
    if size > _ENVIRONMENT_BYTES:
        raise LocalCloudError(f"environment.variables have {size} bytes; Lambda takes {_ENVIRONMENT_BYTES}")
    if "role" in inputs and "name" in inputs:
        context.check_role(inputs["role"], "lambda", f"function:{inputs['name']}")


def _event_invoke_config(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    return Created(_function_name(inputs))


def _delete_event_invoke_config(context: Context, resource_id: str, inputs: Inputs) -> None:
    """It is no thing of its own here: events are never tried again, with or without it."""


def _check_event_invoke_config(context: Context, inputs: Inputs) -> None:
    name = _function_name(inputs)
    if name and not context.exists(FUNCTION, name):
        raise LocalCloudError(f"there is no function {name}")
    destination = inputs.get("destinationConfig", {}).get("onFailure", {}).get("destination", "")
    queue = destination.rsplit(":", 1)[-1]
    if queue and not is_queue(context, queue):
        raise LocalCloudError(f"there is no queue {queue}")


def _function_name(inputs: Inputs) -> str:
    return str(inputs.get("functionName", "")).rsplit(":", 1)[-1]


TYPES = (
    ResourceType(
        FUNCTION,
        Block(
            {
                "name": _NAME,
                "role": arn("iam", "role/.+", region=""),
                # Those that our zips are built for.
                "runtime": Text(choices=("python3.12", "python3.13", "python3.14")),
                "handler": Text(r"[^\s]{1,128}"),
                "code": ArchiveFile(),
            },
            {
                "description": Text(longest=256),
                "architectures": ListOf(Text(choices=("x86_64", "arm64")), least=1, most=1),
                # The provider's own limits; the API's are wider, for functions on one's own instances.
                "memorySize": Whole(128, 10240),
                "timeout": Whole(1, 900),
                "environment": Block(optional={"variables": MapOf(Text(), names="[a-zA-Z][a-zA-Z0-9_]+")}),
                "vpcConfig": Block({"subnetIds": _ids("subnet"), "securityGroupIds": _ids("sg")}),
                "reservedConcurrentExecutions": Whole(-1, 1_000_000),
                "tenancyConfig": Block({"tenantIsolationMode": Text(choices=("PER_TENANT",))}),
                "packageType": Text(choices=("Zip",)),
                "publish": Truth(only=False),
                "sourceCodeHash": Noted("only tells the real provider when to upload anew"),
                "loggingConfig": Noted("functions write to the state folder here"),
                "tracingConfig": Noted("there is no X-Ray here"),
                "ephemeralStorage": Noted("temporary files are the machine's"),
                "tags": TAGS,
            },
        ),
        ("arn", "name", "version", "qualifiedArn", "codeSha256"),
        _function,
        Lifecycle(
            made_here(FUNCTION),
            _delete_function,
            ("name",),
            replaces=("tenancyConfig", "packageType"),
            updates=(
                *("role", "runtime", "handler", "code", "description", "architectures", "memorySize", "timeout", "vpcConfig"),
                *("reservedConcurrentExecutions", "environment", "publish", "sourceCodeHash", "loggingConfig"),
                *("tracingConfig", "ephemeralStorage", "tags"),
            ),
            update=_function,
            update_requests=update_function,
        ),
        _check_function,
        create_function,
    ),
    ResourceType(
        _EVENT_INVOKE_CONFIG,
        Block(
            {
                "functionName": Text(r"[a-zA-Z0-9:_-]{1,140}"),
                # The default on AWS is 2; functions are never tried again here, so only a program that says so runs alike.
                "maximumRetryAttempts": Whole(choices=(0,)),
            },
            {
                "maximumEventAgeInSeconds": Whole(60, 21600),
                "destinationConfig": Block({"onFailure": Block({"destination": arn("sqs", ".+")})}),
            },
        ),
        (),
        _event_invoke_config,
        Lifecycle(
            made_here(_EVENT_INVOKE_CONFIG),
            _delete_event_invoke_config,
            ("functionName",),
            updates=("maximumRetryAttempts", "maximumEventAgeInSeconds", "destinationConfig"),
            update=_event_invoke_config,
            update_requests=put_event_invoke_config,
        ),
        _check_event_invoke_config,
        put_event_invoke_config,
    ),
)
