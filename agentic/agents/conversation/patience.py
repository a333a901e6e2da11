"""Asks again where AWS refuses a conversation because there are too many: with full jitter, and for half a minute at most.

Only what was refused as a whole is asked again. A conversation that has begun may have called a tool, and is never repeated.
"""

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agentic.agents.conversation.reply import aws_words

# Each pause is of any length up to this, in seconds. All together fit into what a tool's function has beyond its agent's time.
_PAUSES = (2.0, 4.0, 8.0, 16.0)

# Of InvokeHarness, InvokeAgent, Converse and StartExecution: what passes by itself.
_TOO_MANY = frozenset(
    {
        "ThrottlingException",
        "TooManyRequestsException",
        "ServiceQuotaExceededException",
        "ServiceUnavailableException",
        "ModelNotReadyException",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """`chance` gives a number from 0 to 1. `tell` gets a line for the log before each pause."""

    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    tell: Callable[[str], None] = lambda line: None

    def asked[Given](self, ask: Callable[[], Given], goes_on: Callable[[], bool]) -> Given:
        """What `ask` gives, at once or after some tries. Raises what the last one has raised."""
        from botocore.exceptions import ClientError  # pyright: ignore[reportMissingTypeStubs]

        for number, longest in enumerate(_PAUSES, start=1):
            try:
                return ask()
            except ClientError as error:
                if not is_throttled(error) or not goes_on():
                    raise
                pause = longest * self.chance()
                self.tell(json.dumps({"throttled": aws_words(error)[1], "try": number, "waits_ms": round(pause * 1000)}))
                self.sleep(pause)
        return ask()


def is_throttled(error: Any) -> bool:
    """Whether a request was refused, as a whole, because there were too many. Not one that broke off in mid-stream."""
    from botocore.exceptions import EventStreamError  # pyright: ignore[reportMissingTypeStubs]

    return not isinstance(error, EventStreamError) and aws_words(error)[1] in _TOO_MANY
