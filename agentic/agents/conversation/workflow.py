"""A workflow: the state machine of the backend `workflow`, started and waited for.

The execution has the run's id as its name, and there is one execution of a name: to start it twice is to start it once
(Step Functions, StartExecution). What becomes of the run stands in its record; the execution only says that it is over.
"""

import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from agentic.agents.conversation.patience import is_throttled
from agentic.agents.conversation.reply import NO_BOUNDS, Bounds, Reply
from agentic.core.names import RUN_ID_LENGTH
from agentic.core.values import Usage

_MACHINE = re.compile(r"(arn:[^:]+:states:[^:]*:[^:]*):stateMachine:([^:]+)")
_GOING_ON = re.compile(r"-workflow(-\d)-")
_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 1.0
_GROWTH = 1.1
_SHOWN = 300


def is_workflow(agent_arn: str) -> bool:
    """Whether what drives the runs is a state machine and no agent."""
    return _MACHINE.fullmatch(agent_arn) is not None


def opening(handle: str) -> str:
    """What starts a run's execution. Nothing else goes in: task, API and limits are in the record."""
    return json.dumps({"handle": handle})


def ask(
    client: Any,
    machine_arn: str,
    session: str,
    message: str,
    model: str,
    *,
    bounds: Bounds = NO_BOUNDS,
    sleep: Callable[[float], None] = time.sleep,
) -> Reply:
    """Start the execution of the run that `session` belongs to and wait for its end. `client` is a boto3 stepfunctions client.

    An execution that goes on with a run is named after the session's round as well: "run_…-1". The state machine's own time-out
    bounds the wait. `model` and `bounds` have no effect: the definition names them. Raises botocore's errors.
    """
    going_on = _GOING_ON.match(session, RUN_ID_LENGTH)
    name = f"{session[:RUN_ID_LENGTH]}{going_on[1] if going_on else ''}"
    execution: str = client.start_execution(stateMachineArn=machine_arn, name=name, input=message)["executionArn"]
    pause = _FIRST_PAUSE_SECONDS
    try:
        while (described := _described(client, execution))["status"] == "RUNNING":
            sleep(pause)
            pause = min(pause * _GROWTH, _LONGEST_PAUSE_SECONDS)
    except BaseException:
        # Who does not wait any more must not leave it running.
        stop(client, machine_arn, name)
        raise
    if described["status"] == "SUCCEEDED":
        return Reply("", "end_turn", Usage())
    reasons = [described["status"], described.get("error", ""), described.get("cause", "").partition("\n")[0][:_SHOWN]]
    return Reply("", ": ".join(reason for reason in reasons if reason), Usage())


def names_of(run_id: str, rounds: int) -> tuple[str, ...]:
    """The names of a run's executions: the first one's, and those of `rounds` that go on with it."""
    return (run_id, *(f"{run_id}-{number}" for number in range(1, rounds + 1)))


def attend(client: Any, machine_arn: str, name: str, *, sleep: Callable[[float], None] = time.sleep) -> str:
    """Wait for the end of an execution that somebody else has started. How it ended (SUCCEEDED, …); empty if there is none.

    Raises botocore's errors.
    """
    found = _MACHINE.fullmatch(machine_arn)
    if not found:
        return ""
    pause = _FIRST_PAUSE_SECONDS
    while True:
        try:
            status: str = client.describe_execution(executionArn=f"{found[1]}:execution:{found[2]}:{name}")["status"]
        except client.exceptions.ExecutionDoesNotExist:
            return ""
        if status != "RUNNING":
            return status
        sleep(pause)
        pause = min(pause * _GROWTH, _LONGEST_PAUSE_SECONDS)


def _described(client: Any, execution: str) -> Any:
    """How it stands; as running, where there are too many requests now: it is asked again, and must not be stopped for that."""
    from botocore.exceptions import ClientError  # pyright: ignore[reportMissingTypeStubs]

    try:
        return client.describe_execution(executionArn=execution)
    except ClientError as error:
        if not is_throttled(error):
            raise
        return {"status": "RUNNING"}


def stop(client: Any, machine_arn: str, name: str) -> None:
    """Stop a run's execution, if it runs. Best effort: every further step finds in the record that the run has ended."""
    from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs]

    found = _MACHINE.fullmatch(machine_arn)
    if found:
        with suppress(ClientError, BotoCoreError):
            arn = f"{found[1]}:execution:{found[2]}:{name}"
            client.stop_execution(executionArn=arn, error="cancelled", cause="the run was cancelled")
