"""The estimate adds up, moves with what it depends on, and rests on numbers that the project's own code still has."""

import json
from pathlib import Path
from typing import Any

import pytest

from agentic.agents.declaration import declare, generators
from agentic.agents.workflow import StepFunction, definition
from agentic.core.settings import Settings
from agentic.costs import Estimate, estimate, prices, usage
from agentic.costs.prices import Price
from agentic.registry import Registry
from tests.topology.recorded import order, record

PAGE = Path(__file__).parent.parent.parent / "docs" / "deploying.md"


def line(found: Estimate, what: str) -> float:
    (one,) = [line for line in found.items if line.what == what]
    return one.idle_usd + one.run_usd


def test_totals_are_the_sums_of_the_lines():
    found = estimate(Settings(), 1, runs_per_month=1000)
    assert found.idle_usd == pytest.approx(sum(line.idle_usd for line in found.items))
    assert found.month_usd == pytest.approx(found.idle_usd + 1000 * found.run_usd)
    first, *rest = found.lines()
    assert first == found.total
    assert f"${found.month_usd:.2f} a month with 1000 runs" in first
    assert len(rest) == len(found.items)


@pytest.mark.parametrize(
    ("settings", "gone"),
    [
        ({"isolated": False}, {"network endpoints", "DNS firewall"}),
        ({"backend": "classic"}, {"harness sessions", "gateway calls"}),
        ({"backend": "workflow"}, {"harness sessions", "gateway calls", "model of the executor", "model of the orchestrator"}),
    ],
)
def test_what_a_stack_does_not_have_costs_nothing(settings: dict[str, object], gone: set[str]):
    usual = {line.what for line in estimate(Settings(), 1).items}
    assert usual - {line.what for line in estimate(Settings(**settings), 1).items} == gone


def test_the_network_is_what_costs_while_idle():
    found = estimate(Settings(), 1)
    assert line(found, "network endpoints") > 0.9 * found.idle_usd


def test_each_api_has_a_secret_and_lengthens_the_generators_prompt():
    one, three = estimate(Settings(), 1), estimate(Settings(), 3)
    assert three.idle_usd - one.idle_usd == pytest.approx(0.80)
    assert line(three, "model of the generator") > line(one, "model of the generator")
    assert line(three, "model of the executor") == line(one, "model of the executor")


def test_with_variants_further_apis_do_not_lengthen_the_prompt_and_a_workflow_has_to_choose():
    one, three = (estimate(Settings(variants="api"), apis) for apis in (1, 3))
    assert line(three, "model of the generator") == line(one, "model of the generator")
    assert line(one, "model of the generator") == line(estimate(Settings(), 1), "model of the generator")
    chosen = estimate(Settings(variants="api", backend="workflow"), 3)
    assert line(chosen, "state machine") > line(estimate(Settings(backend="workflow"), 3), "state machine")


def test_newer_model_is_cheaper_and_global_profiles_are_cheaper_than_geographic_ones():
    old, new = "anthropic.claude-haiku-4-5-20251001-v1:0", "anthropic.claude-haiku-5-5"

    def cost(model: str) -> float:
        return line(estimate(Settings(model__executor=model), 1), "model of the executor")

    assert cost(f"us.{new}") < cost(f"us.{old}") / 3
    assert cost(f"us.{new}") == pytest.approx(cost(f"global.{new}") * 1.1)


def test_model_without_a_known_price_is_named_and_not_counted():
    found = estimate(Settings(model__executor="amazon.nova-micro-v1:0"), 1)
    (one,) = [line for line in found.items if line.what == "model of the executor"]
    assert (one.run_usd, one.certain) == (0.0, False)
    assert "not counted" in one.note


def test_own_key_and_arm_show():
    key = "arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555"
    assert estimate(Settings(kms_key=key), 1).idle_usd == pytest.approx(estimate(Settings(), 1).idle_usd + 1)
    arm = estimate(Settings(architecture="arm64"), 1)
    assert line(arm, "functions") == pytest.approx(0.8 * line(estimate(Settings(), 1), "functions"), rel=0.01)


