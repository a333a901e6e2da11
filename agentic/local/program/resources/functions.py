"""Lambda: functions, which run here from their built zips, and how their asynchronous invocations are treated."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local.functions.declaration import FunctionDeclaration
from agentic.local.program.schema import TAGS, ArchiveFile, Block, ListOf, MapOf, Noted, Text, Truth, Whole, arn
from agentic.local.program.table import Context, Created, ResourceType

_NAME = Text(r"[a-zA-Z0-9_-]{1,64}")
_LATEST = "$LATEST"
_ENVIRONMENT_BYTES = 4096

# What Lambda sets itself and refuses in a declaration (developer guide, "Defined runtime environment variables").
_RESERVED = frozenset(
    {
        *("_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_ACCESS_KEY"),
        *("AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION"),
        *("AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY_ID"),
        *("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"),
    }
)


def _function(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name, zip_path, tags = inputs["name"], inputs["code"], inputs.get("tags", {})
    variables = inputs.get("environment", {}).get("variables", {})
    _check_environment(variables)
    context.check_role(inputs["role"], "lambda")
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
    with context.made.lock:
        context.made.functions[function_arn] = name
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


def _check_environment(variables: Mapping[str, str]) -> None:
    reserved = sorted(_RESERVED.intersection(variables))
    if reserved:
        raise LocalCloudError(f"environment.variables: Lambda sets {', '.join(reserved)} itself")
    size = sum(len(name.encode()) + len(value.encode()) for name, value in variables.items())
    if size > _ENVIRONMENT_BYTES:
        raise LocalCloudError(f"environment.variables have {size} bytes; Lambda takes {_ENVIRONMENT_BYTES}")


def _event_invoke_config(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name = inputs["functionName"].rsplit(":", 1)[-1]
    with context.made.lock:
        if name not in context.made.functions.values():
            raise LocalCloudError(f"there is no function {name}")
    return Created(name)


TYPES = (
    ResourceType(
        "aws:lambda/function:Function",
        Block(
            {
                "name": _NAME,
                "role": arn("iam", "role/.+", region=""),
                "runtime": Text(choices=("python3.12", "python3.13", "python3.14")),
                "handler": Text(r"[^\s]{1,128}"),
                "code": ArchiveFile(),
            },
            {
                "description": Text(longest=256),
                "architectures": ListOf(Text(choices=("x86_64", "arm64")), least=1, most=1),
                "memorySize": Whole(128, 10240),
                "timeout": Whole(1, 900),
                "environment": Block(optional={"variables": MapOf(Text(), names="[a-zA-Z][a-zA-Z0-9_]+")}),
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
    ),
    ResourceType(
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        Block(
            {
                "functionName": Text(r"[a-zA-Z0-9:_-]{1,140}"),
                # The default on AWS is 2; functions are never tried again here, so only a program that says so runs alike.
                "maximumRetryAttempts": Whole(choices=(0,)),
            },
            {
                "maximumEventAgeInSeconds": Whole(60, 21600),
            },
        ),
        (),
        _event_invoke_config,
    ),
)
