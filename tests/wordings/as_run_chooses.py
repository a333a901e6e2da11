"""The choice that `agentic run` makes without a real model: the router's, then the offline model's, by their own interfaces."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from wording_files import ASKED, REFUSED
from wordings_judge import DONE, Answer, Chooser

from agentic.agents.conversation import Reply
from agentic.agents.declaration import (
    GENERATE_CODE,
    INVOKE_EXECUTOR,
    INVOKE_GENERATOR,
    choosing_message,
    generator_message,
)
from agentic.agents.front_door import RunRequest
from agentic.agents.tools.no_script import no_script
from agentic.core.spec import ApiSpec
from agentic.core.values import RunStatus, Target, Usage
from agentic.local.agents.offline_model import OfflineModel


def as_run_chooses(apis: Sequence[ApiSpec]) -> Chooser:
    """A chooser for a stack with these APIs, of which the task names none or one."""
    recipes = {api.name: api.recipes for api in apis}
    model = OfflineModel(lambda name: recipes[name])

    def choose(task: str) -> Answer:
        asked = RunRequest.of({"task": task}, apis, Target.FAKE, "offline")
        if not asked.api:
            orchestrator = INVOKE_GENERATOR.name, INVOKE_EXECUTOR.name
            said, _ = _answer(model, orchestrator, choosing_message(task, asked.candidates, "handle"))
            return Answer(_kind(said))
        said, arguments = _answer(model, (GENERATE_CODE.name,), generator_message(task, asked.api, "handle"))
        return Answer(DONE, asked.api, arguments["code"]) if "code" in arguments else Answer(_kind(said))

    return choose


def _kind(said: str) -> str:
    status, problem = no_script(Reply(said, "end_turn", Usage()))
    assert status in {RunStatus.REFUSED, RunStatus.ASKS}, problem
    return REFUSED if status is RunStatus.REFUSED else ASKED


def _answer(model: OfflineModel, tools: Sequence[str], message: str) -> tuple[str, Mapping[str, Any]]:
    """The model's text, and the arguments of the tool that it called."""
    return asyncio.run(_streamed(model, tools, message))


async def _streamed(model: OfflineModel, tools: Sequence[str], message: str) -> tuple[str, Mapping[str, Any]]:
    text, arguments = "", ""
    specs: list[Any] = [{"name": name, "description": "", "inputSchema": {"json": {}}} for name in tools]
    messages: list[Any] = [{"role": "user", "content": [{"text": message}]}]
    async for event in model.stream(messages, specs):
        delta: Any = event.get("contentBlockDelta", {}).get("delta", {})
        text += delta.get("text", "")
        arguments += delta.get("toolUse", {}).get("input", "")
    return text, json.loads(arguments) if arguments else {}
