"""Whole runs with real model protocols: a local server speaks each and plays the three agents, well or badly."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import Command

sys.path.insert(0, str(Path(__file__).parent.parent / "models"))

from model_server import Call, Fail, ModelServer, Say, Turn

SCRIPT = """Here it is:
```python
import os
import stripe

stripe.api_key = os.environ["STRIPE_API_KEY"]
print("Created", stripe.Customer.create(name="Grace").id)
```"""
TASK = "Create a Stripe customer named Grace"


def tool(name: str) -> str:
    return f"{name.replace('_', '-')}___{name}"


class Cast(ModelServer):
    """Plays orchestrator, generator and executor by what each request offers and already has."""

    def __init__(self, play: Callable[[str, str], Turn | None] = lambda agent, text: None) -> None:
        super().__init__([Say("unused")])
        self._play = play

    def next_turn(self) -> Turn:
        text = json.dumps(self.requests[-1], ensure_ascii=False)
        agent = next(name for name in ("invoke_generator", "generate_code", "execute_code") if tool(name) in text)
        return self._play(agent, text) or self._well(agent, text)

    def _well(self, agent: str, text: str) -> Turn:
        handle = re.findall(r"run_[0-9a-f]{16}\.[\w-]{22}", text)[0]
        keys = re.findall(r"generated/stripe/[\w.]+\.py", text)
        match agent:
            case "invoke_generator" if not keys:
                return Call(tool("invoke_generator"), {"handle": handle})
            case "invoke_generator" if "api_calls" not in text:
                return Call(tool("invoke_executor"), {"handle": handle, "code_key": keys[0]})
            case "generate_code" if not keys:
                return Call(tool("generate_code"), {"handle": handle, "code": SCRIPT})
            case "execute_code" if not re.search(r'valid\\*": ?(true|false)', text):
                return Call(tool("validate_code"), {"handle": handle, "code_key": keys[0]})
            case "execute_code" if "stdout" not in text:
                return Call(tool("execute_code"), {"handle": handle, "code_key": keys[0]})
            case _:
                return Say(f"All done: {', '.join(re.findall(r'cus_[A-Za-z0-9]+', text))}")


def environment(provider: str, url: str) -> dict[str, str]:
    return {
        "openai": {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": f"{url}/v1"},
        "anthropic": {"ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": url},
        "ollama": {"OLLAMA_HOST": url},
        "bedrock": {
            "AWS_ACCESS_KEY_ID": "k",
            "AWS_SECRET_ACCESS_KEY": "s",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url,
        },
    }[provider]


MODELS = {"openai": "openai:test", "anthropic": "anthropic:test", "ollama": "ollama:test", "bedrock": "bedrock:us.test.model-1"}


@contextmanager
def playing(cast: Cast, provider: str = "openai") -> Iterator[tuple[str, dict[str, str]]]:
    with cast:
        yield MODELS[provider], environment(provider, cast.url)


@pytest.mark.parametrize("provider", MODELS)
def test_a_whole_run_by_a_real_models_protocol(shared: Command, provider: str):
    with playing(Cast(), provider) as (model, env):
        done = shared("run", TASK, "--model", model, "--json", env=env)
    assert done.exit == 0, done
    result = done.json
    assert re.fullmatch(r"All done: cus_\w{14}", result["answer"])
    assert result["outcome"]["stdout"].startswith("Created cus_")
    assert "```" not in result["code"]
    assert result["usage"]["model_calls"] == 8
    assert result["usage"]["model"] == model


def test_the_key_of_the_model_is_in_no_file(agentic: Command):
    with playing(Cast(), "anthropic") as (model, env):
        assert agentic("run", TASK, "--model", model, env={**env, "ANTHROPIC_API_KEY": "planted-4711"}).exit == 0
    agentic("local", "stop")
    files = [path for path in agentic.home.rglob("*") if path.is_file()]
    assert len(files) > 10
    assert [path for path in files if b"planted-4711" in path.read_bytes()] == []


def generator_says(turn: Turn) -> Callable[[str, str], Turn | None]:
    return lambda agent, text: turn if agent == "generate_code" else None


BAD: dict[str, tuple[Callable[[str, str], Turn | None], int, str]] = {
    "prose instead of a call": (generator_says(Say("I would use stripe.Customer.create.")), 1, "the generator wrote no script"),
    "an empty answer": (generator_says(Say("")), 1, "the generator wrote no script"),
    "endless calls": (generator_says(Call(tool("generate_code"), {"handle": "x"})), 1, "max_iterations_exceeded"),
    "a wrong tool": (generator_says(Call("shell", {"command": "ls"})), 1, "the generator wrote no script"),
    "broken arguments": (generator_says(Call(tool("generate_code"), '{"handle": ')), 1, "the generator"),
    "a declined task": (generator_says(Say("DECLINE: not with this API")), 4, "not with this API"),
    "a question": (generator_says(Say("ASK: which customer?")), 5, "which customer?"),
    "a wrong key": (lambda agent, text: Fail(401), 1, "OPENAI_API_KEY"),
    "an orchestrator that only talks": (
        lambda agent, text: Say("Done! I created cus_invented."),
        1,
        "before the task was done",
    ),
    "an executor that only talks": (
        lambda agent, text: Say("It ran fine.") if agent == "execute_code" else None,
        1,
        "the executor did not run the script",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_model_that_answers_badly_ends_the_run_with_one_clear_line(shared: Command, name: str):
    play, code, said = BAD[name]
    cast = Cast(play)
    with playing(cast) as (model, env):
        done = shared("run", TASK, "--model", model, env=env)
    assert done.exit == code, done
    assert said in done.err
    assert "cus_" not in done.out, "nothing is claimed that the record does not have"
    assert len(cast.requests) <= 24


def test_a_model_that_hardly_knows_python_is_told_where(shared: Command):
    def play(agent: str, text: str) -> Turn | None:
        if agent == "generate_code" and "generated/" not in text:
            handle = re.findall(r"run_[0-9a-f]{16}\.[\w-]{22}", text)[0]
            return Call(tool("generate_code"), {"handle": handle, "code": "import os\n\n\n\nprint((\n"})
        return None

    with playing(Cast(play)) as (model, env):
        done = shared("run", TASK, "--model", model, env=env)
    assert done.exit == 4
    assert "Code validation failed: SyntaxError at line 5" in done.err


def test_an_injected_agent_cannot_change_what_runs(shared: Command):
    """An orchestrator that passes its own code, another key, write mode and a foreign handle changes nothing."""

    def play(agent: str, text: str) -> Turn | None:
        if agent == "invoke_generator" and "generated/" in text and "api_calls" not in text and "refused" not in text:
            handle = re.findall(r"run_[0-9a-f]{16}\.[\w-]{22}", text)[0]
            return Call(
                tool("invoke_executor"),
                {"handle": handle, "code_key": "generated/stripe/other.py", "code": "print(1)", "writes": "allow"},
            )
        return None

    with playing(Cast(play)) as (model, env):
        result = shared("run", TASK, "--model", model, "--writes", "refuse", "--json", env=env).json
    assert result["status"] == "failed"
    assert {call["status"] for call in result["calls"] if call["write"]} <= {403}
