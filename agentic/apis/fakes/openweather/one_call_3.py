"""One Call 3.0, which new accounts no longer get: everything in one answer, one moment of the past, one day, and a text."""

import re
from datetime import UTC, date, datetime

from agentic.apis.fakes.openweather import alerts, errors, records, sky
from agentic.apis.fakes.openweather.call import Call, Object, Routes
from agentic.apis.fakes.openweather.climate import HOUR, sample
from agentic.apis.fakes.openweather.conditions import condition, degrees, speed
from agentic.apis.fakes.openweather.places import clock

_TZ = re.compile(r"([+-])(\d{2}):?(\d{2})")


def one_call(call: Call) -> Object:
    latitude, longitude = call.coordinates()
    zone, offset = clock(latitude, longitude, call.now)
    left_out = {part.strip() for part in call.fields.get("exclude", "").split(",")}
    first = call.now // HOUR * HOUR
    now = sample(latitude, longitude, call.now)
    parts: Object = {
        "current": records.hour(now, call) | records.sun(latitude, longitude, call.now, offset),
        "minutely": [
            {"dt": call.now // 60 * 60 + 60 * step, "precipitation": round(here.rain + here.snow, 2)}
            for step in range(60)
            if (here := sample(latitude, longitude, call.now + 60 * step))
        ],
        "hourly": [records.hour(sample(latitude, longitude, first + step * HOUR), call, chance=True) for step in range(48)],
        "daily": [records.day(latitude, longitude, call.now + step * sky.DAY, offset, call) for step in range(8)],
    }
    found = [
        {name: value for name, value in alert.items() if name != "id"} for alert in alerts.active(latitude, longitude, call.now)
    ]
    if found:
        parts["alerts"] = found
    return _place(latitude, longitude, zone, offset) | {name: part for name, part in parts.items() if name not in left_out}


def time_machine(call: Call) -> Object:
    latitude, longitude = call.coordinates()
    time = call.moment("dt")
    if time is None:
        raise errors.invalid_parameter("dt", "dt is required")
    if time > call.now + 4 * sky.DAY:
        raise errors.invalid_parameter("dt", "dt is beyond the forecast of 4 days")
    zone, offset = clock(latitude, longitude, time)
    moment = records.hour(sample(latitude, longitude, time), call, time=time)
    return _place(latitude, longitude, zone, offset) | {"data": [moment | records.sun(latitude, longitude, time, offset)]}


def day_summary(call: Call) -> Object:
    latitude, longitude = call.coordinates()
    if "date" not in call.fields:
        raise errors.invalid_parameter("date", "date is required")
    noon, offset, zone = _noon(latitude, longitude, call)
    hours = records.hours_of_day(latitude, longitude, noon, offset)
    afternoon, windiest = hours[12], max(hours, key=lambda each: each.wind_speed)
    warmth = [each.temperature for each in hours]
    moments = {"afternoon": 12, "night": 0, "evening": 18, "morning": 6}
    return {
        "lat": latitude,
        "lon": longitude,
        "tz": zone,
        "date": call.fields["date"],
        "units": call.units,
        "cloud_cover": {"afternoon": afternoon.clouds},
        "humidity": {"afternoon": afternoon.humidity},
        "precipitation": {"total": round(sum(each.rain + each.snow for each in hours), 2)},
        "temperature": {
            "min": degrees(min(warmth), call.units),
            "max": degrees(max(warmth), call.units),
            **{part: degrees(hours[number].temperature, call.units) for part, number in moments.items()},
        },
        "pressure": {"afternoon": afternoon.pressure},
        "wind": {"max": {"speed": speed(windiest.wind_speed, call.units), "direction": windiest.wind_degrees}},
    }


def overview(call: Call) -> Object:
    latitude, longitude = call.coordinates()
    noon, offset, zone = _noon(latitude, longitude, call)
    hours = records.hours_of_day(latitude, longitude, noon, offset)
    sign = {"metric": "°C", "imperial": "°F"}.get(call.units, " K")
    low, high = (degrees(pick(each.temperature for each in hours), call.units) for pick in (min, max))
    text = (
        f"The day brings {condition(hours[13])[0]['description']}, and between {low:.0f}{sign} and {high:.0f}{sign}. "
        f"The chance of precipitation is {max(each.chance for each in hours):.0%}."
    )
    day = datetime.fromtimestamp(noon + offset, UTC).date().isoformat()
    return {"lat": latitude, "lon": longitude, "tz": zone, "date": day, "units": call.units, "weather_overview": text}


def _noon(latitude: float, longitude: float, call: Call) -> tuple[int, int, str]:
    """Noon of the day asked for, the place's lead over UTC in seconds, and the same as text (+02:00)."""
    text = call.fields.get("date", "")
    try:
        day = date.fromisoformat(text) if text else datetime.fromtimestamp(call.now, UTC).date()
    except ValueError:
        raise errors.invalid_parameter("date", "Invalid date format") from None
    if not 1979 <= day.year <= datetime.fromtimestamp(call.now, UTC).year + 2:
        raise errors.invalid_parameter("date", "date is outside of the archive and the forecast")
    noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())
    given = _TZ.fullmatch(call.fields.get("tz", "").replace(" ", "+"))
    if given:
        offset = (int(given[2]) * 3600 + int(given[3]) * 60) * (-1 if given[1] == "-" else 1)
    else:
        _, offset = clock(latitude, longitude, noon)
    zone = f"{'-' if offset < 0 else '+'}{abs(offset) // 3600:02}:{abs(offset) % 3600 // 60:02}"
    return noon - offset, offset, zone


def _place(latitude: float, longitude: float, zone: str, offset: int) -> Object:
    return {"lat": latitude, "lon": longitude, "timezone": zone, "timezone_offset": offset}


ROUTES: Routes = {
    "GET /data/3.0/onecall": one_call,
    "GET /data/3.0/onecall/timemachine": time_machine,
    "GET /data/3.0/onecall/day_summary": day_summary,
    "GET /data/3.0/onecall/overview": overview,
}