def test_characters_of_the_prompts_are_those_of_the_declaration():
    spec = Registry.load().get("stripe")
    for agent, grown in zip(declare(Settings(), []), declare(Settings(), [spec]), strict=True):
        tools = [{"name": t.gateway_name, "description": t.description, "input": t.input_schema} for t in agent.tools]
        counted = len(agent.prompt) + sum(len(json.dumps(tool)) for tool in tools)
        assert usage.AGENTS[agent.name].characters == pytest.approx(counted, rel=0.15), agent.name
        more = len(grown.prompt) - len(agent.prompt)
        assert more == (pytest.approx(usage.PROMPT_CHARACTERS_PER_API, rel=0.15) if agent.name == "generator" else 0)


def test_what_is_counted_is_what_the_program_makes():
    for protect in ("false", "true"):
        made = record(order("prod", apis=("stripe",), protect=protect))
        found = estimate(Settings(protect=protect == "true"), 1)
        zones = usage.ZONES_PROTECTED if protect == "true" else usage.ZONES
        assert len(made.of("VpcEndpoint")) == usage.ENDPOINTS
        assert [len(endpoint.inputs["subnetIds"]) for endpoint in made.of("VpcEndpoint")] == [zones]
        assert line(found, "network endpoints") == pytest.approx(7.30 * zones, abs=0.01)
        assert sum(len(one.inputs["domains"]) for one in made.of("ResolverFirewallDomainList")) == usage.DNS_DOMAINS
        assert len(made.of("Secret")) == 1


def test_functions_and_sessions_are_those_that_the_program_makes():
    made = record(order("dev", apis=("stripe",)))
    prefix = "agentic-api-developer-dev-"
    sizes = {
        one.inputs["name"].removeprefix(prefix).removesuffix("-stripe").replace("-", "_"): one.inputs["memorySize"]
        for one in made.of("Function")
    }
    assert sizes == usage.FUNCTION_MB
    assert set(usage.TOOLS) | set(usage.DELEGATION) | set(usage.QUEUE) == set(usage.FUNCTION_MB)
    idle = dict.fromkeys(usage.AGENTS, 900)
    for harness in made.of("AgentcoreHarness"):
        agent = harness.inputs["harnessName"].split("_")[2]
        for runtime in harness.inputs.get("environments", []):
            (times,) = runtime["agentcoreRuntimeEnvironments"][0]["lifecycleConfigurations"]
            idle[agent] = times["idleRuntimeSessionTimeout"]
    assert {agent: work.idle for agent, work in usage.AGENTS.items()} == idle


@pytest.mark.parametrize("variants", ["shared", "api"])
def test_transitions_of_the_workflow_are_those_of_its_straight_way(variants: str):
    settings = Settings(variants=variants)
    tools = {tool: StepFunction(f"arn:{tool}", 30) for tool in ("generate_code", "validate_code", "execute_code")}
    agents = generators(declare(settings, [Registry.load().get("stripe")]))
    machine = definition(agents, tools, partition="aws", regenerations=2)
    states: Any = machine["States"]
    at, passed = machine["StartAt"], 1
    while not (states[at].get("End") or states[at]["Type"] == "Succeed"):
        # The first choice is the way on; the others are for scripts that are not valid.
        at = states[at]["Choices"][0]["Next"] if states[at]["Type"] == "Choice" else states[at]["Next"]
        passed += 1
    assert passed + 1 == usage.WORKFLOW_TRANSITIONS + (variants == "api")


def test_every_price_says_where_it_is_from_or_that_it_was_not_verified():
    found = [value for value in vars(prices).values() if isinstance(value, Price)]
    assert len(found) > 15
    for price in found:
        assert price.usd > 0
        assert price.verified == bool(price.seen)


@pytest.mark.parametrize("backend", ["harness", "classic", "workflow"])
def test_table_of_the_page_is_what_the_code_says(backend: str):
    """Where it is not: `python -m agentic.costs` prints the table."""
    from agentic.costs.__main__ import table

    assert table(Settings(backend=backend)) in PAGE.read_text()
