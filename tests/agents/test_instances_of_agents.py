"""Where an agent has several instances, the runs are spread among them, and a run is done by one of them."""

from collections import Counter
from typing import Any

import pytest

from agentic.agents.conversation import converse, session_id
from agentic.agents.conversation.instances import instance_for
from agentic.core.errors import ModelError
from agentic.core.names import new_run_id

ARNS = [f"arn:aws:bedrock-agentcore:eu-central-1:111122223333:harness/aad_dev_generator_{number}" for number in range(3)]
ALL = " ".join(ARNS)


def test_every_session_of_a_run_goes_to_the_same_instance():
    for _ in range(50):
        run_id = new_run_id()
        assert len({instance_for(ALL, session_id(run_id, agent)) for agent in ("orchestrator", "orchestrator-1")}) == 1


def test_the_runs_are_spread_evenly_and_one_instance_has_them_all():
    spread = Counter(instance_for(ALL, session_id(f"run_{number:016x}", "generator")) for number in range(900))
    assert set(spread) == set(ARNS)
    assert max(spread.values()) < 2 * min(spread.values())
    assert instance_for(ARNS[1], session_id(new_run_id(), "generator")) == ARNS[1], "the control"


@pytest.mark.parametrize("number", range(6))
def test_the_client_is_asked_for_one_instance_alone(number: int):
    asked: list[str] = []

    class Client:
        def invoke_harness(self, **request: Any) -> Any:
            asked.append(request["harnessArn"])
            from botocore.exceptions import ConnectTimeoutError

            raise ConnectTimeoutError(endpoint_url="https://agent.example")

    session = session_id(f"run_{number:016x}", "generator")
    with pytest.raises(ModelError):
        converse(lambda service: Client(), ALL, session, "hello")
    assert set(asked) == {instance_for(ALL, session)}
