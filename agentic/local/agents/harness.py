"""AgentCore harnesses on a laptop: InvokeHarness runs an agent on Strands with its gateways' tools.

Differences from AWS: no built-in tools (a harness that would allow them is refused), no memory, no skills, and each
invocation is a conversation of its own, even in the same session.
"""

import fnmatch
import importlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from agentic.core.errors import ConfigurationError, UsageError
from agentic.core.names import run_of
from agentic.local.agents.gateway import Gateways, GatewayTool
from agentic.local.agents.model_rights import check_model
from agentic.local.agents.models import ModelLimits, Models
from agentic.local.trace import Observer, ignore

# A harness has these in its microVM unless its allowed tools leave them out (reference: "allowed_tools").
_BUILT_IN = ("shell", "file_operations")
_PATTERN = re.compile(r"(\*|@?[^/]+(/[^/]+)?)")
_LONGEST_PATTERN = 64
_SESSION = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{32,99}")
_OVERRIDES = frozenset({"model", "systemPrompt", "allowedTools", "maxIterations", "maxTokens", "timeoutSeconds", "actorId"})
_RUN_ID_LENGTH = 20

ToolCall = Callable[[Any], tuple[bool, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HarnessDeclaration:
    """A harness as its resource declares it. `tools` are (server name, gateway ARN); defaults are AWS's.

    `allowed_tools` are the service's patterns (`@server/tool`, `@server`, globs); None would allow everything.
    """

    arn: str
    name: str
    role_arn: str
    model_id: str
    system_prompt: str
    tools: tuple[tuple[str, str], ...] = ()
    allowed_tools: tuple[str, ...] | None = None
    max_iterations: int = 75
    max_tokens: int | None = None
    timeout_seconds: float = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settings:
    """What one invocation runs with: the declaration, changed by the caller's overrides."""

    model_id: str
    system_prompt: str
    allowed_tools: tuple[str, ...]
    max_iterations: int
    max_tokens: int | None
    timeout_seconds: float


class Harnesses:
    """Every harness of the local cloud; satisfies `agentic.local.services.HarnessService`.

    `credentials` gives a run's model credentials (environment names to values) by the run's id.
    """

    def __init__(
        self,
        gateways: Gateways,
        models: Models,
        observer: Observer = ignore,
        credentials: Callable[[str], Mapping[str, str]] = lambda run_id: {},
    ) -> None:
        self._gateways = gateways
        self._models = models
        self._observer = observer
        self._credentials = credentials
        self._harnesses: dict[str, HarnessDeclaration] = {}
        self._deleted: set[str] = set()

    def create(self, declaration: HarnessDeclaration) -> None:
        """Adds or replaces the harness. Raises ConfigurationError for allowed built-in tools, or a name that is still taken."""
        _check_patterns(declaration.name, declaration.allowed_tools)
        if declaration.name in self._deleted:
            raise ConfigurationError(
                f"ConflictException: the harness name {declaration.name} was deleted a while ago and is still taken",
                hint="AWS gives names of deleted harnesses back late: use another one",
            )
        self._harnesses[declaration.arn] = declaration

    def remove(self, arn: str) -> None:
        """Removes the harness, whose name stays taken as on AWS; one that is gone is no error."""
        removed = self._harnesses.pop(arn, None)
        if removed:
            self._deleted.add(removed.name)

    def free_names(self) -> None:
        """Give back the names of deleted harnesses, as AWS does after a while."""
        self._deleted.clear()

    def invoke(
        self, arn: str, session_id: str, messages: list[dict[str, Any]], overrides: Mapping[str, Any]
    ) -> Iterator[dict[str, Any]]:
        """The events of InvokeHarness, as they happen. A failure after the first is a `runtimeClientError` event.

        Raises, before the first event: UsageError and its kinds (request, model name, credentials), RefusedError
        (the role may not use its model or gateway), ModelError (the model's first call failed).
        """
        harness = self._harnesses.get(arn)
        if harness is None:
            raise UsageError(f"there is no harness {arn}")
        if not _SESSION.fullmatch(session_id):
            raise UsageError("a session id has 33 to 100 letters, digits, hyphens and underscores")
        if not messages or any(not message.get("content") for message in messages):
            raise UsageError("a harness needs at least one message with content")
        settings = _override(harness, overrides)
        permissions = self._gateways.permissions
        check_model(permissions, harness.role_arn, harness.arn, harness.model_id, "bedrock:InvokeModelWithResponseStream")
        run_id = run_of(f"{session_id[:_RUN_ID_LENGTH]}.")
        credentials = self._credentials(run_id)
        limits = ModelLimits(settings.max_tokens, min(ModelLimits().silence_seconds, settings.timeout_seconds))
        model = self._models.provider(settings.model_id, credentials, limits)

        from agentic.local.agents.agent_loop import AgentLoop, LoopTool  # Strands: half a second of imports

        loop = AgentLoop(
            agent=harness.tools[0][0] if harness.tools else harness.name,
            run_id=run_id,
            model=model,
            reach=self._models.reach(settings.model_id, credentials),
            system_prompt=settings.system_prompt,
            tools=[LoopTool(tool, call) for tool, call in self._tools(harness, settings.allowed_tools)],
            max_iterations=settings.max_iterations,
            timeout_seconds=settings.timeout_seconds,
            observer=self._observer,
        )
        return loop.events(messages)

    def _tools(self, harness: HarnessDeclaration, allowed: Sequence[str]) -> Iterator[tuple[GatewayTool, ToolCall]]:
        for server, gateway_arn in harness.tools:
            self._gateways.check(gateway_arn, harness.role_arn)
            for tool in self._gateways.tools(gateway_arn):
                if any(_allows(pattern, server, tool.name) for pattern in allowed):
                    yield tool, partial(self._gateways.call, gateway_arn, tool.name, principal=harness.role_arn)


def preload() -> None:
    """Imports Strands, so that the first invocation need not. For a thread that has nothing better to do."""
    for module in ("agent_loop", "offline_model"):
        importlib.import_module(f"agentic.local.agents.{module}")


def _override(harness: HarnessDeclaration, overrides: Mapping[str, Any]) -> _Settings:
    given = {name: value for name, value in overrides.items() if value is not None}
    unknown = sorted(set(given) - _OVERRIDES)
    if unknown:
        raise UsageError(f"the local cloud cannot override {', '.join(unknown)} of a harness")
    model = given.get("model", {}).get("bedrockModelConfig", {})
    if "model" in given and not model.get("modelId"):
        raise UsageError("the local cloud takes a model only as model.bedrockModelConfig.modelId")
    allowed = tuple(given["allowedTools"]) if "allowedTools" in given else harness.allowed_tools
    _check_patterns(harness.name, allowed)
    prompt = "\n\n".join(block["text"] for block in given["systemPrompt"]) if "systemPrompt" in given else harness.system_prompt
    return _Settings(
        model_id=model.get("modelId") or harness.model_id,
        system_prompt=prompt,
        allowed_tools=allowed or (),
        max_iterations=_positive("maxIterations", given.get("maxIterations", harness.max_iterations)),
        max_tokens=given.get("maxTokens") or model.get("maxTokens") or harness.max_tokens,
        timeout_seconds=_positive("timeoutSeconds", given.get("timeoutSeconds", harness.timeout_seconds)),
    )


def _positive[T: (int, float)](name: str, value: T) -> T:
    if value <= 0:
        raise UsageError(f"{name} must be more than 0, not {value}")
    return value


def _check_patterns(harness: str, patterns: Sequence[str] | None) -> None:
    if patterns is None:
        raise ConfigurationError(
            f"harness {harness} sets no allowed tools, which allows a shell", hint="name them, for example @server/tool"
        )
    for pattern in patterns:
        if len(pattern) > _LONGEST_PATTERN or not _PATTERN.fullmatch(pattern):
            raise ConfigurationError(f"harness {harness}: {pattern!r} is not a pattern of at most 64 characters for tools")
        for tool in _BUILT_IN:
            if fnmatch.fnmatchcase(tool, pattern) or _allows(pattern, "builtin", tool):
                raise ConfigurationError(
                    f"harness {harness}: allowed tool {pattern!r} would allow the built-in {tool}",
                    hint="name the gateway's tools, for example @server/tool",
                )


def _allows(pattern: str, server: str, tool: str) -> bool:
    """Whether a pattern of the service (`@server`, `@server/tool`, globs in both) covers a server's tool."""
    if not pattern.startswith("@"):
        return fnmatch.fnmatchcase(tool, pattern)
    wanted_server, _, wanted_tool = pattern[1:].partition("/")
    return fnmatch.fnmatchcase(server, wanted_server) and fnmatch.fnmatchcase(tool, wanted_tool or "*")
