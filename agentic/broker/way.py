"""How a journalled request gets to its API: with which key, and by which transport."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agentic.broker.credentials import to_send
from agentic.broker.leave import key_refused
from agentic.broker.rules import Allowed
from agentic.broker.scrub import scrub_text
from agentic.broker.transport import Transport
from agentic.core.errors import AgenticError
from agentic.core.spec import ApiSpec
from agentic.core.values import Target
from agentic.core.wire import HttpRequest
from agentic.runs.record import TakenCall

Secret = Callable[[str], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Way:
    """A request with its credential, what sends it, and the key that is to be scrubbed from its answer."""

    request: HttpRequest
    transport: Transport
    secret: Mapping[str, str]


class Ways:
    """The ways to one API. `secret` and `transports` as `Broker` has them."""

    def __init__(self, spec: ApiSpec, secret: Secret, transports: Mapping[Target, Transport], *, live_keys: bool) -> None:
        self._spec = spec
        self._secret = secret
        self._transports = transports
        self._live_keys = live_keys

    def of(self, taken: TakenCall, allowed: Allowed) -> Way | str:
        """The way of an allowed request; why there is none."""
        secret: Mapping[str, str] = {}
        try:
            secret = self._secret(taken.secret_id)
            prepared = to_send(self._spec, allowed, secret)
        except AgenticError as error:
            return scrub_text(self._spec, error.message, secret)
        if taken.target not in self._transports:
            return f"the {taken.target} {self._spec.title} cannot be reached from here"
        refused = key_refused(self._spec, taken, secret, live_keys=self._live_keys)
        return refused or Way(prepared, self._transports[taken.target], secret)
