"""The two kinds of tasks: a function is invoked, a model is asked; each only if the state machine's role may."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

from agentic.core.errors import AgenticError, ConfigurationError, MissingCredentialsError, RefusedError, UsageError
from agentic.local.function_name import FunctionName
from agentic.local.services import FunctionService
from agentic.local.workflows import spelling
from agentic.local.workflows.definition import CONVERSE, Definition, Task

_LAMBDA_FIELDS = {"FunctionName", "Payload"}
_PROFILE = re.compile(r"(us|eu|au|jp|apac|ca|global|us-gov)\.(.+)")
_STATUS_ERRORS = {429: "ThrottlingException", 503: "ServiceUnavailableException", 504: "ModelTimeoutException"}


class TaskError(Exception):
    """A task failed: the error's name as Retry and Catch compare it, and its cause."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause


class PermissionCheck(Protocol):
    """Whether a role may do something; `agentic.local.permissions` is the real one."""

    def check(self, principal: str, action: str, resource_arn: str) -> None:
        """Raises RefusedError when it may not."""
        ...


class Conversation(Protocol):
    """Converse in the name of a run; `agentic.local.agents.Converse` is the real one."""

    def converse_for(
        self, run_id: str, model_id: str, request: Mapping[str, Any], credentials: Mapping[str, str]
    ) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class RunModel:
    """What a run brings with it here: the model in place of the definition's (empty: none), and that one's credentials."""

    model_id: str
    credentials: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tasks:
    """Carries out tasks. `run_model` tells what a run brings with it; there is no Bedrock here whose model could answer."""

    functions: FunctionService
    models: Conversation
    permissions: PermissionCheck
    run_model: Callable[[str], RunModel]

    def check(self, definition: Definition) -> None:
        """Raises `ConfigurationError` for parameters that the task's service does not have."""
        for state in definition.states.values():
            if not isinstance(state, Task):
                continue
            where = f"state {state.name}.Parameters"
            if state.task == CONVERSE:
                spelling.check_request(state.parameters, where)
                continue
            given = {name.removesuffix(".$") for name in state.parameters}
            if "FunctionName" not in state.parameters or not given <= _LAMBDA_FIELDS:
                raise ConfigurationError(f"{where} must be FunctionName and Payload, not {', '.join(sorted(given))}")

    def run(self, task: str, parameters: Mapping[str, Any], role_arn: str, machine_arn: str, run_id: str) -> Any:
        """The task's result in Step Functions' form. Raises `TaskError`."""
        if task == CONVERSE:
            return self._converse(parameters, role_arn, machine_arn, run_id)
        return self._invoke(parameters, role_arn, machine_arn)

    def _invoke(self, parameters: Mapping[str, Any], role_arn: str, machine_arn: str) -> dict[str, Any]:
        *prefix, account, _, _ = machine_arn.replace(":states:", ":lambda:", 1).split(":")
        named = FunctionName.read(str(parameters["FunctionName"]))
        if named is None:
            raise TaskError("Lambda.ResourceNotFoundException", f"{parameters['FunctionName']} is no function")
        arn = named.arn(":".join((*prefix, "")), account)
        try:
            self.permissions.check(role_arn, "lambda:InvokeFunction", arn)
        except RefusedError as error:
            raise TaskError("Lambda.AWSLambdaException", error.message) from error
        try:
            answer = self.functions.invoke(arn, json.dumps(parameters.get("Payload", {})).encode())
        except AgenticError as error:
            code = error.data.get("aws_code")
            raise TaskError(f"Lambda.{code}" if isinstance(code, str) else "Lambda.ServiceException", error.message) from error
        payload: Any = json.loads(answer.payload or b"null")
        if answer.function_error:
            kind = cast("Mapping[str, Any]", payload).get("errorType") if isinstance(payload, Mapping) else None
            raise TaskError(str(kind or "Lambda.Unknown"), json.dumps(payload))
        return {"ExecutedVersion": "$LATEST", "Payload": payload, "StatusCode": answer.status}

    def _converse(self, parameters: Mapping[str, Any], role_arn: str, machine_arn: str, run_id: str) -> dict[str, Any]:
        model_id = str(parameters["ModelId"])
        try:
            for resource in model_arns(machine_arn, model_id):
                self.permissions.check(role_arn, "bedrock:InvokeModel", resource)
        except RefusedError as error:
            raise TaskError("BedrockRuntime.AccessDeniedException", error.message) from error
        own = self.run_model(run_id)
        asked = {name: value for name, value in spelling.request(parameters).items() if name != "modelId"}
        try:
            answer = self.models.converse_for(run_id, own.model_id or model_id, asked, own.credentials)
        except AgenticError as error:
            raise TaskError(f"BedrockRuntime.{_bedrock_error(error)}", _told(error)) from error
        return spelling.response(answer)


def model_arns(machine_arn: str, model_id: str) -> list[str]:
    """What a call of the model needs a right to: a profile and the model behind it, in the machine's region, or the model."""
    _, partition, _, region, account, *_ = machine_arn.split(":")
    models = f"arn:{partition}:bedrock:{region}::foundation-model"
    if model_id.startswith("arn:"):
        return [model_id]
    profile = _PROFILE.fullmatch(model_id)
    if profile:
        return [f"arn:{partition}:bedrock:{region}:{account}:inference-profile/{model_id}", f"{models}/{profile[2]}"]
    return [f"{models}/{model_id}"]


def _bedrock_error(error: AgenticError) -> str:
    status = error.data.get("status")
    if isinstance(error, MissingCredentialsError) or status in (401, 403):
        return "AccessDeniedException"
    if isinstance(error, UsageError):
        return "ValidationException"
    if isinstance(status, int) and status:
        return _STATUS_ERRORS.get(status, "InternalServerException" if status >= 500 else "ValidationException")
    return "ModelErrorException"


def _told(error: AgenticError) -> str:
    return f"{error.message} ({error.hint})" if error.hint else error.message
