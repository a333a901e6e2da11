"""Air pollution (`/data/2.5/air_pollution`): now, the next 4 days and the past, hour by hour."""

import math

from agentic.apis.fakes.openweather import errors
from agentic.apis.fakes.openweather.call import Call, Object, Routes
from agentic.apis.fakes.openweather.climate import HOUR, sample, share
from agentic.apis.fakes.openweather.places import near

_FORECAST_HOURS = 96
# Where smog is usual.
_SMOGGY = frozenset({"IN", "PK", "CN", "EG", "NG", "ID", "VN", "TH", "SA"})
# 2020-11-27, the first day of the real archive.
_FIRST = 1_606_435_200
_LONGEST = 366 * 24 * HOUR

# Where the index rises to 2, 3, 4 and 5, in µg/m³. Source: openweathermap.org/api/air-pollution.
_LEVELS = {
    "so2": (20, 80, 250, 350),
    "no2": (40, 70, 150, 200),
    "pm10": (20, 50, 100, 200),
    "pm2_5": (10, 25, 50, 75),
    "o3": (60, 100, 140, 180),
    "co": (4400, 9400, 12400, 15400),
}


def current(call: Call) -> Object:
    return _answer(call, [call.now // HOUR * HOUR])


def forecast(call: Call) -> Object:
    first = call.now // HOUR * HOUR
    return _answer(call, [first + step * HOUR for step in range(_FORECAST_HOURS)])


def history(call: Call) -> Object:
    start, end = call.moment("start"), call.moment("end")
    if start is None or end is None:
        raise errors.wrong("start" if start is None else "end")
    first = -(-max(start, _FIRST) // HOUR) * HOUR
    return _answer(call, list(range(first, min(end, call.now, first + _LONGEST) + 1, HOUR)))


def _answer(call: Call, times: list[int]) -> Object:
    latitude, longitude = call.coordinates()
    dirt = _dirt(latitude, longitude)
    return {
        "coord": {"lon": longitude, "lat": latitude},
        "list": [_hour(latitude, longitude, time, dirt) for time in times],
    }


def _dirt(latitude: float, longitude: float) -> float:
    """How dirty the air is on the whole: people near by, and a share of the place's own."""
    cities = near(latitude, longitude, 60)
    people = cities[0].population if cities else 5_000
    own = 0.5 + 0.9 * share("dirt", round(latitude, 1), round(longitude, 1))
    return math.log10(1 + people / 10_000) / 2.4 * own * (3 if cities and cities[0].country in _SMOGGY else 1)


def _hour(latitude: float, longitude: float, time: int, dirt: float) -> Object:
    """Wind blows it away, rain washes it out, the sun makes ozone of it, traffic comes twice a day."""
    here = sample(latitude, longitude, time)
    traffic = 1 + 0.35 * math.cos(4 * math.pi * ((time / HOUR + longitude / 15) % 24 - 8) / 24)
    still = dirt * traffic * 4 / (2 + here.wind_speed) * (0.6 if here.rain or here.snow else 1.0)
    fine = 14 * still
    components = {
        "co": 190 + 260 * still,
        "no": 1.8 * still**2,
        "no2": 17 * still,
        "o3": max(5.0, 55 + 7 * here.uv_index - 14 * still),
        "so2": 5.5 * still,
        "pm2_5": fine,
        "pm10": 1.6 * fine + 3,
        "nh3": 2.4 * still,
    }
    rounded = {name: round(value, 2) for name, value in components.items()}
    index = max(1 + sum(rounded[name] >= level for level in levels) for name, levels in _LEVELS.items())
    return {"main": {"aqi": index}, "components": rounded, "dt": time}


ROUTES: Routes = {
    "GET /data/2.5/air_pollution": current,
    "GET /data/2.5/air_pollution/forecast": forecast,
    "GET /data/2.5/air_pollution/history": history,
}
