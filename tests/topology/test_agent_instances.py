"""Several instances of each agent (setting `agent_instances`): the same agent again, and who asks it may ask each of them."""

import checks
import pytest
from recorded import Recorded, order, record

from agentic.core.errors import ConfigurationError
from agentic.core.settings import Settings
from agentic.topology.least_privilege import Planned, check

PREFIX = "agentic-api-developer-dev"
AGENTS = ("orchestrator", "generator", "executor")
ASKED_BY = {"orchestrator": "worker", "generator": "invoke-generator", "executor": "invoke-executor"}


@pytest.fixture(scope="module")
def three() -> Recorded:
    return record(order(agent_instances="3"))


def test_instances_differ_in_their_names_alone(three: Recorded):
    for agent in AGENTS:
        made = [three.one("AgentcoreHarness", f"{agent}-harness{ending}").inputs for ending in ("", "-2", "-3")]
        told = [
            {name: value for name, value in inputs.items() if name not in {"harnessName", "executionRoleArn"}}
            for inputs in made
        ]
        assert told[0] == told[1] == told[2]
        roles = {inputs["executionRoleArn"] for inputs in made}
        assert {arn.rpartition("/")[2] for arn in roles} == {f"{PREFIX}-{agent}-harness{ending}" for ending in ("", "-2", "-3")}


@pytest.mark.parametrize("agent", AGENTS)
def test_who_asks_an_agent_may_ask_all_its_instances_and_is_told_of_them(three: Recorded, agent: str):
    variables = three.one("Function", ASKED_BY[agent]).inputs["environment"]["variables"]
    told = variables["AGENTIC_ORCHESTRATOR" if agent == "orchestrator" else "AGENTIC_AGENT_ARN"].split()
    # All names end alike here, because nothing is drawn.
    assert len(told) == 3
    rights = checks.allowed(three.policy(f"{PREFIX}-{ASKED_BY[agent]}"))
    assert rights["bedrock-agentcore:InvokeHarness"] == sorted(told)


def test_a_stack_of_several_instances_keeps_every_rule(three: Recorded):
    planned = [Planned(item.type, item.name, item.inputs) for item in three.resources if item.custom]
    assert [str(finding) for finding in check(planned)] == []


def test_only_harnesses_have_instances():
    assert Settings(agent_instances=2).agent_instances == 2
    for backend in ("classic", "workflow"):
        with pytest.raises(ConfigurationError, match=f"agent_instances must be 1 with backend {backend}"):
            Settings(agent_instances=2, backend=backend)


def test_a_name_with_an_instances_number_must_fit_too():
    """Other names of so long a stack do not fit either; the control is the stack with one instance of each agent."""
    too_long = "the role name agentic-api-developer-aaaaaaaaaaaaaaaaaaa-orchestrator-harness-10 has 65 characters"
    told: dict[str, str] = {}
    for instances in ("1", "10"):
        with pytest.raises(AssertionError) as caught:
            record(order("a" * 19, apis=("stripe",), agent_instances=instances))
        told[instances] = str(caught.value)
    assert too_long in told["10"]
    assert "the role name" not in told["1"]
    assert "the harness name" in told["1"]
