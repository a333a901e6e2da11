"""The offline model: a Strands model that plays the three agents by rules, with the plugins' recipes as its knowledge.

It knows an agent by the tools it is offered, and does what that agent's prompt asks for. It writes no code: the scripts
are the recipes' own, with parameters from the task's words. Token counts are estimates (four characters to a token).
"""

import json
import re
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, override

from pydantic import BaseModel
from strands.models.model import Model
from strands.types.content import Messages
from strands.types.streaming import StreamEvent
from strands.types.tools import ToolSpec

from agentic.agents.declaration import (
    ASK,
    DECLINE,
    EARLIER,
    EARLIER_ENDS,
    EXECUTE_CODE,
    GENERATE_CODE,
    INVOKE_EXECUTOR,
    INVOKE_GENERATOR,
    REFUSED,
    TO_CHOOSE,
    VALIDATE_CODE,
    either,
)
from agentic.agents.offline import Ask, NoMatch, match, match_in_session
from agentic.agents.offline.lexicon import stems
from agentic.core.errors import ModelError
from agentic.core.spec import Recipe
from agentic.local.agents.models import PROVIDERS
from agentic.local.agents.schema import as_object

_Output = TypeVar("_Output", bound=BaseModel)

_SAID = rf"(?:{EARLIER}\n(?P<before>(?:\{{[^\n]*\}}\n)*){EARLIER_ENDS}\n)?Task: (?P<task>.*)\Z"
_TASK = re.compile(rf"\AAPI: (?P<api>[^\n]*)\nHandle: (?P<handle>[^\n]*)\n{_SAID}", re.DOTALL)
_CHOOSING = re.compile(rf"\A{TO_CHOOSE}\n(?P<apis>(?:- [^\n]*\n)+)Handle: (?P<handle>[^\n]*)\n{_SAID}", re.DOTALL)
_API_TOLD = re.compile(r"^- (\w+): ([^\n]*) \(([^()\n]*)\)$", re.MULTILINE)
_STORED = re.compile(r"\AHandle: (?P<handle>[^\n]*)\nCode key: (?P<code_key>[^\n]*)\Z")
_MODELS = ", ".join(f"{provider}:ID" for provider in PROVIDERS)
# Of each API, where several are on offer.
_OFFERED = 5
_STILL_RUNNING, _PAUSED = "still_running", "paused"
_LONGEST_ANSWER = 2000
_CONTEXT_WINDOW = 200_000
_CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class _Turn:
    """What the model says next: a text, or one tool call."""

    text: str = ""
    tool: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class _Result:
    """The last tool call of the conversation and what came back. `data` is empty when the answer is no JSON object."""

    tool: str
    arguments: Mapping[str, str]
    is_error: bool
    text: str
    data: Mapping[str, Any]


