"""The steps around the workflow's model call: claim the run, store what the model wrote, and record a failure.

The model is called by the state machine itself. Nothing that it answers is more than a script to store or words to
report; which handle the script is stored with is not up to it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from agentic.agents.conversation import Reply
from agentic.agents.declaration import GENERATE_CODE, GENERATOR, ORCHESTRATOR
from agentic.agents.tools.events import Arguments
from agentic.agents.tools.further_script import message_for
from agentic.agents.tools.generate_code import generate_code
from agentic.agents.tools.no_script import no_script
from agentic.agents.tools.services import Services
from agentic.agents.tools.steps.work import ENDED, GENERATE, VALIDATE, Answer, StepWork
from agentic.core.errors import RefusedError, UsageError
from agentic.core.values import RunError, RunStatus, Usage
from agentic.runs import RunRecord, Step
from agentic.runs.record import DONE, is_of

# Bedrock's own names (ids and ARNs) for models; the local cloud's carry a provider before a colon, or are `offline`.
_BEDROCK = re.compile(r"arn:[a-z-]+:bedrock:.+|([a-z0-9-]+\.)+[a-z0-9-].*")
_SHOWN = 300


def generate_steps(arguments: Arguments, services: Services) -> Answer:
    """The steps `begin`, `store` and `fail` of the function generate_code."""
    work = StepWork.of(arguments)
    match arguments.get("step"):
        case "begin":
            return _begin(work, arguments, services)
        case "store":
            return _store(work, arguments, services)
        case "fail":
            return _fail(work, arguments, services)
        case step:
            raise UsageError(f"generate_code has no step {step!r}")


def _begin(work: StepWork, arguments: Arguments, services: Services) -> Answer:
    if work.first:
        # It goes on with a run whose last script was taken back.
        before = replace(work, round=work.first - 1)
        going_on = before.next_round(services, services.store.of_handle(work.handle, ORCHESTRATOR))
        if going_on is None:
            raise RefusedError("the run is under way already")
        return going_on
    mine = work.generator_handle()
    record, _ = services.store.claim_generate(work.handle, mine)
    # Claimed by this very step, now or when it was tried before: nobody else's claim has this handle.
    if not is_of(mine, record.handles.get(GENERATOR, "")) or record.status is not RunStatus.GENERATING:
        raise RefusedError("the run is under way already")
    model = str(arguments.get("model", ""))
    if record.model != model and _BEDROCK.fullmatch(record.model):
        raise UsageError(
            f"this stack's workflow always uses {model}, not {record.model}", hint="leave --model out, or set model.generator"
        )
    return {"next": GENERATE, "round": 0, "message": message_for(record, mine), "api": record.api}


def _store(work: StepWork, arguments: Arguments, services: Services) -> Answer:
    record = services.store.of_handle(work.handle, ORCHESTRATOR)
    if record.status.final:
        return dict(ENDED)
    if record.round != work.round:
        raise RefusedError(f"the run is in round {record.round}, not {work.round}")
    if record.generate_state == DONE:
        return _stored(work)
    if not is_of(work.generator_handle(), record.handles.get(GENERATOR, "")):
        raise RefusedError(f"the run is {record.status}; this step does not fit")
    usage = _usage(arguments.get("usage"))
    reply, code = _reply(arguments, usage)
    if code is None:
        return _ended(services, record, usage, *no_script(reply, record.repair))
    try:
        generate_code({"handle": work.generator_handle(), "code": code}, services)
    except UsageError as error:
        problem = RunError("no_script", f"the generator's script cannot be used: {error.message}", error.hint)
        return _ended(services, record, usage, RunStatus.FAILED, problem)
    services.store.end_step(work.run_id, Step.GENERATE, usage)
    return _stored(work)


def _stored(work: StepWork) -> Answer:
    return {"next": VALIDATE, "round": work.round, "message": ""}


def _ended(services: Services, record: RunRecord, usage: Usage, status: RunStatus, problem: RunError) -> Answer:
    services.store.end_step(record.run_id, Step.GENERATE, usage, status, problem)
    return dict(ENDED)


def _fail(work: StepWork, arguments: Arguments, services: Services) -> Answer:
    record = services.store.of_handle(work.handle, ORCHESTRATOR)
    problem = _problem(_object(arguments.get("error")))
    services.store.end_step(record.run_id, Step.EXECUTE, Usage(), RunStatus.FAILED, problem)
    return dict(ENDED)


def _reply(arguments: Arguments, usage: Usage) -> tuple[Reply, str | None]:
    """What the model said, and the script that it wants stored; None when there is none, or the answer was cut off."""
    texts: list[str] = []
    code: str | None = None
    content = arguments.get("content")
    for block in map(_object, cast("list[Any]", content) if isinstance(content, list) else []):
        texts += [block["Text"]] if isinstance(block.get("Text"), str) else []
        tool_use = _object(block.get("ToolUse"))
        written = _object(tool_use.get("Input")).get("code")
        if code is None and tool_use.get("Name") == GENERATE_CODE.name and isinstance(written, str):
            code = written
    stop_reason = str(arguments.get("stop_reason", ""))
    return Reply("\n".join(texts).strip(), stop_reason, usage), code if stop_reason == "tool_use" else None


def _usage(value: object) -> Usage:
    counts = _object(value)

    def count(name: str) -> int:
        number = counts.get(name)
        return number if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 10**9 else 0

    return Usage(1, count("InputTokens"), count("OutputTokens"))


def _problem(error: Mapping[str, Any]) -> RunError:
    """What a Catch was given, as one line. Lambda's cause is JSON with the exception's message in it."""
    name, cause = str(error.get("Error", "")), str(error.get("Cause", ""))
    try:
        told = _object(json.loads(cause))
    except (ValueError, RecursionError):
        told = _object(None)
    words = str(told.get("errorMessage") or cause or name or "no reason given")
    line = "".join(letter if letter.isprintable() else " " for letter in words.strip().partition("\n")[0])[:_SHOWN]
    if name.startswith("BedrockRuntime."):
        return RunError("model", f"the generator failed: {line}", "try again in a while, or another model")
    if name == "States.Timeout":
        return RunError("timeout", "the workflow stopped waiting for one of its steps", "try again")
    return RunError("workflow", f"the workflow failed: {line}", "")


def _object(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
