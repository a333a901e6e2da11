"""What a request tells the relay, and an answer the script's clock: beneath all clients, in `http.client` and in h11 (httpx).

A request names its lane. An answer's Date moves the clock there, should it be behind: so "until now" has in it what the script
has made, and "in half an hour" is that for the API. A replay gives the same answers, with the same dates.
"""

import contextlib
import email.utils
import http.client
import importlib
import sys
from typing import Any

from agentic.core.wire import LANE_HEADER
from agentic.sandbox.pins import lanes, serial
from agentic.sandbox.pins.bindings import Bindings

_SECOND = 1_000_000_000
# An answer that is dated later than that is taken for an error of the API's.
_FARTHEST = 366 * 86400 * _SECOND

_endheaders = http.client.HTTPConnection.endheaders
_begin = http.client.HTTPResponse.begin


def plan(bindings: Bindings) -> None:
    bindings.at(http.client.HTTPConnection, "endheaders", endheaders)
    bindings.at(http.client.HTTPResponse, "begin", begin)
    with contextlib.suppress(ImportError):  # Not every SDK brings it.
        importlib.import_module("h11")
    if h11 := sys.modules.get("h11"):
        bindings.at(h11.Connection, "send", _send_of(h11))
        bindings.at(h11.Connection, "next_event", _next_event_of(h11))


def endheaders(self: http.client.HTTPConnection, *args: Any, **named: Any) -> None:
    """In the place of `HTTPConnection.endheaders`."""
    lane = lanes.current()
    lane.idle.clear()
    serial.asks()
    self.putheader(LANE_HEADER, lane.path)
    _endheaders(self, *args, **named)


def begin(self: http.client.HTTPResponse) -> None:
    """In the place of `HTTPResponse.begin`, which reads an answer's head."""
    _begin(self)
    _heed(self.headers.get("Date"))


def _heed(date: str | None) -> None:
    if not date:
        return
    try:
        dated = int(email.utils.parsedate_to_datetime(date).timestamp()) * _SECOND
    except (ValueError, OverflowError):  # No date.
        return
    lane = lanes.current()
    if dated - lane.time <= _FARTHEST:
        lane.reach(dated)


def _send_of(h11: Any) -> Any:
    original, request = h11.Connection.send, h11.Request

    def send(self: Any, event: Any) -> Any:
        if type(event) is request:
            serial.asks()
            told = (LANE_HEADER.encode(), lanes.current().path.encode())
            event = request(
                method=event.method,
                target=event.target,
                headers=[*event.headers.raw_items(), told],
                http_version=event.http_version,
            )
        return original(self, event)

    return send


def _next_event_of(h11: Any) -> Any:
    original, response = h11.Connection.next_event, h11.Response

    def next_event(self: Any) -> Any:
        event = original(self)
        if type(event) is response:
            _heed(next((value.decode("latin-1") for name, value in event.headers if name == b"date"), None))
        return event

    return next_event