class OfflineModel(Model):
    """Answers without any model. `recipes` gives an API's recipes by the API's name."""

    def __init__(self, recipes: Callable[[str], Sequence[Recipe]]) -> None:
        self._recipes = recipes

    @override
    def update_config(self, **model_config: Any) -> None:
        """There is nothing to configure."""

    @override
    def get_config(self) -> dict[str, Any]:
        return {"model_id": "offline", "context_window_limit": _CONTEXT_WINDOW}

    @override
    async def structured_output(
        self, output_model: type[_Output], prompt: Messages, system_prompt: str | None = None, **kwargs: Any
    ) -> AsyncGenerator[dict[str, _Output | Any], None]:
        raise ModelError("the offline model cannot give structured output", hint="choose a real model with --model")
        yield {}

    @override
    async def stream(
        self, messages: Messages, tool_specs: list[ToolSpec] | None = None, system_prompt: str | None = None, **kwargs: Any
    ) -> AsyncIterator[StreamEvent]:
        # Tools carry a gateway's prefix: the names they are called by, under their own names.
        tools = {spec["name"].rpartition("___")[2]: spec["name"] for spec in tool_specs or []}
        turn = self._turn(tools.keys(), _first_text(messages), _last_result(messages))
        for chunk in _chunks(turn, tools.get(turn.tool, "")):
            yield chunk
        said = len(turn.text) + len(json.dumps(dict(turn.arguments)))
        heard = len(system_prompt or "") + len(json.dumps([messages, tool_specs], default=str))
        tokens = [-(-count // _CHARACTERS_PER_TOKEN) for count in (heard, said)]
        usage = {"inputTokens": tokens[0], "outputTokens": tokens[1], "totalTokens": sum(tokens)}
        yield {"metadata": {"usage": usage, "metrics": {"latencyMs": 0}}}  # pyright: ignore[reportReturnType]

    def _turn(self, tools: Any, message: str, result: _Result | None) -> _Turn:
        if {INVOKE_GENERATOR.name, INVOKE_EXECUTOR.name} <= tools:
            choosing = _CHOOSING.match(message)
            return self._chooser(choosing) if choosing else _orchestrator(message, result)
        if GENERATE_CODE.name in tools:
            return self._generator(message, result)
        if {VALIDATE_CODE.name, EXECUTE_CODE.name} <= tools:
            return _executor(message, result)
        return _Turn("The offline model only plays the agents of this project. Choose a real model with --model.")

    def _chooser(self, message: re.Match[str]) -> _Turn:
        """Rules have told no API, and it knows no more than these: the person decides, unless nothing here is like the task."""
        names, titles, words = zip(*_API_TOLD.findall(message["apis"]), strict=True)
        results = [match(message["task"], self._recipes(name)) for name in names]
        tasks = [task for result in results if isinstance(result, NoMatch) for task in result.tasks[:_OFFERED]]
        if stems(" ".join(words)) & stems(message["task"]) or not all(isinstance(result, NoMatch) for result in results):
            return _Turn(f"{ASK} which API")
        return _Turn(f"{DECLINE} the offline model has no recipe like this task for {either(titles)}\n{_offer(tasks)}")

    def _generator(self, message: str, result: _Result | None) -> _Turn:
        asked = _TASK.match(message)
        if asked is None:
            return _Turn(f"{DECLINE} the message has no task")
        if result is not None:
            return _Turn(_problem(result) if result.is_error else "stored")
        # Where validation has refused its script, the same task gets the same script again: it knows no other.
        task = asked["task"].partition(f"\n\n{REFUSED}\n")[0]
        found = match_in_session(task, self._recipes(asked["api"]), _ids(asked["before"], asked["api"]))
        if isinstance(found, NoMatch):
            return _Turn(f"{DECLINE} {found.message}\n{_offer(found.tasks)}")
        if isinstance(found, Ask):
            return _Turn(f"{ASK} {found.question}")
        return _Turn(tool=GENERATE_CODE.name, arguments={"handle": asked["handle"], "code": found.script})


def _ids(before: str | None, api: str) -> list[list[str]]:
    """The ids of a session's turns with one API, in their order. Nothing else that the message tells is looked at."""
    turns = [as_object(json.loads(line)) for line in (before or "").split("\n") if line]
    gone = {str(name) for turn in turns for name in turn.get("gone") or ()}
    told = [[str(name) for name in turn.get("ids") or ()] for turn in turns if turn.get("api") == api]
    return [[name for name in ids if name not in gone] for ids in told]


def _offer(tasks: Sequence[str]) -> str:
    """What the person can do next, told below the line that declines."""
    known = ["it can do:", *(f"  {task}" for task in tasks)] if tasks else []
    return "\n".join([*known, f"for other tasks choose a real model: --model {_MODELS}"])


def _orchestrator(message: str, result: _Result | None) -> _Turn:
    asked = _TASK.match(message)
    if asked is None:
        return _Turn("The message has no task.")
    if result is None:
        return _Turn(tool=INVOKE_GENERATOR.name, arguments={"handle": asked["handle"]})
    status = result.data.get("status")
    if result.is_error:
        return _Turn(_problem(result))
    if status == _STILL_RUNNING:
        return _Turn(tool=result.tool, arguments=result.arguments)
    if status == _PAUSED:
        return _Turn("A write waits for your approval; it has not been sent.")
    if result.tool == INVOKE_GENERATOR.name and status == "done":
        arguments = {"handle": asked["handle"], "code_key": str(result.data.get("code_key", ""))}
        return _Turn(tool=INVOKE_EXECUTOR.name, arguments=arguments)
    return _Turn(_report(result.data) if status == "completed" else _problem(result))


def _executor(message: str, result: _Result | None) -> _Turn:
    asked = _STORED.match(message)
    if asked is None:
        return _Turn("The message has no code key.")
    if result is None:
        return _Turn(tool=VALIDATE_CODE.name, arguments=asked.groupdict())
    if result.is_error:
        return _Turn(_problem(result))
    if result.tool == VALIDATE_CODE.name:
        if result.data.get("valid") is True:
            return _Turn(tool=EXECUTE_CODE.name, arguments=asked.groupdict())
        return _Turn("Validation failed; the script was not run.")
    if result.data.get("status") == _PAUSED:
        return _Turn("A write of the script waits for approval; it has not been sent.")
    return _Turn(f"The script ended: {result.data.get('status', 'unknown')}.")


def _report(data: Mapping[str, Any]) -> str:
    """The script prints what it did, with the API's ids; that is the answer."""
    printed = str(data.get("stdout") or "").strip()
    return printed[:_LONGEST_ANSWER] or f"Done, with {len(data.get('calls') or ())} API calls; the script printed nothing."


def _problem(result: _Result) -> str:
    said = (
        result.data.get("message") or result.data.get("stderr") or (result.text if result.is_error or not result.data else "")
    )
    return str(said).strip()[:_LONGEST_ANSWER] or f"{result.tool} answered {result.data.get('status', 'nothing')}."


def _first_text(messages: Messages) -> str:
    for message in messages:
        if message["role"] == "user":
            return "\n".join(block["text"] for block in message["content"] if "text" in block)
    return ""


def _last_result(messages: Messages) -> _Result | None:
    """The answer to the last tool call; None at the beginning."""
    uses = {
        block["toolUse"]["toolUseId"]: block["toolUse"] for item in messages for block in item["content"] if "toolUse" in block
    }
    results = [block["toolResult"] for block in messages[-1]["content"] if "toolResult" in block] if messages else []
    if not results or results[-1]["toolUseId"] not in uses:
        return None
    use, last = uses[results[-1]["toolUseId"]], results[-1]
    text = "\n".join(part["text"] for part in last["content"] if "text" in part)
    try:
        data = as_object(json.loads(text))
    except ValueError:
        data = {}
    return _Result(use["name"].rpartition("___")[2], use["input"], last["status"] == "error", text, data)


def _chunks(turn: _Turn, tool_name: str) -> list[StreamEvent]:
    if not turn.tool:
        start: Any = {}
        delta: Any = {"text": turn.text}
    else:
        start = {"toolUse": {"toolUseId": f"tooluse_{secrets.token_hex(8)}", "name": tool_name}}
        delta = {"toolUse": {"input": json.dumps(dict(turn.arguments), ensure_ascii=False)}}
    return [
        {"messageStart": {"role": "assistant"}},
        {"contentBlockStart": {"start": start}},
        {"contentBlockDelta": {"delta": delta}},
        {"contentBlockStop": {}},
        {"messageStop": {"stopReason": "tool_use" if turn.tool else "end_turn"}},
    ]
