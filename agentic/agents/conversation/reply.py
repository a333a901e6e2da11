"""What an agent answers, and what every way of asking shares."""

import secrets
from collections.abc import Mapping
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


def session_id(run_id: str, agent: str) -> str:
    """A new session (33 to 100 characters, letters, digits, hyphens and underscores); starts with the run's id."""
    return f"{run_id}-{agent}-{secrets.token_hex(8)}"


def aws_words(error: Any) -> tuple[str, str]:
    """Message and code of a botocore ClientError."""
    detail: Mapping[str, str] = error.response.get("Error", {})
    return detail.get("Message") or str(error), detail.get("Code", "")
