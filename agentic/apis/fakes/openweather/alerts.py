"""Weather alerts: made of the weather itself, so that a storm has one. An alert's id says where, when and what it is."""

import re
import struct
from dataclasses import dataclass

from agentic.apis.fakes.openweather import errors, sky
from agentic.apis.fakes.openweather.call import Call, Object, Routes
from agentic.apis.fakes.openweather.climate import HOUR, Sample, sample
from agentic.apis.fakes.openweather.places import clock

_SENDER = "Fake National Weather Service"
_ID = re.compile(r"urn:oid:2\.49\.0\.1\.(?P<place>[0-9a-f]{8})\.(?P<day>\d{1,6})\.(?P<kind>[0-3])")


@dataclass(frozen=True, slots=True)
class _Kind:
    event: str
    tag: str
    text: str

    def holds(self, hour: Sample) -> bool:
        match self.tag:
            case "Wind":
                return hour.wind_gust >= 12
            case "Rain":
                return hour.rain >= 4 or hour.snow >= 3
            case "Extreme high temperature":
                return hour.feels_like >= 37
            case _:
                return hour.feels_like <= -18


_KINDS = (
    _Kind("Wind Advisory", "Wind", "Gusts of up to {gust} m/s are expected. Secure loose objects."),
    _Kind("Flood Watch", "Rain", "Heavy precipitation is expected. Rivers and drains may rise."),
    _Kind("Heat Advisory", "Extreme high temperature", "It will feel like {high} °C. Drink enough and avoid the sun."),
    _Kind("Cold Weather Advisory", "Extreme low temperature", "It will feel like {low} °C. Cover exposed skin."),
)


def active(latitude: float, longitude: float, now: int) -> list[Object]:
    """The alerts in force today or tomorrow, with all they say; `description` is one text, as One Call 3.0 has it."""
    _, offset = clock(latitude, longitude, now)
    days = [(now + offset) // sky.DAY + more for more in (0, 1)]
    found = [_alert(latitude, longitude, offset, day, kind) for day in days for kind in range(len(_KINDS))]
    return [alert for alert in found if alert and alert["end"] > now]


def detail(call: Call) -> Object:
    """One alert by its id, as One Call 4.0 has it."""
    found = _ID.fullmatch(call.ids[0])
    if found:
        latitude, longitude = (number / 100 for number in struct.unpack(">hh", bytes.fromhex(found["place"])))
        _, offset = clock(latitude, longitude, int(found["day"]) * sky.DAY)
        alert = _alert(latitude, longitude, offset, int(found["day"]), int(found["kind"]))
        if alert:
            return alert | {"description": [{"language": "en", "description": alert["description"]}]}
    raise errors.ApiError(404, "alert not found", as_text=False, parameters=("alert_id",))


def _alert(latitude: float, longitude: float, offset: int, day: int, number: int) -> Object | None:
    """The alert of one kind on one calendar day, from its first hour to its last."""
    latitude, longitude = round(latitude, 2), round(longitude, 2)
    kind, midnight = _KINDS[number], day * sky.DAY - offset
    hours = [hour for step in range(24) if kind.holds(hour := sample(latitude, longitude, midnight + step * HOUR))]
    if not hours:
        return None
    place = struct.pack(">hh", round(latitude * 100), round(longitude * 100)).hex()
    return {
        "id": f"urn:oid:2.49.0.1.{place}.{day}.{number}",
        "sender_name": _SENDER,
        "event": kind.event,
        "start": hours[0].time,
        "end": hours[-1].time + HOUR,
        "description": kind.text.format(
            gust=round(max(hour.wind_gust for hour in hours)),
            high=round(max(hour.feels_like for hour in hours)),
            low=round(min(hour.feels_like for hour in hours)),
        ),
        "tags": [kind.tag],
    }


ROUTES: Routes = {"GET /data/4.0/onecall/alert/{id}": detail}
