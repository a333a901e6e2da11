"""Whole runs on a stack with `agentic:backend: classic`: the same job, the same results, the same errors as with harnesses."""

import dataclasses
import queue
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from agentic import LocalCloud
from agentic.core.values import RunResult, RunStatus, to_json
from agentic.local.trace import Event, ignore

sys.path.insert(0, str(Path(__file__).parent.parent / "models"))

from model_server import Call, ModelServer, Say, Turn

pytestmark = pytest.mark.cloud

ZOE = "Create a Stripe customer named Zoë Quist with email zoe@quist.example"
SCRIPT = (
    'import os\nimport stripe\n\nstripe.api_key = os.environ["STRIPE_API_KEY"]\nprint(stripe.Customer.create(name="Z").id)\n'
)
BROKEN = "import os\n\n\n\nprint((\n"
SLOW = "import time\ntime.sleep(25)\n"
TOOLS = ("invoke_generator", "invoke_executor", "generate_code", "validate_code", "execute_code")


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    folder = tmp_path_factory.mktemp("classic") / ".agentic"
    with LocalCloud(folder, config={"agentic:backend": "classic", "agentic:apis": '["stripe"]'}) as cloud:
        yield cloud


class Cast(ModelServer):
    """Plays the three agents by what they are offered; the generator writes `script`, unless `play` says otherwise."""

    def __init__(self, script: str, play: Callable[[str], Turn | None] = lambda agent: None) -> None:
        super().__init__([Say("unused")])
        self._written = script
        self._play = play

    def next_turn(self) -> Turn:
        request = self.requests[-1]
        offered = {tool["function"]["name"] for tool in request["tools"]}
        assert offered <= set(TOOLS), "a Classic agent's tools have the functions' own names"
        agent = next(name for name in ("invoke_generator", "generate_code", "execute_code") if name in offered)
        return self._play(agent) or self._well(agent, request["messages"])

    def _well(self, agent: str, messages: list[dict[str, Any]]) -> Turn:
        told = str(messages[1:])
        handle = re.findall(r"run_[0-9a-f]{16}\.[\w-]{22}", told)[0]
        keys = re.findall(r"generated/stripe/[\w.]+\.py", told)
        done = [message for message in messages if message["role"] == "tool"]
        match agent, len(done):
            case "invoke_generator", 0:
                return Call("invoke_generator", {"handle": handle})
            case "invoke_generator", 1 if keys:
                return Call("invoke_executor", {"handle": handle, "code_key": keys[0]})
            case "generate_code", 0:
                return Call("generate_code", {"handle": handle, "code": self._written})
            case "execute_code", 0:
                return Call("validate_code", {"handle": handle, "code_key": keys[0]})
            case "execute_code", 1 if re.search(r'valid\\*": ?true', told):
                return Call("execute_code", {"handle": handle, "code_key": keys[0]})
            case _:
                return Say("That is how it ended.")


def run(cloud: LocalCloud, cast: Cast, on_event: Callable[[Event], None] = ignore) -> RunResult:
    with cast:
        asked = cloud.request({"task": ZOE, "model": "openai:test"})
        credentials = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": f"{cast.url}/v1"}
        return cloud.carry_out(asked, credentials=credentials, on_event=on_event)


def test_a_run_gives_the_same_contract_with_a_real_result(cloud: LocalCloud):
    events: list[Any] = []
    result = cloud.run(ZOE, on_event=events.append)
    shown = to_json(result)
    promised = "run_id status api task answer code_ref code verdict outcome calls usage timings_ms error pending"
    promised += " created_at steps earlier"
    assert list(shown) == promised.split()
    assert (shown["status"], shown["error"]) == ("completed", None)
    assert re.search(r"cus_[A-Za-z0-9]{14}", shown["answer"])
    assert [(call["method"], call["status"]) for call in shown["calls"]] == [("POST", 200)]
    assert shown["calls"][0]["params"] == {"name": "Zoë Quist", "email": "zoe@quist.example"}
    assert (shown["usage"]["model_calls"], shown["usage"]["model"]) == (8, "offline")
    assert shown["usage"]["input_tokens"] > 1000
    steps = [(event.facts["agent"], event.name) for event in events if (event.kind, event.phase) == ("tool", "end")]
    assert steps == [
        ("generator", "generate_code"),
        ("orchestrator", "invoke_generator"),
        ("executor", "validate_code"),
        ("executor", "execute_code"),
        ("orchestrator", "invoke_executor"),
    ]


