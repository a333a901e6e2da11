"""What the endpoint hands requests to that moto cannot answer: functions, harnesses and models, as seams."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class InvokeResult:
    """What Lambda's Invoke answers. `function_error` is empty or `Unhandled`; `status` is 202 for an asynchronous call."""

    status: int
    payload: bytes
    function_error: str = ""


class FunctionService(Protocol):
    """Lambda's Invoke."""

    def invoke(
        self,
        name_or_arn: str,
        payload: bytes,
        *,
        client_context: Mapping[str, Any] | None = None,
        tenant: str | None = None,
        asynchronous: bool = False,
    ) -> InvokeResult:
        """Run the function once; raises AgenticError for an unknown function or a call that does not fit it."""
        ...


class HarnessService(Protocol):
    """AgentCore's InvokeHarness."""

    def invoke(
        self, arn: str, session_id: str, messages: list[dict[str, Any]], overrides: Mapping[str, Any]
    ) -> Iterator[dict[str, Any]]:
        """The events in the wire's shape (`{"messageStart": {...}}`, ...).

        Raises AgenticError before the first event where AWS would answer with a modelled 4xx.
        """
        ...


class ClassicService(Protocol):
    """Bedrock Agents Classic's InvokeAgent."""

    def invoke(self, agent_id: str, alias_id: str, session_id: str, request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The events in the wire's shape (`{"chunk": {...}}`, ...); raises like `HarnessService.invoke`."""
        ...


class ModelService(Protocol):
    """Bedrock's Converse and ConverseStream."""

    def converse(self, model_id: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer in Converse's shape."""
        ...

    def converse_stream(self, model_id: str, request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The events in ConverseStream's shape."""
        ...


class WorkflowService(Protocol):
    """Step Functions, by the name of the operation."""

    def answer(self, operation: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer's JSON. Raises AgenticError where AWS answers with a 4xx."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the endpoint routes to besides moto."""

    functions: FunctionService
    harnesses: HarnessService
    models: ModelService
    classic: ClassicService | None = None
    workflows: WorkflowService | None = None
