"""The requests of Step Functions (JSON 1.0) that the local cloud answers; every other one is refused by name."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from agentic.core.errors import UsageError
from agentic.local.workflows.execution import RUNNING, SUCCEEDED, MachineDeclaration, Status
from agentic.local.workflows.machines import StateMachines

_PAGE = 1000
_DEFAULT_PAGE = 100


class WorkflowApi:
    """Satisfies `agentic.local.services.WorkflowService`. Of a request only what is used is checked."""

    def __init__(self, machines: StateMachines) -> None:
        self._machines = machines
        self._operations: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "StartExecution": self._start,
            "DescribeExecution": self._describe,
            "StopExecution": self._stop,
            "GetExecutionHistory": self._history,
            "ListExecutions": self._list_executions,
            "DescribeStateMachine": self._describe_machine,
            "ListStateMachines": self._list_machines,
        }

    def answer(self, operation: str, body: Mapping[str, Any]) -> dict[str, Any]:
        found = self._operations.get(operation)
        if found is None:
            known = ", ".join(self._operations)
            message = f"The local cloud has no {operation} of Step Functions; it has {known}."
            raise UsageError(message, aws_code="UnknownOperationException", aws_status=400)
        return found(body)

    def _start(self, body: Mapping[str, Any]) -> dict[str, Any]:
        name = _text(body, "name") if "name" in body else str(uuid4())
        status = self._machines.start(_text(body, "stateMachineArn"), name, str(body.get("input", "{}")))
        return {"executionArn": status.arn, "startDate": status.start}

    def _describe(self, body: Mapping[str, Any]) -> dict[str, Any]:
        status, _ = self._machines.execution(_text(body, "executionArn"))
        answer = {**_item(status), "input": status.input}
        if status.status == SUCCEEDED:
            answer["output"] = status.output
        elif status.status != RUNNING:
            answer |= {name: value for name, value in (("error", status.error), ("cause", status.cause)) if value}
        return answer

    def _stop(self, body: Mapping[str, Any]) -> dict[str, Any]:
        status = self._machines.stop(_text(body, "executionArn"), str(body.get("error", "")), str(body.get("cause", "")))
        return {"stopDate": status.end}

    def _history(self, body: Mapping[str, Any]) -> dict[str, Any]:
        _, events = self._machines.execution(_text(body, "executionArn"))
        if body.get("reverseOrder"):
            events = events[::-1]
        return _page(events, body, "events")

    def _list_executions(self, body: Mapping[str, Any]) -> dict[str, Any]:
        arn, wanted = _text(body, "stateMachineArn"), body.get("statusFilter")
        self._machines.machine(arn)
        found = [_item(status) for status in self._machines.executions(arn) if wanted in (None, status.status)]
        return _page(found, body, "executions")

    def _describe_machine(self, body: Mapping[str, Any]) -> dict[str, Any]:
        declaration, created = self._machines.machine(_text(body, "stateMachineArn"))
        described = {"status": "ACTIVE", "definition": declaration.definition, "roleArn": declaration.role_arn}
        return {**_machine(declaration, created), **described}

    def _list_machines(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return _page([_machine(*known) for known in self._machines.machines()], body, "stateMachines")


def _machine(declaration: MachineDeclaration, created: float) -> dict[str, Any]:
    return {"stateMachineArn": declaration.arn, "name": declaration.name, "type": "STANDARD", "creationDate": created}


def _item(status: Status) -> dict[str, Any]:
    ended = {"stopDate": status.end} if status.status != RUNNING else {}
    return {
        "executionArn": status.arn,
        "stateMachineArn": status.machine_arn,
        "name": status.name,
        "status": status.status,
        "startDate": status.start,
        **ended,
    }


def _page(items: Any, body: Mapping[str, Any], name: str) -> dict[str, Any]:
    size, token = body.get("maxResults") or _DEFAULT_PAGE, str(body.get("nextToken", "0"))
    if not isinstance(size, int) or not 0 < size <= _PAGE:
        raise UsageError(f"maxResults must be a whole number up to {_PAGE}")
    if not token.isdecimal() or int(token) > len(items):
        raise UsageError("Invalid Token", aws_code="InvalidToken", aws_status=400)
    end = int(token) + size
    return {name: list(items[int(token) : end]), **({"nextToken": str(end)} if end < len(items) else {})}


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise UsageError(f"the request needs {name}")
    return value
