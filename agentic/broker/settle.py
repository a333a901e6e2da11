"""Sends a request until it is certain what became of it, as far as that can be made certain.

A script must never see an uncertain write: its SDK would send it again. So it is settled here. With the API's own idempotency
the same bytes are sent again under the same id; without it nothing is sent twice, and what the plugin can find out decides.
An answer that there are too many requests says that nothing was done: then the same is sent again after a while.
"""

import itertools
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from agentic.broker.told import Told, told
from agentic.broker.transport import NOT_HTTP, Transport
from agentic.core.errors import BrokerError, NotSentError
from agentic.core.wire import HttpRequest, HttpResponse

_TRIES = 3
# Full jitter: each pause is any length up to this, so that many who have failed at once do not come back at once.
_PAUSES = (0.4, 1.6)
_CONFLICT = 409
# A read may be asked again after these. 429, and a 403 that speaks of a limit, tell `heard`.
_PASSING = frozenset({500, 502, 503, 504})
# Of the time for all tries, what the first one of a write gets: a try must be left for asking what became of it.
_FIRST_SHARE = 0.6


class UncertainError(BrokerError):
    """Nobody knows whether the API has done it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How one request is sent. `repeatable`: it may be sent again after it has left. `seconds` bound all tries together.

    `left`: it has left before, from somebody else: then none of these tries is the first. `find_out` asks the API whether a
    write was done; None when there is no way to. `heard` is told each answer, `further` is asked for leave before each further
    try, which may wait so many seconds. `longest_pause`: what an API may make us wait before a further try; where it asks for
    more, its answer is the script's. `chance` gives a number from 0 to 1.
    """

    transport: Transport
    repeatable: bool
    write: bool
    seconds: float
    left: bool = False
    find_out: Callable[[], HttpResponse | None] = lambda: None
    heard: Callable[[HttpResponse], Told] = lambda answer: told(answer, 0.0)
    further: Callable[[float], bool] = lambda seconds: True
    longest_pause: float = 10.0
    chance: Callable[[], float] = random.random
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def send(self, request: HttpRequest) -> HttpResponse:
        """The API's answer. Raises `NotSentError`, or `UncertainError` when nobody can know."""
        deadline = self.clock() + self.seconds
        left, problem, tries, asked = self.left, "it was sent, and no answer came", 0, 0.0
        # The last try's answer, if that says for certain that it was not done, or if it is a read's.
        answer: HttpResponse | None = None
        for number in itertools.count() if self.repeatable or not left else ():
            if tries == _TRIES or (number and not self._pause(number, deadline, asked)):
                break
            tries, asked = tries + 1, 0.0
            try:
                answer = self.transport.send(request, self._share(number, deadline))
            except NotSentError as error:
                problem, answer = error.message, None
                if error.data.get("reason") == NOT_HTTP and not left:
                    raise
                continue
            except BrokerError as error:
                problem, answer, left = error.message, None, True
            else:
                said = self.heard(answer)
                asked = said.seconds or 0.0
                conflict = answer.status == _CONFLICT and left
                unsure = self.write and (conflict or answer.status >= 500)
                if not unsure and not said.limited and (self.write or answer.status not in _PASSING):
                    return answer
                problem = f"the answer was {answer.status}"
                # Our own earlier try is under way still: that costs no try, only time.
                tries -= conflict
                left = left or unsure or not self.write
            if not self.repeatable:
                break
        if answer is not None and (not self.write or not left):
            return answer
        if not left:
            raise NotSentError(problem)
        if self.write and (found := self.find_out()) is not None:
            return found
        raise UncertainError(problem)

    def _share(self, number: int, deadline: float) -> float:
        left = deadline - self.clock()
        return max(0.1, left * _FIRST_SHARE if self.write and self.repeatable and not number else left)

    def _pause(self, number: int, deadline: float, asked: float) -> bool:
        """Before a further try; False when there is no time for one. `asked`: for how long the API asks to wait."""
        pause = asked + _PAUSES[min(number, len(_PAUSES)) - 1] * self.chance()
        if asked > self.longest_pause or self.clock() + pause >= deadline:
            return False
        self.sleep(pause)
        return self.further(min(self.longest_pause, deadline - self.clock()))
