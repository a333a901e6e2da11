"""Answers a script's requests from a recording of them. It has no key and no way to any API."""

import threading
from dataclasses import dataclass

from agentic.broker.identity import digest_of
from agentic.broker.redact import params_of, plain, url_of
from agentic.broker.rules import Allowed, Rules
from agentic.core.errors import RunStopped
from agentic.core.spec import ApiSpec
from agentic.core.wire import HttpRequest, HttpResponse, Origin
from agentic.runs.recording import RecordedCall, Recording

_FIELDS = 600


@dataclass(frozen=True, slots=True)
class Answered:
    """A request of the replay as the script sent it now, and the recorded call that it is."""

    request: HttpRequest
    lane: str
    number: int
    recorded: RecordedCall


class Recorded:
    """One replay. `exchange` may be called from several threads.

    A request that is not in the recording ends the script: what it would do with an answer that it never had tells nothing.
    Where the broker had stopped the script, the same happens in that place.
    """

    def __init__(self, spec: ApiSpec, recording: Recording) -> None:
        self._spec = spec
        self._rules = Rules(spec)
        self._stopped = recording.stopped
        self._left = list(recording.calls)
        self._lock = threading.Lock()
        self.answered: list[Answered] = []
        self.difference = ""
        """The first request that is not one of the recording's, with what stands there instead. Empty where there is none."""

    @property
    def left(self) -> tuple[RecordedCall, ...]:
        """What the script has not asked for."""
        return tuple(self._left)

    def exchange(self, request: HttpRequest, origin: Origin) -> HttpResponse:
        """Raises `RunStopped`."""
        judged = self._rules.judge(request)
        digest = digest_of(self._spec, judged if isinstance(judged, Allowed) else None, request)
        with self._lock:
            same = [call for call in self._left if call.digest == digest]
            if not same:
                if self._stopped and not self._left and not self.difference:
                    raise RunStopped(self._stopped)
                self.difference = self.difference or self._differs(request, origin)
                raise RunStopped("diverged", self.difference)
            found = next((call for call in same if call.lane == origin.lane), same[0])
            self._left.remove(found)
            self.answered.append(Answered(request, origin.lane, origin.number, found))
        return found.response

    def _differs(self, request: HttpRequest, origin: Origin) -> str:
        asked = f"{plain(request.method[:20])} {url_of(request)}"
        before = next((call for call in self._left if call.lane == origin.lane), next(iter(self._left), None))
        if before is None:
            return f"the script asked for {asked}, which it had not done"
        known, now, then = f"{before.call.method} {before.call.url}", params_of(request), before.call.params
        here, there = (f" with {now}"[:_FIELDS], f" with {then}"[:_FIELDS]) if now != then else ("", "")
        return f"the script asked for {asked}{here}; recorded is {known}{there}"
