"""A generator for each API (setting `variants`): each knows its own API alone; who asks them may ask these and no others."""

import json
from collections import Counter

import checks
import pytest
from recorded import Recorded, order, record, run_program, spec
from test_topology import CHECKS, table_of_rights

from agentic.topology.least_privilege import Planned, check

APIS = ("stripe", "other_api", "third")
BACKENDS = ("harness", "classic", "workflow")
PREFIX = "agentic-api-developer-dev"
ARN = "arn:aws-eusc:{service}:eu-central-1:111122223333:{rest}"
# Spelled as in the names of functions, harnesses and agents.
HYPHENS = [api.replace("_", "-") for api in APIS]
HARNESS = {
    api: ARN.format(service="bedrock-agentcore", rest=f"harness/aad_dev_generator_{api}_x7k2p9-0123456789") for api in APIS
}
ALIAS = {
    api: ARN.format(service="bedrock", rest=f"agent-alias/aad-dev-generator-{hyphens}/current")
    for api, hyphens in zip(APIS, HYPHENS, strict=True)
}


@pytest.fixture(scope="module")
def stacks() -> dict[tuple[str, str], Recorded]:
    """By backend and variants, each with three APIs."""
    return {
        (backend, variants): record(order(apis=APIS, backend=backend, variants=variants))
        for backend in BACKENDS
        for variants in ("shared", "api")
    }


def prompts(recorded: Recorded) -> dict[str, str]:
    """What each generator is told, by its name in Pulumi."""
    harnesses = {item.name: item.inputs["systemPrompts"][0]["text"] for item in recorded.of("AgentcoreHarness")}
    agents = {item.name: item.inputs["instruction"] for item in recorded.of("AgentAgent")}
    calls: dict[str, str] = {}
    for machine in recorded.of("StateMachine"):
        for name, state in json.loads(machine.inputs["definition"])["States"].items():
            if state.get("Resource", "").endswith(":converse"):
                calls[name.lower().replace("generate", "generator")] = state["Parameters"]["System"][0]["Text"]
    return {name: text for name, text in {**harnesses, **agents, **calls}.items() if name.startswith("generator")}


@pytest.mark.parametrize("backend", BACKENDS)
def test_each_variant_has_the_prompt_of_its_own_api_and_a_shared_generator_those_of_all(
    stacks: dict[tuple[str, str], Recorded], backend: str
):
    told = {api: spec(api).prompt for api in APIS}
    (shared,) = prompts(stacks[backend, "shared"]).values()
    assert all(text in shared for text in told.values()), "the control"
    variants = prompts(stacks[backend, "api"])
    assert len(variants) == len(APIS)
    for name, text in variants.items():
        own = [api for api in APIS if told[api] in text]
        assert len(own) == 1, name
        assert own[0].replace("_", "-") in name.replace("_", "-")


@pytest.mark.parametrize(("backend", "arns", "actions"), [
    ("harness", HARNESS, {"bedrock-agentcore:InvokeHarness", "bedrock-agentcore:InvokeAgentRuntime"}),
    ("classic", ALIAS, {"bedrock:InvokeAgent"}),
])  # fmt: skip
def test_who_asks_the_variants_may_ask_these_and_no_others(
    stacks: dict[tuple[str, str], Recorded], backend: str, arns: dict[str, str], actions: set[str]
):
    recorded = stacks[backend, "api"]
    rights = checks.allowed(recorded.policy(f"{PREFIX}-invoke-generator"))
    asking = {action: arn for action, arn in rights.items() if action.startswith("bedrock")}
    assert asking == dict.fromkeys(actions, sorted(arns.values()))
    variables = recorded.one("Function", "invoke-generator").inputs["environment"]["variables"]
    assert json.loads(variables["AGENTIC_AGENT_ARNS"]) == arns
    assert "AGENTIC_AGENT_ARN" not in variables
    # The executor is one for all.
    assert "AGENTIC_AGENT_ARN" in recorded.one("Function", "invoke-executor").inputs["environment"]["variables"]
    assert (
        "AGENTIC_AGENT_ARN" in stacks[backend, "shared"].one("Function", "invoke-generator").inputs["environment"]["variables"]
    )


def test_everything_else_may_do_what_it_may_with_a_shared_generator(stacks: dict[tuple[str, str], Recorded]):
    expected = table_of_rights(tuple(HYPHENS))
    assert list(checks.functions_have_their_rights(stacks["harness", "shared"], expected)) == []
    asking = expected[f"{PREFIX}-invoke-generator"]
    asking.update({action: sorted(HARNESS.values()) for action in asking if action.startswith("bedrock")})
    assert list(checks.functions_have_their_rights(stacks["harness", "api"], expected)) == []
    # The control: one of the variants too few is a fault.
    asking["bedrock-agentcore:InvokeHarness"] = asking["bedrock-agentcore:InvokeHarness"][1:]
    assert list(checks.functions_have_their_rights(stacks["harness", "api"], expected)) != []


