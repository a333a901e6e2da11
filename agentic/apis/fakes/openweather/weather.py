"""Current weather and the forecast of 5 days in steps of 3 hours (`/data/2.5`)."""

from datetime import UTC, datetime
from typing import Any

from agentic.apis.fakes.openweather import errors, sky
from agentic.apis.fakes.openweather.call import Call, Object, Routes
from agentic.apis.fakes.openweather.climate import HOUR, Sample, sample
from agentic.apis.fakes.openweather.conditions import condition, degrees, fallen, speed
from agentic.apis.fakes.openweather.places import NAMED_KM, Place, by_id, by_name, by_zip, clock, near

_STEP = 3 * HOUR
_STEPS = 40


def _where(call: Call) -> tuple[float, float, Place | None]:
    """The coordinates asked for, by themselves or by a name, a number or a zip code, and the city that names them."""
    fields = call.fields
    if fields.get("mode", "json") not in ("", "json"):
        raise errors.ApiError(400, "the fake OpenWeather answers in JSON only")
    if fields.get("id"):
        place = by_id(fields["id"])
    elif fields.get("zip"):
        found = by_zip(fields["zip"])
        place = found[0] if found else None
    elif fields.get("q"):
        place = next(iter(by_name(fields["q"])), None)
    else:
        latitude, longitude = call.coordinates()
        return latitude, longitude, next(iter(near(latitude, longitude, NAMED_KM)), None)
    if place is None:
        raise errors.city_not_found()
    return place.latitude, place.longitude, place


def current(call: Call) -> Object:
    latitude, longitude, place = _where(call)
    now = sample(latitude, longitude, call.now)
    _, offset = clock(latitude, longitude, call.now)
    sun = sky.sun_times(latitude, longitude, call.now, offset)
    around = [sample(latitude, longitude, call.now + hours * HOUR).temperature for hours in (-1, 0, 1)]
    known = {"country": place.country} if place else {}
    return {
        "coord": {"lon": longitude, "lat": latitude},
        "weather": condition(now, call.lang),
        "base": "stations",
        "main": _main(now, min(around), max(around), call.units),
        "visibility": now.visibility,
        "wind": _wind(now, call.units),
        **fallen(now, 1),
        "clouds": {"all": now.clouds},
        "dt": now.time,
        # On polar days and nights the sun neither rises nor sets.
        "sys": {**known, "sunrise": sun.rise or 0, "sunset": sun.set or 0},
        "timezone": offset,
        "id": place.id if place else 0,
        "name": place.name if place else "",
        "cod": 200,
    }


def forecast(call: Call) -> Object:
    latitude, longitude, place = _where(call)
    count = call.number("cnt", _STEPS) or _STEPS
    first = (call.now // _STEP + 1) * _STEP
    _, offset = clock(latitude, longitude, call.now)
    sun = sky.sun_times(latitude, longitude, call.now, offset)
    return {
        "cod": "200",
        "message": 0,
        "cnt": count,
        "list": [_entry(latitude, longitude, first + step * _STEP, call) for step in range(count)],
        "city": {
            "id": place.id if place else 0,
            "name": place.name if place else "",
            "coord": {"lat": latitude, "lon": longitude},
            "country": place.country if place else "",
            "population": place.population if place else 0,
            "timezone": offset,
            "sunrise": sun.rise or 0,
            "sunset": sun.set or 0,
        },
    }


def _entry(latitude: float, longitude: float, time: int, call: Call) -> Object:
    """Three hours from `time` on; the rain is that of the three hours before it, as in the real API."""
    hours = [sample(latitude, longitude, time - back * HOUR) for back in (3, 2, 1)]
    here = sample(latitude, longitude, time)
    temperatures = [each.temperature for each in (*hours[1:], here)]
    return {
        "dt": time,
        "main": {**_main(here, min(temperatures), max(temperatures), call.units), "temp_kf": 0},
        "weather": condition(here, call.lang),
        "clouds": {"all": here.clouds},
        "wind": _wind(here, call.units),
        "visibility": here.visibility,
        "pop": max(each.chance for each in (*hours, here)),
        **fallen(here, 3, sum(each.rain + each.snow for each in hours)),
        "sys": {"pod": "d" if here.is_day else "n"},
        "dt_txt": datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M:%S"),
    }


def _main(here: Sample, lowest: float, highest: float, units: str) -> dict[str, Any]:
    return {
        "temp": degrees(here.temperature, units),
        "feels_like": degrees(here.feels_like, units),
        "temp_min": degrees(lowest, units),
        "temp_max": degrees(highest, units),
        "pressure": here.pressure,
        "humidity": here.humidity,
        "sea_level": here.pressure,
        "grnd_level": here.pressure - 4,
    }


def _wind(here: Sample, units: str) -> dict[str, Any]:
    return {
        "speed": speed(here.wind_speed, units),
        "deg": here.wind_degrees,
        "gust": speed(here.wind_gust, units),
    }


ROUTES: Routes = {"GET /data/2.5/weather": current, "GET /data/2.5/forecast": forecast}
