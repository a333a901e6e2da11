"""One Call 4.0: the weather now, and timelines that are read page by page. `next` and `prev` carry the caller's key, as the
real API's do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from agentic.apis.fakes.openweather import alerts, errors, records, sky
from agentic.apis.fakes.openweather.call import Call, Object, Routes
from agentic.apis.fakes.openweather.climate import HOUR, sample
from agentic.apis.fakes.openweather.places import clock

_MINUTE = 60
# 1979-01-01, the first day of the archive.
_FIRST = 283_996_800

_Record = Callable[[float, float, int, int, Call], Object]


@dataclass(frozen=True, slots=True)
class _Timeline:
    """`step` and `ahead` in seconds; `most` records a page; `past` says whether there is an archive. A day names no alerts."""

    name: str
    step: int
    most: int
    ahead: int
    past: bool
    record: _Record


def current(call: Call) -> Object:
    latitude, longitude = _coordinates(call)
    _, offset = clock(latitude, longitude, call.now)
    now = records.hour(sample(latitude, longitude, call.now), call)
    now |= records.sun(latitude, longitude, call.now, offset) | _in_force(
        alerts.active(latitude, longitude, call.now), call.now
    )
    return _envelope(latitude, longitude, call) | {"data": [now]}


def _timeline(line: _Timeline) -> Callable[[Call], Object]:
    def answer(call: Call) -> Object:
        latitude, longitude = _coordinates(call)
        _, offset = clock(latitude, longitude, call.now)
        # Days begin at the place's midnight, everything else with UTC.
        shift = offset if line.step == sky.DAY else 0
        start = call.moment("start")
        count = call.number("cnt", line.most) or line.most
        now = (call.now + shift) // line.step * line.step - shift
        first = (max(start, _FIRST) + shift) // line.step * line.step - shift if start is not None else now
        first = first if line.past else max(first, now)
        last = now + line.ahead
        times = [time for time in range(first, first + count * line.step, line.step) if time <= last]
        if not times:
            raise errors.invalid_parameter("start", "start is beyond the end of the timeline")
        links = {
            "next": times[-1] + line.step if times[-1] + line.step <= last else None,
            "prev": max(first - count * line.step, _FIRST) if line.past and first > _FIRST else None,
        }
        known = alerts.active(latitude, longitude, call.now) if line.step < sky.DAY else []
        return (
            _envelope(latitude, longitude, call)
            | {name: _url(call, time, count) for name, time in links.items() if time is not None}
            | {"data": [line.record(latitude, longitude, time, offset, call) | _in_force(known, time) for time in times]}
        )

    return answer


def _envelope(latitude: float, longitude: float, call: Call) -> Object:
    zone, offset = clock(latitude, longitude, call.now)
    return {"lat": latitude, "lon": longitude, "timezone": zone, "timezone_offset": offset}


def _coordinates(call: Call) -> tuple[float, float]:
    for field in ("lat", "lon"):
        if not call.fields.get(field):
            raise errors.invalid_parameter(field, f"{field} is required")
    return call.coordinates()


def _url(call: Call, start: int, count: int) -> str:
    """Where the next or the previous page is. By plain http, and with the key: so the real API does it."""
    kept = {name: call.fields[name] for name in ("lat", "lon", "units", "lang") if name in call.fields}
    query = urlencode(kept | {"cnt": count, "start": start, "appid": call.key})
    return f"http://api.openweathermap.org{call.path}?{query}"


def _in_force(known: Sequence[Object], time: int) -> Object:
    found = [alert["id"] for alert in known if alert["start"] <= time < alert["end"]]
    return {"alerts": found} if found else {}


def _minute(latitude: float, longitude: float, time: int, offset: int, call: Call) -> Object:
    here = sample(latitude, longitude, time)
    return {"dt": time, "precipitation": round(here.rain + here.snow, 2)}


def _hour(latitude: float, longitude: float, time: int, offset: int, call: Call) -> Object:
    return records.hour(sample(latitude, longitude, time), call, time=time, chance=True)


def _day(latitude: float, longitude: float, time: int, offset: int, call: Call) -> Object:
    return records.day(latitude, longitude, time, offset, call)


_TIMELINES = (
    _Timeline("1min", _MINUTE, 60, 59 * _MINUTE, past=False, record=_minute),
    _Timeline("15min", 15 * _MINUTE, 50, 48 * HOUR, past=False, record=_hour),
    _Timeline("1h", HOUR, 20, 48 * HOUR, past=True, record=_hour),
    _Timeline("1day", sky.DAY, 10, 548 * sky.DAY, past=True, record=_day),
)

ROUTES: Routes = {
    "GET /data/4.0/onecall/current": current,
    **{f"GET /data/4.0/onecall/timeline/{line.name}": _timeline(line) for line in _TIMELINES},
}
