"""Step Functions as unchanged boto3 sees it: over the wire, signed, with the caller's rights."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from machine_stage import MACHINE, ROLE, RUN, MachineStage, task

from agentic.local.endpoint import Endpoint
from agentic.local.identities import Identities
from agentic.local.services import Services
from agentic.local.state import StateFolder
from agentic.local.workflows import WorkflowApi

CALLER = "arn:aws:iam::123456789012:role/caller"
EXECUTION = f"{MACHINE.replace(':stateMachine:', ':execution:')}:{RUN}"
OTHER = EXECUTION.replace(RUN, "run_other")


class Nobody:
    """A service that no test here asks."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was asked for")


@pytest.fixture
def stage() -> MachineStage:
    stage = MachineStage()
    stage.create({"Look": task()})
    return stage


@pytest.fixture
def endpoint(tmp_path: Path, stage: MachineStage) -> Iterator[Endpoint]:
    nobody: Any = Nobody()
    services = Services(nobody, nobody, nobody, workflows=WorkflowApi(stage.machines))
    endpoint = Endpoint(StateFolder(tmp_path / ".agentic"), Identities(), stage.permissions, services, region="eu-central-1")
    endpoint.start()
    yield endpoint
    endpoint.close()


def test_an_execution_is_started_described_and_its_history_read_page_by_page(stage: MachineStage, endpoint: Endpoint):
    client = endpoint.client("stepfunctions")
    started = client.start_execution(stateMachineArn=MACHINE, name=RUN, input='{"x": 1}')
    assert started["executionArn"] == EXECUTION
    stage.ended(EXECUTION)
    described = client.describe_execution(executionArn=EXECUTION)
    assert (described["status"], described["input"]) == ("SUCCEEDED", '{"x": 1}')
    assert described["stopDate"] >= described["startDate"]
    whole = client.get_execution_history(executionArn=EXECUTION)["events"]
    assert [event["id"] for event in whole] == list(range(1, len(whole) + 1))
    scheduled = next(event for event in whole if event["type"] == "TaskScheduled")
    assert scheduled["taskScheduledEventDetails"]["resourceType"] == "lambda"
    pages = client.get_paginator("get_execution_history").paginate(executionArn=EXECUTION, PaginationConfig={"PageSize": 2})
    assert [event for page in pages for event in page["events"]] == whole
    backwards = client.get_execution_history(executionArn=EXECUTION, reverseOrder=True)["events"]
    assert backwards == whole[::-1]


def test_a_failed_execution_tells_error_and_cause(stage: MachineStage, endpoint: Endpoint):
    stage.permissions.remove(ROLE, "lambda:InvokeFunction")
    client = endpoint.client("stepfunctions")
    client.start_execution(stateMachineArn=MACHINE, name=RUN)
    stage.ended(EXECUTION)
    described = client.describe_execution(executionArn=EXECUTION)
    assert (described["status"], described["error"]) == ("FAILED", "Lambda.AWSLambdaException")
    assert "output" not in described
    client.stop_execution(executionArn=EXECUTION)
    assert client.describe_execution(executionArn=EXECUTION)["status"] == "FAILED", "what has ended stays as it is"


def test_machines_and_executions_are_listed_and_described(stage: MachineStage, endpoint: Endpoint):
    client = endpoint.client("stepfunctions")
    client.start_execution(stateMachineArn=MACHINE, name=RUN)
    stage.ended(EXECUTION)
    (machine,) = client.list_state_machines()["stateMachines"]
    described = client.describe_state_machine(stateMachineArn=machine["stateMachineArn"])
    assert (described["roleArn"], described["type"], described["status"]) == (ROLE, "STANDARD", "ACTIVE")
    assert [item["name"] for item in client.list_executions(stateMachineArn=MACHINE)["executions"]] == [RUN]
    assert client.list_executions(stateMachineArn=MACHINE, statusFilter="FAILED")["executions"] == []
    stage.machines.remove(MACHINE)
    assert client.list_state_machines()["stateMachines"] == []


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda client: client.start_execution(stateMachineArn=f"{MACHINE}x"), "StateMachineDoesNotExist"),
        (lambda client: client.start_execution(stateMachineArn=MACHINE, name="a b"), "InvalidName"),
        (lambda client: client.start_execution(stateMachineArn=MACHINE, input="{"), "InvalidExecutionInput"),
        (lambda client: client.describe_execution(executionArn=OTHER), "ExecutionDoesNotExist"),
        (lambda client: client.stop_execution(executionArn=OTHER), "ExecutionDoesNotExist"),
        (lambda client: client.get_execution_history(executionArn=OTHER), "ExecutionDoesNotExist"),
        (lambda client: client.list_activities(), "UnknownOperationException"),
        (lambda client: client.create_state_machine(name="x", definition="{}", roleArn=ROLE), "UnknownOperationException"),
    ],
)
def test_what_cannot_be_done_has_the_services_own_code(endpoint: Endpoint, call: Any, code: str):
    with pytest.raises(ClientError) as error:
        call(endpoint.client("stepfunctions"))
    assert error.value.response["Error"]["Code"] == code


CALLS: dict[str, tuple[Any, str]] = {
    "StartExecution": (lambda client: client.start_execution(stateMachineArn=MACHINE, name=RUN), MACHINE),
    "DescribeExecution": (lambda client: client.describe_execution(executionArn=EXECUTION), EXECUTION),
    "StopExecution": (lambda client: client.stop_execution(executionArn=EXECUTION), EXECUTION),
    "GetExecutionHistory": (lambda client: client.get_execution_history(executionArn=EXECUTION), EXECUTION),
    "DescribeStateMachine": (lambda client: client.describe_state_machine(stateMachineArn=MACHINE), MACHINE),
    "ListStateMachines": (lambda client: client.list_state_machines(), "*"),
}


@pytest.mark.parametrize("operation", CALLS)
def test_each_operation_needs_its_right_on_its_machine_or_execution(stage: MachineStage, endpoint: Endpoint, operation: str):
    """With the right the same call passes, which is the control."""
    call, resource = CALLS[operation]
    stage.machines.start(MACHINE, RUN, "{}")
    stage.ended(EXECUTION)
    client = endpoint.client("stepfunctions", CALLER)
    for wrong in (f"states:{operation}", "states:Other"):
        right = {"Effect": "Allow", "Action": wrong, "Resource": f"{MACHINE}-of-somebody-else"}
        stage.permissions.set_policy(CALLER, "rights", {"Version": "2012-10-17", "Statement": [right]})
        with pytest.raises(ClientError) as error:
            call(client)
        assert error.value.response["Error"]["Code"] == "AccessDeniedException"
    right = {"Effect": "Allow", "Action": f"states:{operation}", "Resource": resource}
    stage.permissions.set_policy(CALLER, "rights", {"Version": "2012-10-17", "Statement": [right]})
    if operation == "StartExecution":
        with pytest.raises(client.exceptions.ExecutionAlreadyExists):
            call(client)
    else:
        assert call(client)["ResponseMetadata"]["HTTPStatusCode"] == 200