def test_the_runs_own_model_plays_all_three_agents(cloud: LocalCloud):
    cast = Cast(SCRIPT)
    result = run(cloud, cast)
    assert (result.status, result.usage.model, result.usage.model_calls) == (RunStatus.COMPLETED, "openai:test", 8)
    assert len(cast.requests) == 8
    assert result.answer == "That is how it ended."


def test_an_invalid_script_is_told_with_its_line_and_not_run(cloud: LocalCloud):
    result = run(cloud, Cast(BROKEN))
    assert (result.status, result.calls, result.outcome) == (RunStatus.REFUSED, (), None)
    assert result.error
    assert result.error.message == "Code validation failed: SyntaxError at line 5"


@pytest.mark.parametrize(
    ("task", "status", "said"),
    [
        ("Write me a poem about the sea", RunStatus.REFUSED, "--model"),
        ("Refund a payment", RunStatus.ASKS, "?"),
    ],
)
def test_a_task_is_declined_or_asked_back(cloud: LocalCloud, task: str, status: RunStatus, said: str):
    result = cloud.run(task)
    assert result.status is status
    assert result.error
    assert said in f"{result.error.message} {result.error.hint}"


def test_a_person_can_end_a_run_while_its_script_runs(cloud: LocalCloud):
    started: queue.SimpleQueue[str] = queue.SimpleQueue()
    results: list[RunResult] = []

    def heard(event: Event) -> None:
        if (event.kind, event.phase) == ("function", "start") and "-run-code-" in event.name:
            started.put(event.run_id)

    thread = threading.Thread(target=lambda: results.append(run(cloud, Cast(SLOW), heard)))
    thread.start()
    cloud.cancel(started.get(timeout=60))
    thread.join(20)
    assert [result.status for result in results] == [RunStatus.CANCELLED]


@pytest.mark.parametrize(
    ("play", "status", "said"),
    [
        (
            lambda agent: Say("Done! cus_invented") if agent == "invoke_generator" else None,
            "failed",
            "before the task was done",
        ),
        (lambda agent: Say("Some prose.") if agent == "generate_code" else None, "failed", "the generator wrote no script"),
        (lambda agent: Say("It ran.") if agent == "execute_code" else None, "failed", "the executor did not run the script"),
        (lambda agent: Say("DECLINE: not this") if agent == "generate_code" else None, "refused", "not this"),
        (
            lambda agent: Call("generate_code", {"handle": "x"}) if agent == "generate_code" else None,
            "failed",
            "max_iterations",
        ),
        (
            lambda agent: (
                Call("generate_code", {"handle": "run_0000000000000000.x", "code": "print(1)"})
                if agent == "generate_code"
                else None
            ),
            "failed",
            "max_iterations",
        ),
    ],
)
def test_agents_that_behave_badly_end_the_run_with_one_line(cloud: LocalCloud, play: Any, status: str, said: str):
    result = run(cloud, Cast(SCRIPT, play))
    assert (result.status, result.calls) == (status, ())
    assert result.error
    assert said in result.error.message
    assert "\n" not in result.error.message


@contextmanager
def without_permission(cloud: LocalCloud, tool: str) -> Iterator[None]:
    """While no agent may call the tool's function."""
    policies = cloud._account.function_policies
    (arn,) = [arn for arn in policies._statements if arn.endswith(tool)]
    kept = policies._statements[arn]
    for statement_id in kept:
        policies.remove(arn, statement_id)
    try:
        yield
    finally:
        for permission in kept.values():
            policies.add(arn, permission)


