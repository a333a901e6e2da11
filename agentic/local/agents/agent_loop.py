"""One agent invocation on Strands, as a stream of wire events. The only module that knows Strands' agent loop."""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Coroutine, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from strands import Agent
from strands.agent.conversation_manager import NullConversationManager
from strands.models.model import Model
from strands.tools.tools import PythonAgentTool
from strands.types.content import Messages
from strands.types.exceptions import MaxTokensReachedException
from strands.types.tools import ToolResult, ToolSpec, ToolUse

from agentic.core.errors import AgenticError
from agentic.local.agents.bridge import drive
from agentic.local.agents.gateway import GatewayTool
from agentic.local.agents.model_errors import Reach, model_error
from agentic.local.agents.schema import as_object
from agentic.local.agents.watched_model import WatchedModel
from agentic.local.agents.wire import Wire, WireMessages
from agentic.local.trace import Event, Observer

# Strands logs what a model does wrong; without a handler Python would print it over the person's terminal.
logging.getLogger("strands").addHandler(logging.NullHandler())

_LIMIT_REACHED = "limit_turns"
_BROKEN = "The arguments were not valid JSON. Call the tool again with one JSON object that fits its schema."

# What of a tool's answer is for people who watch: small, and never the script's output.
_TOLD = ("status", "code_key", "valid", "message", "exit")


@dataclass(frozen=True, slots=True)
class LoopTool:
    """A tool, and the blocking call behind it: arguments to (is_error, JSON payload)."""

    offer: GatewayTool
    call: Callable[[Any], tuple[bool, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLoop:
    """What one invocation runs with. `agent` is the name that the observer is told."""

    agent: str
    run_id: str
    model: Model
    reach: Reach
    system_prompt: str
    tools: Sequence[LoopTool]
    max_iterations: int
    timeout_seconds: float
    observer: Observer

    def events(self, messages: list[dict[str, Any]]) -> Iterator[Wire]:
        """Runs the agent in the calling thread. What fails before the first event is raised, here and now."""

        def work(emit: Callable[[Wire], None]) -> Coroutine[Any, Any, None]:
            return self._run(messages, emit)

        stream = drive(work)
        return _resume(next(stream), stream)

    async def _run(self, messages: list[dict[str, Any]], emit: Callable[[Wire], None]) -> None:
        started = time.perf_counter()
        self.observer(Event("agent", "start", self.agent, self.run_id))
        progress = _Progress(emit)
        model = WatchedModel(self.model, self.reach, self.observer, self.run_id)
        clock = asyncio.timeout(self.timeout_seconds)
        try:
            async with clock:
                await self._converse(model, messages, progress)
        except MaxTokensReachedException:
            pass  # the model's own stop reason has gone out already
        except TimeoutError as error:
            if clock.expired():
                progress.stop("timeout_exceeded")
            else:
                progress.fail(model_error(error, self.reach))
        except Exception as error:  # noqa: BLE001 - never a 5xx, which boto3 would answer by running the agent again
            progress.fail(error if isinstance(error, AgenticError) else model_error(error, self.reach))
        finally:
            await model.aclose()
            duration = (time.perf_counter() - started) * 1000
            facts = {"stop_reason": progress.stop_reason or "interrupted", "turns": progress.turns}
            self.observer(Event("agent", "end", self.agent, self.run_id, facts, duration))

    async def _converse(self, model: WatchedModel, messages: list[dict[str, Any]], progress: "_Progress") -> None:
        agent = Agent(
            model=model,
            system_prompt=self.system_prompt,
            tools=[self._strands_tool(tool, model) for tool in self.tools],
            callback_handler=None,
            conversation_manager=NullConversationManager(),
            retry_strategy=None,  # the providers' clients try once more; an agent must not multiply that
        )
        async for event in agent.stream_async(cast("Messages", messages), limits={"turns": self.max_iterations}):
            if "event" in event:
                progress.chunk(event["event"])
            elif "message" in event and event["message"]["role"] == "user":
                progress.tool_results(event["message"])
            elif "result" in event and event["result"].stop_reason == _LIMIT_REACHED:
                progress.stop("max_iterations_exceeded")

    def _strands_tool(self, tool: LoopTool, model: WatchedModel) -> PythonAgentTool:
        async def call(tool_use: ToolUse, **_: Any) -> ToolResult:
            if tool_use["toolUseId"] in model.broken_arguments:
                is_error, payload = True, _BROKEN
            else:
                is_error, payload = await asyncio.to_thread(self._call, tool, tool_use["input"])
            text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
            status = "error" if is_error else "success"
            return {"toolUseId": tool_use["toolUseId"], "status": status, "content": [{"text": text}]}

        offer = tool.offer
        schema = {"json": dict(offer.input_schema)}
        spec: ToolSpec = {"name": offer.name, "description": offer.description, "inputSchema": schema}
        return PythonAgentTool(offer.name, spec, call)

    def _call(self, tool: LoopTool, arguments: Any) -> tuple[bool, Any]:
        name = tool.offer.name.rpartition("___")[2]
        started = time.perf_counter()
        self.observer(Event("tool", "start", name, self.run_id, {"agent": self.agent}))
        is_error, payload = True, None
        try:
            is_error, payload = tool.call(arguments)
            return is_error, payload
        finally:
            answer = as_object(payload)
            told = {fact: answer[fact] for fact in _TOLD if fact in answer}
            facts = {"agent": self.agent, "error": is_error, **told}
            self.observer(Event("tool", "end", name, self.run_id, facts, (time.perf_counter() - started) * 1000))


class _Progress:
    """Sends events out and remembers what has been sent."""

    def __init__(self, emit: Callable[[Wire], None]) -> None:
        self._emit = emit
        self._wire = WireMessages()
        self._begun = False
        self.turns = 0
        self.stop_reason = ""

    def chunk(self, chunk: dict[str, Any]) -> None:
        self.turns += "messageStart" in chunk
        self._send(self._wire.chunk(chunk))

    def tool_results(self, message: dict[str, Any]) -> None:
        self._send(self._wire.tool_results(message))

    def stop(self, reason: str) -> None:
        self._send(self._wire.stop(reason))

    def fail(self, error: AgenticError) -> None:
        """In the stream when it has begun, else raised: then the caller gets a plain 4xx."""
        self.stop_reason = error.code
        if not self._begun:
            raise error
        self._emit({"runtimeClientError": {"message": f"{error.message} ({error.hint})" if error.hint else error.message}})

    def _send(self, events: Iterator[Wire]) -> None:
        for event in events:
            self._begun = True
            self.stop_reason = event.get("messageStop", {}).get("stopReason", self.stop_reason)
            self._emit(event)


def _resume(first: Wire, stream: Generator[Wire]) -> Generator[Wire]:
    try:
        yield first
        yield from stream
    finally:
        stream.close()
