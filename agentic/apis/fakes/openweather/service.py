"""The fake OpenWeather: who calls, what is asked, and the answer in the API's form."""

import hmac
import json
import re
import time
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from agentic.apis.fakes.openweather import air, alerts, errors, geocoding, one_call_3, one_call_4, weather
from agentic.apis.fakes.openweather.call import Call, Handler, Routes
from agentic.apis.fakes.openweather.icons import icon
from agentic.core.fake import FakeRequest, FakeResponse

API_HOST, ICON_HOST = "api.openweathermap.org", "openweathermap.org"
_FAMILIES = (weather.ROUTES, air.ROUTES, geocoding.ROUTES, one_call_4.ROUTES, alerts.ROUTES, one_call_3.ROUTES)
ROUTES: Routes = {operation: handler for family in _FAMILIES for operation, handler in family.items()}
_ICON = re.compile(r"/img/wn?/(?P<name>[^/]+)")
_JSON = {"Content-Type": "application/json; charset=utf-8"}


class OpenWeatherFake:
    """Answers as api.openweathermap.org does for the operations in `ROUTES`, and openweathermap.org for icons.

    It keeps nothing: what it answers depends on the request and the hour alone.
    """

    def __init__(self, secrets: Mapping[str, str], *, clock: Callable[[], float] = time.time) -> None:
        self._key = secrets["api_key"]
        self._clock = clock

    def respond(self, request: FakeRequest) -> FakeResponse:
        if request.host == ICON_HOST:
            return _picture(request)
        try:
            return _answer(200, self._handle(request))
        except errors.ApiError as error:
            return _answer(error.status, error.body)

    def _handle(self, request: FakeRequest) -> Any:
        pairs = [(name.lower(), value) for name, value in parse_qsl(request.query, keep_blank_values=True)]
        keys = [value for name, value in pairs if name == "appid"]
        # Two keys are as wrong as none: who checks one and uses the other would be fooled.
        if len(keys) != 1 or not hmac.compare_digest(keys[0].encode(), self._key.encode()):
            raise errors.invalid_key()
        handler, ids = _route(request)
        return handler(Call(request.path, dict(pairs), ids, int(self._clock()), keys[0]))


def _route(request: FakeRequest) -> tuple[Handler, tuple[str, ...]]:
    exact = f"{request.method} {request.path}"
    if exact in ROUTES:
        return ROUTES[exact], ()
    for operation, handler in ROUTES.items():
        pattern = re.escape(operation).replace(r"\{id\}", "([^/]+)")
        if "{id}" in operation and (found := re.fullmatch(pattern, exact)):
            return handler, tuple(unquote(part) for part in found.groups())
    raise errors.ApiError(404, "Internal error")


def _picture(request: FakeRequest) -> FakeResponse:
    found = _ICON.fullmatch(request.path)
    data = icon(found["name"]) if found and request.method in ("GET", "HEAD") else None
    if data is None:
        return FakeResponse(404, b"<html><body>404 Not Found</body></html>", {"Content-Type": "text/html"})
    return FakeResponse(200, data, {"Content-Type": "image/png"})


def _answer(status: int, body: Any) -> FakeResponse:
    return FakeResponse(status, json.dumps(body, ensure_ascii=False).encode(), _JSON)


def fake_openweather(store: MutableMapping[str, str], secrets: Mapping[str, str]) -> OpenWeatherFake:
    """The factory that the plugin names: a fake that accepts only the key in `secrets` and leaves the store empty."""
    return OpenWeatherFake(secrets)