@pytest.mark.parametrize("tool", [tool.replace("_", "-") for tool in TOOLS])
def test_a_tool_that_lets_its_agent_not_in_fails_the_run_by_name(cloud: LocalCloud, tool: str):
    """Each of the five permissions is needed; with all of them the same task completes."""
    with without_permission(cloud, tool):
        result = cloud.run("Show my Stripe balance")
    assert result.status is RunStatus.FAILED
    assert result.error
    assert f"{tool} for arn:aws:bedrock:" in result.error.message
    assert cloud.run("Show my Stripe balance").status is RunStatus.COMPLETED


def aliases(cloud: LocalCloud) -> dict[str, tuple[str, str]]:
    """Agent and alias id by the agent's short name."""
    book: Any = cloud._account.classic
    return {
        agent.draft.name.rpartition("-")[2]: (agent_id, next(iter(agent.aliases))) for agent_id, agent in book._agents.items()
    }


def ask(client: Any, agent_id: str, alias_id: str) -> str:
    answer = client.invoke_agent(agentId=agent_id, agentAliasId=alias_id, sessionId="a-session", inputText="Hello")
    assert answer["contentType"] == "application/json"
    return b"".join(event["chunk"]["bytes"] for event in answer["completion"]).decode()


def test_only_who_may_ask_an_alias_can(cloud: LocalCloud):
    """invoke_generator may ask the generator, and nobody else; a tool may ask none. The operator's boto3 is unchanged."""
    endpoint, known = cloud._account.endpoint, aliases(cloud)
    assert ask(endpoint.client("bedrock-agent-runtime"), *known["generator"]).startswith("DECLINE")

    def as_role_of(function: str) -> Any:
        functions: Any = cloud._account.functions
        declaration = functions._find(f"agentic-api-developer-dev-{function}")[0].declaration
        return endpoint.client("bedrock-agent-runtime", declaration.role_arn)

    assert ask(as_role_of("invoke-generator"), *known["generator"]).startswith("DECLINE")
    for function, agent in (("invoke-generator", "executor"), ("invoke-executor", "generator"), ("validate-code", "executor")):
        with pytest.raises(ClientError) as caught:
            ask(as_role_of(function), *known[agent])
        assert caught.value.response["Error"]["Code"] == "AccessDeniedException"


def test_what_is_not_there_is_told_as_aws_tells_it(cloud: LocalCloud):
    client = cloud._account.endpoint.client("bedrock-agent-runtime")
    with pytest.raises(ClientError) as caught:
        ask(client, aliases(cloud)["generator"][0], "NOTHING123")
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
    assert type(caught.value).__name__ == "ResourceNotFoundException", "modelled, not only named"


def test_a_changed_agent_answers_as_before_until_its_alias_follows(cloud: LocalCloud):
    """The alias is at a version: a draft that would break every run, even prepared, reaches nobody."""
    book: Any = cloud._account.classic
    agent_id, _ = aliases(cloud)["orchestrator"]
    draft = book._agents[agent_id].draft
    book.put_agent(dataclasses.replace(draft, role_arn="arn:aws:iam::123456789012:role/nobody"))
    book.prepare(agent_id)
    try:
        assert cloud.run("Show my Stripe balance").status is RunStatus.COMPLETED
        alias = next(iter(book._agents[agent_id].aliases.values()))
        book.put_alias(agent_id, dataclasses.replace(alias, version="", description="followed"))
        refused = cloud.run("Show my Stripe balance")
        assert refused.error
        assert "role/nobody is not allowed to bedrock:InvokeModel" in refused.error.message
    finally:
        book.put_agent(draft)
        book.prepare(agent_id)
        book.put_alias(agent_id, dataclasses.replace(alias, version="", description="back"))
