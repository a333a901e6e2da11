"""The environment variables of a function process: built here from nothing, never inherited."""

from collections.abc import Mapping
from pathlib import Path

from agentic.core.errors import ConfigurationError
from agentic.local.functions.declaration import FunctionDeclaration

# Lambda refuses these in a function's own environment (reference: Lambda developer guide, "Defined runtime variables").
RESERVED = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    }
)

# As small as a shell command or a compiler-free library needs.
_PATH = "/usr/local/bin:/usr/bin:/bin"


def check_own(declaration: FunctionDeclaration) -> None:
    """Raises ConfigurationError where Lambda would refuse the declaration's own variables."""
    reserved = sorted(RESERVED & declaration.environment.keys())
    if reserved:
        raise ConfigurationError(
            f"The function {declaration.name} sets variables that Lambda keeps for itself: {', '.join(reserved)}",
            hint="Give them other names.",
        )


def zygote_variables(home: Path) -> dict[str, str]:
    """What any process of ours starts with."""
    return {"PATH": _PATH, "HOME": str(home), "LANG": "C.UTF-8", "TZ": ":UTC"}


def process_variables(
    declaration: FunctionDeclaration, given: Mapping[str, str], *, task_root: Path, home: Path, runtime_api: str, stream: str
) -> dict[str, str]:
    """All variables of one function process.

    `given` is the local cloud's part (endpoint and credentials); it wins over the declaration's own variables, so that no
    declaration leads a function away from the local endpoint.
    """
    nowhere = str(home / "no-such-file")
    return {
        **zygote_variables(home),
        **declaration.environment,
        "_HANDLER": declaration.handler,
        "LAMBDA_TASK_ROOT": str(task_root),
        "LAMBDA_RUNTIME_DIR": str(task_root),
        "AWS_REGION": declaration.region,
        "AWS_DEFAULT_REGION": declaration.region,
        # The runtime client chooses its JSON encoding and the way it polls by this value, as on AWS.
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.12",
        "AWS_LAMBDA_FUNCTION_NAME": declaration.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(declaration.memory_mb),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{declaration.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": stream,
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_EC2_METADATA_DISABLED": "true",
        # All else looks as on AWS. But here the kernel's walls stand between functions and scripts, not a machine for each.
        "AGENTIC_LOCAL": "true",
        "AWS_CONFIG_FILE": nowhere,
        "AWS_SHARED_CREDENTIALS_FILE": nowhere,
        **given,
    }
