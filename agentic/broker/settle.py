"""Sends a request until it is certain what became of it, as far as that can be made certain.

A script must never see an uncertain write: its SDK would send it again. So it is settled here. With the API's own idempotency
the same bytes are sent again under the same id; without it nothing is sent twice, and what the plugin can find out decides.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from agentic.broker.transport import Transport
from agentic.core.errors import BrokerError, NotSentError
from agentic.core.wire import HttpRequest, HttpResponse

_TRIES = 3
_PAUSES = (0.2, 0.8)
_CONFLICT = 409


class UncertainError(BrokerError):
    """Nobody knows whether the API has done it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How one request is sent. `repeatable`: it may be sent again after it has left. `seconds` bound all tries together.

    `sent_before`: somebody may have sent it, and has ended before the answer came.

    `find_out` asks the API whether a write was done; None when there is no way to.
    """

    transport: Transport
    repeatable: bool
    write: bool
    seconds: float
    sent_before: bool = False
    find_out: Callable[[], HttpResponse | None] = lambda: None
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def send(self, request: HttpRequest) -> HttpResponse:
        """The API's answer. Raises `NotSentError`, or `UncertainError` when nobody can know."""
        deadline = self.clock() + self.seconds
        left_before, problem = self.sent_before, ""
        for number in range(_TRIES):
            if number and not self._pause(number, deadline):
                break
            try:
                answer = self.transport.send(request, max(0.1, deadline - self.clock()))
            except NotSentError as error:
                if number + 1 == _TRIES and not left_before:
                    raise
                problem = error.message
                continue
            except BrokerError as error:
                problem = error.message
            else:
                if not self._uncertain(answer, left_before):
                    return answer
                problem = f"the answer was {answer.status}"
            left_before = True
            if not self.repeatable:
                break
        if not left_before:
            raise NotSentError(problem)
        if self.write and (found := self.find_out()) is not None:
            return found
        raise UncertainError(problem)

    def _uncertain(self, answer: HttpResponse, left_before: bool) -> bool:
        """An error of the server says nothing about a write; a conflict with our own earlier try says that it is under way."""
        return self.write and (answer.status >= 500 or (answer.status == _CONFLICT and left_before))

    def _pause(self, number: int, deadline: float) -> bool:
        """Before a further try; False when there is no time for one."""
        pause = _PAUSES[number - 1] * random.uniform(0.5, 1.5)  # noqa: S311 (so that many do not come at once)
        if self.clock() + pause >= deadline:
            return False
        self.sleep(pause)
        return True
