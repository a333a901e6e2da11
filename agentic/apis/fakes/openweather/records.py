"""What One Call 3.0 and 4.0 have in common: an hour and a day as flat records."""

from collections.abc import Sequence

from agentic.apis.fakes.openweather import sky
from agentic.apis.fakes.openweather.call import Call, Object
from agentic.apis.fakes.openweather.climate import HOUR, Sample, sample
from agentic.apis.fakes.openweather.conditions import condition, degrees, fallen, speed

_PARTS = {"morn": 6, "day": 12, "eve": 18, "night": 22}


def hour(here: Sample, call: Call, *, time: int | None = None, chance: bool = False) -> Object:
    """One moment's record; `chance` adds the chance of rain that forecasts have."""
    return {
        "dt": here.time if time is None else time,
        "temp": degrees(here.temperature, call.units),
        "feels_like": degrees(here.feels_like, call.units),
        "pressure": here.pressure,
        "humidity": here.humidity,
        "dew_point": degrees(here.dew_point, call.units),
        "uvi": here.uv_index,
        "clouds": here.clouds,
        "visibility": here.visibility,
        "wind_speed": speed(here.wind_speed, call.units),
        "wind_deg": here.wind_degrees,
        "wind_gust": speed(here.wind_gust, call.units),
        **fallen(here, 1),
        "weather": condition(here, call.lang),
        **({"pop": here.chance} if chance else {}),
    }


def sun(latitude: float, longitude: float, time: int, offset: int) -> Object:
    """Sunrise and sunset; on polar days and nights neither."""
    times = sky.sun_times(latitude, longitude, time, offset)
    return {"sunrise": times.rise, "sunset": times.set} if times.rise and times.set else {}


def hours_of_day(latitude: float, longitude: float, time: int, offset: int) -> list[Sample]:
    """The 24 hours of the calendar day of `time`."""
    midnight = (time + offset) // sky.DAY * sky.DAY - offset
    return [sample(latitude, longitude, midnight + number * HOUR) for number in range(24)]


def day(latitude: float, longitude: float, time: int, offset: int, call: Call) -> Object:
    """One calendar day's record. `dt` is noon at the place."""
    hours = hours_of_day(latitude, longitude, time, offset)
    noon, windiest = hours[12], max(hours, key=lambda each: each.wind_speed)
    worst = max(hours[6:22], key=lambda each: (each.rain + each.snow, each.clouds))
    rises, sets = sky.moon_times(time, offset)
    rain, snow = sum(each.rain for each in hours), sum(each.snow for each in hours)
    warmth = [each.temperature for each in hours]
    return {
        "dt": (time + offset) // sky.DAY * sky.DAY - offset + 12 * HOUR,
        **sun(latitude, longitude, time, offset),
        "moonrise": rises,
        "moonset": sets,
        "moon_phase": sky.moon_phase(time),
        "summary": f"Expect a day of {condition(worst)[0]['description']}",
        "temp": {
            "min": degrees(min(warmth), call.units),
            "max": degrees(max(warmth), call.units),
            **{part: degrees(hours[number].temperature, call.units) for part, number in _PARTS.items()},
        },
        "feels_like": {part: degrees(hours[number].feels_like, call.units) for part, number in _PARTS.items()},
        "pressure": noon.pressure,
        "humidity": noon.humidity,
        "dew_point": degrees(noon.dew_point, call.units),
        "wind_speed": speed(windiest.wind_speed, call.units),
        "wind_deg": windiest.wind_degrees,
        "wind_gust": speed(max(each.wind_gust for each in hours), call.units),
        "weather": _daylight(condition(worst, call.lang)),
        "clouds": round(sum(each.clouds for each in hours) / len(hours)),
        "pop": max(each.chance for each in hours),
        "uvi": max(each.uv_index for each in hours),
        **({"rain": round(rain, 2)} if rain else {}),
        **({"snow": round(snow, 2)} if snow else {}),
    }


def _daylight(conditions: Sequence[Object]) -> list[Object]:
    """A day is drawn with the icon of its day."""
    return [entry | {"icon": str(entry["icon"])[:2] + "d"} for entry in conditions]
