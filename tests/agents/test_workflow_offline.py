"""The offline model as the workflow's generator: asked through Converse, with the state machine's own request."""

from typing import Any

import pytest

from agentic.agents.declaration import GENERATOR, declare, generator_message, generator_message_again
from agentic.agents.workflow import StepFunction, definition
from agentic.apis.stripe import agentic_apis
from agentic.core.settings import Settings
from agentic.local.agents.converse import Converse
from agentic.local.agents.models import Models
from agentic.local.workflows import spelling

HANDLE = "run_0123456789abcdef.0123456789012345678901"
TASK = "Create a Stripe customer named Alice"


def asked(message: str) -> dict[str, Any]:
    """What the model answers, in the state machine's spelling."""
    specs = list(agentic_apis())
    generator = next(agent for agent in declare(Settings(), specs) if agent.name == GENERATOR)
    functions = {name: StepFunction(name, 30) for name in ("generate_code", "validate_code", "execute_code")}
    parameters = definition({"": generator}, functions, partition="aws", regenerations=2)["States"]["Generate"]["Parameters"]
    request = spelling.request({**parameters, "Messages": [{"Role": "user", "Content": [{"Text": message}]}]})
    models = Models(lambda api: next(spec for spec in specs if spec.name == api).recipes)
    model_id = request.pop("modelId")
    return spelling.response(Converse(models).converse_for("run_0123456789abcdef", model_id, request, {}))


def script(answer: dict[str, Any]) -> str:
    (block,) = answer["Output"]["Message"]["Content"]
    return block["ToolUse"]["Input"]["code"]


def test_it_writes_the_script_of_the_task():
    answer = asked(generator_message(TASK, "stripe", HANDLE))
    assert answer["StopReason"] == "tool_use"
    assert "Alice" in script(answer)
    assert answer["Usage"]["InputTokens"] > 0


def test_it_knows_no_other_script_after_a_refusal_and_takes_nothing_from_what_was_refused():
    first = script(asked(generator_message(TASK, "stripe", HANDLE)))
    again = generator_message_again(TASK, "stripe", HANDLE, "print('Bob')", [("validation", "line 1: other: not so")])
    assert script(asked(again)) == first
    assert script(asked(generator_message(TASK.replace("Alice", "Bob"), "stripe", HANDLE))) != first, "the control"


@pytest.mark.parametrize(("task", "word"), [("Fly to the moon", "DECLINE:"), ("Create a customer", "ASK:")])
def test_it_declines_and_asks_in_words(task: str, word: str):
    answer = asked(generator_message(task, "stripe", HANDLE))
    assert answer["StopReason"] == "end_turn"
    assert answer["Output"]["Message"]["Content"][0]["Text"].startswith(word)
