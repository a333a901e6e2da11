"""What an agent answers, and what every way of asking shares."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agentic.core.values import Usage


@dataclass(frozen=True, slots=True)
class Reply:
    """What an agent said last, why it stopped, and what its model calls used."""

    text: str
    stop_reason: str
    usage: Usage

    @property
    def complete(self) -> bool:
        return self.stop_reason == "end_turn"


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one conversation may use, where that is less than its agent may: model calls, and tokens of each answer.

    An agent of Bedrock Agents Classic and a workflow take none. `goes_on` is asked after each model call: where it says no,
    nobody listens any more.
    """

    model_calls: int | None = None
    answer_tokens: int | None = None
    goes_on: Callable[[], bool] = _always

    def reached(self, reply: Reply) -> bool:
        """Whether an answer broke off at one of them."""
        calls = self.model_calls is not None and "iterations" in reply.stop_reason
        return calls or (self.answer_tokens is not None and "tokens" in reply.stop_reason)


NO_BOUNDS = Bounds()


def session_id(run_id: str, agent: str) -> str:
    """A new session (33 to 100 characters, letters, digits, hyphens and underscores); starts with the run's id."""
    return f"{run_id}-{agent}-{secrets.token_hex(8)}"


def aws_words(error: Any) -> tuple[str, str]:
    """Message and code of a botocore ClientError."""
    detail: Mapping[str, str] = error.response.get("Error", {})
    return detail.get("Message") or str(error), detail.get("Code", "")