def test_each_variants_gateway_has_its_one_tool_and_its_harness_no_other_gateway(stacks: dict[tuple[str, str], Recorded]):
    recorded = stacks["harness", "api"]
    for name in HYPHENS:
        rights = checks.allowed(recorded.policy(f"{PREFIX}-generator-{name}-gateway"))
        assert rights == {"lambda:InvokeFunction": [ARN.format(service="lambda", rest=f"function:{PREFIX}-generate-code")]}
        harness = recorded.one("AgentcoreHarness", f"generator-{name}-harness").inputs
        assert harness["allowedTools"] == [f"@generator-{name}/generate-code___generate_code"]
        (tool,) = harness["tools"]
        gateway = checks.allowed(recorded.policy(f"{PREFIX}-generator-{name}-harness"))["bedrock-agentcore:InvokeGateway"]
        assert gateway == [tool["config"]["agentcoreGateway"]["gatewayArn"]]


@pytest.mark.parametrize("variants", ["shared", "api"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_every_stack_keeps_every_rule(stacks: dict[tuple[str, str], Recorded], backend: str, variants: str):
    recorded = stacks[backend, variants]
    planned = [Planned(item.type, item.name, item.inputs) for item in recorded.resources if item.custom]
    assert [str(finding) for finding in check(planned)] == []
    # Written for the harness's roles.
    assert [fault for rule in CHECKS if backend == "harness" for fault in rule(recorded)] == []


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_function_that_runs_code_and_one_that_has_the_key_for_each_api(stacks: dict[tuple[str, str], Recorded], backend: str):
    """Whatever the generators are: "a function per API" is how it always is."""
    for variants in ("shared", "api"):
        names = [item.inputs["name"].removeprefix(f"{PREFIX}-") for item in stacks[backend, variants].of("Function")]
        assert {f"{function}-{api}" for function in ("run-code", "call-api") for api in HYPHENS} <= set(names)
        assert Counter(names).most_common(1)[0][1] == 1


# What a preview counts: of what there is once per API (two functions, a secret), and of a variant of each backend.
EACH_API = {"Function": 2, "Role": 2, "RolePolicy": 2, "LogGroup": 2, "Secret": 1}
EACH_VARIANT = {
    "harness": {
        "AgentcoreHarness": 1,
        "AgentcoreGateway": 1,
        "AgentcoreGatewayTarget": 1,
        "RandomString": 1,
        "Role": 2,
        "RolePolicy": 2,
        "LogGroup": 1,
    },
    "classic": {
        "AgentAgent": 1,
        "AgentAgentAlias": 1,
        "AgentAgentActionGroup": 1,
        "Permission": 1,
        "Role": 1,
        "RolePolicy": 1,
        "LogGroup": 1,
    },
    "workflow": {},
}


def counted(recorded: Recorded) -> Counter[str]:
    return Counter(item.type.rpartition(":")[2] for item in recorded.resources if item.custom)


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_a_further_api_and_a_further_variant_add(stacks: dict[tuple[str, str], Recorded], backend: str):
    one = counted(record(order(apis=APIS[:1], backend=backend)))
    three, variants = counted(stacks[backend, "shared"]), counted(stacks[backend, "api"])
    assert three - one == Counter({kind: 2 * number for kind, number in EACH_API.items()})
    assert one - three == Counter()
    assert variants - three == Counter({kind: 2 * number for kind, number in EACH_VARIANT[backend].items()})
    assert three - variants == Counter()


def test_names_that_become_too_long_with_an_apis_name_are_told_before_anything_is_made():
    long = order("a-stack-of-mine", apis=("a_very_long_name_of_an_api",), variants="api")
    assert "the harness name aad_a_stack_of_mine_generator_a_very_long_name_of_an_api_" in run_program(long)["error"]
    long["config"]["variants"] = "shared"
    assert "harness name" not in run_program(long).get("error", "")


def test_prompts_that_are_too_long_together_are_told_with_the_setting_that_parts_them():
    what = order(backend="classic")
    for one in what["specs"]:
        one["prompt"] = "x" * 12_000
    assert "agentic:variants api makes a generator for each" in run_program(what)["error"]
    what["config"]["variants"] = "api"
    assert "error" not in run_program(what)
