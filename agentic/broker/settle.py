"""Sends a request until it is certain what became of it, as far as that can be made certain.

A script must never see an uncertain write: its SDK would send it again. So it is settled here. With the API's own idempotency
the same bytes are sent again under the same id; without it nothing is sent twice, and what the plugin can find out decides.
"""

import itertools
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
# Of the time for all tries, what the first one of a write gets: a try must be left for asking what became of it.
_FIRST_SHARE = 0.6


class UncertainError(BrokerError):
    """Nobody knows whether the API has done it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How one request is sent. `repeatable`: it may be sent again after it has left. `seconds` bound all tries together.

    `left`: it has left before, from somebody else: then none of these tries is the first. `find_out` asks the API whether a
    write was done; None when there is no way to.
    """

    transport: Transport
    repeatable: bool
    write: bool
    seconds: float
    left: bool = False
    find_out: Callable[[], HttpResponse | None] = lambda: None
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def send(self, request: HttpRequest) -> HttpResponse:
        """The API's answer. Raises `NotSentError`, or `UncertainError` when nobody can know."""
        deadline = self.clock() + self.seconds
        left, problem, tries = self.left, "it was sent, and no answer came", 0
        for number in itertools.count() if self.repeatable or not left else ():
            if tries == _TRIES or (number and not self._pause(number, deadline)):
                break
            tries += 1
            try:
                answer = self.transport.send(request, self._share(number, deadline))
            except NotSentError as error:
                problem = error.message
                continue
            except BrokerError as error:
                problem = error.message
            else:
                conflict = answer.status == _CONFLICT and left
                if not self.write or not (conflict or answer.status >= 500):
                    return answer
                problem = f"the answer was {answer.status}"
                # Our own earlier try is under way still: that costs no try, only time.
                tries -= conflict
            left = True
            if not self.repeatable:
                break
        if not left:
            raise NotSentError(problem)
        if self.write and (found := self.find_out()) is not None:
            return found
        raise UncertainError(problem)

    def _share(self, number: int, deadline: float) -> float:
        left = deadline - self.clock()
        return max(0.1, left * _FIRST_SHARE if self.write and self.repeatable and not number else left)

    def _pause(self, number: int, deadline: float) -> bool:
        """Before a further try; False when there is no time for one."""
        pause = _PAUSES[min(number, len(_PAUSES)) - 1] * random.uniform(0.5, 1.5)  # noqa: S311 (so that many do not come at once)
        if self.clock() + pause >= deadline:
            return False
        self.sleep(pause)
        return True
