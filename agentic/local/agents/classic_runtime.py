"""InvokeAgent on a laptop: runs a version of a Classic agent on Strands, with functions as its tools.

Differences from AWS: each invocation is a conversation of its own, even in the same session; no knowledge bases, memory,
guardrails, prompt overrides or return of control; the prompts around the instruction are Strands', not Bedrock's.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from agentic.core.errors import ModelError, UsageError
from agentic.core.names import run_of
from agentic.local.agents.classic import ClassicBook
from agentic.local.agents.classic_events import ClassicEvents
from agentic.local.agents.classic_tools import ToolCalls
from agentic.local.agents.function_policies import FunctionPolicies
from agentic.local.agents.gateway import PermissionCheck
from agentic.local.agents.model_rights import check_model
from agentic.local.agents.models import ModelLimits, Models
from agentic.local.agents.schema import as_object
from agentic.local.services import FunctionService
from agentic.local.trace import Observer, ignore

_SESSION = re.compile(r"[0-9a-zA-Z._:-]{2,100}")
_RUN_ID_LENGTH = 20
_KNOWN = frozenset({"inputText", "enableTrace", "endSession", "sessionState"})
_KNOWN_STATE = frozenset({"sessionAttributes", "promptSessionAttributes"})
# AWS has bounds of its own, which are not documented; these only keep a model that never ends from running for ever.
_MOST_TURNS = 16
_LONGEST_SECONDS = 900.0

_NO_CREDENTIALS: Mapping[str, str] = {}


def _now() -> str:
    return datetime.now(UTC).isoformat()


class ClassicAgents:
    """Invokes the agents in `book`; satisfies `agentic.local.services.ClassicService`.

    `model_of` gives the model that a run was asked for with (empty: the agent's own): InvokeAgent knows no other model
    than the agent's, and locally every run chooses. `credentials` are the run's model credentials.
    """

    def __init__(
        self,
        book: ClassicBook,
        functions: FunctionService,
        permissions: PermissionCheck,
        policies: FunctionPolicies,
        models: Models,
        *,
        observer: Observer = ignore,
        model_of: Callable[[str], str] = lambda run_id: "",
        credentials: Callable[[str], Mapping[str, str]] = lambda run_id: _NO_CREDENTIALS,
        clock: Callable[[], str] = _now,
    ) -> None:
        self._book = book
        self._functions = functions
        self._permissions = permissions
        self._policies = policies
        self._models = models
        self._observer = observer
        self._model_of = model_of
        self._credentials = credentials
        self._clock = clock

    def invoke(self, agent_id: str, alias_id: str, session_id: str, request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The events of InvokeAgent, as they happen. A failure after the first is an exception among them.

        Raises, before the first event: UsageError and its kinds (request, model name, credentials), RefusedError (the
        agent's role may not use its model), ModelError (the model's first call failed).
        """
        alias, version = self._book.find(agent_id, alias_id)
        state = _checked(session_id, request)
        check_model(self._permissions, version.agent.role_arn, version.agent.arn, version.agent.model_id, "bedrock:InvokeModel")
        calls = ToolCalls(
            functions=self._functions,
            policies=self._policies,
            alias=alias,
            version=version,
            session_id=session_id,
            input_text=request["inputText"],
            session_attributes=as_object(state.get("sessionAttributes")),
            prompt_session_attributes=as_object(state.get("promptSessionAttributes")),
        )
        run_id = run_of(f"{session_id[:_RUN_ID_LENGTH]}.")
        model_id, credentials = self._model_of(run_id) or version.agent.model_id, self._credentials(run_id)

        from agentic.local.agents.agent_loop import AgentLoop, LoopTool  # Strands: half a second of imports

        loop = AgentLoop(
            # The agent's own name, which ends the resource's; what people watch names agents so.
            agent=version.agent.name.rpartition("-")[2],
            run_id=run_id,
            model=self._models.provider(model_id, credentials, ModelLimits()),
            reach=self._models.reach(model_id, credentials),
            system_prompt=version.agent.instruction,
            tools=[LoopTool(offer, call) for offer, call in calls.tools()],
            max_iterations=_MOST_TURNS,
            timeout_seconds=_LONGEST_SECONDS,
            observer=self._observer,
        )
        try:
            events = loop.events([{"role": "user", "content": [{"text": calls.input_text}]}])
        except ModelError as error:
            error.data.update(aws_code="DependencyFailedException", aws_status=424)
            raise
        return ClassicEvents(calls, bool(request.get("enableTrace")), self._clock).translate(events)


def _checked(session_id: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """The session state. Raises `UsageError` for what AWS would refuse, or what is not here."""
    given = {name: value for name, value in request.items() if value is not None}
    state = as_object(given.get("sessionState"))
    unknown = sorted((given.keys() - _KNOWN) | (state.keys() - _KNOWN_STATE))
    if unknown or given.get("endSession"):
        raise UsageError(f"the local cloud knows no {', '.join(unknown or ['endSession'])} of InvokeAgent")
    if not _SESSION.fullmatch(session_id):
        raise UsageError("a session id has 2 to 100 letters, digits, dots, colons, hyphens and underscores")
    if not isinstance(given.get("inputText"), str) or not given["inputText"]:
        raise UsageError("InvokeAgent needs an inputText")
    return state
