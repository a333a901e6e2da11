"""Asks an API whether a write without an answer was done: by the plugin's `settle`, with requests that only read."""

import importlib
from collections.abc import Callable, Mapping, Sequence

from agentic.broker.credentials import to_send
from agentic.broker.rules import Refused, Rules
from agentic.broker.transport import Transport
from agentic.core.errors import BrokerError
from agentic.core.lost_write import LostWrite
from agentic.core.spec import ApiSpec
from agentic.core.values import CallState
from agentic.core.wire import HttpRequest, HttpResponse
from agentic.runs.journal import Entry

_MOST_QUESTIONS = 10
_SECONDS = 10.0


def find_out(
    spec: ApiSpec,
    entry: Entry,
    entries: Sequence[Entry],
    whole: Callable[[Entry], Entry],
    sent_at: float,
    transport: Transport,
    secret: Mapping[str, str],
) -> HttpResponse | None:
    """The answer that the write would have had; None when nobody can tell.

    `entries` is the run's journal; `whole` gives one of them with its long bodies.
    """
    # Also those that differ: what a longer one has made has all that the shorter one asks for.
    there = (entry.call.method, entry.call.url)
    others = [other for other in entries if other.call.write and other.key != entry.key]
    alike = [other for other in others if (other.call.method, other.call.url) == there]
    if not spec.settle or entry.request is None or any(_open(other) for other in alike):
        # Of two without an answer, what is found could be either's.
        return None
    rules, asked = Rules(spec), 0

    def get(url: str) -> HttpResponse:
        nonlocal asked
        asked += 1
        judged = rules.judge(HttpRequest("GET", url, (("Accept", "application/json"),)))
        if isinstance(judged, Refused) or asked > _MOST_QUESTIONS:
            raise BrokerError("not a question that may be asked")
        return transport.send(to_send(spec, judged, secret), _SECONDS)

    module, _, name = spec.settle.partition(":")
    try:
        answers = tuple(response for other in alike if (response := whole(other).response))
        found = getattr(importlib.import_module(module), name)(
            LostWrite(request=entry.request, sent_at=sent_at, others=answers), get
        )
    # A plugin's own fault must not pass for an answer; nor what another equal write has made for this one's.
    except Exception:  # noqa: BLE001
        return None
    return found if isinstance(found, HttpResponse) and 200 <= found.status < 300 else None


def _open(entry: Entry) -> bool:
    return entry.state in {CallState.EXECUTING, CallState.UNKNOWN} or entry.response is None
