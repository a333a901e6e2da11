"""The weather of a place at an hour: a pure function of both, with seasons, days, nights and passing fronts.

Nothing is random: asked twice, or by another process, the same place and hour have the same weather.
"""

import hashlib
import math
from dataclasses import dataclass

from agentic.apis.fakes.openweather import sky

HOUR = 3600
_DAYS_A_YEAR = 365.2425
# Places nearer than about 25 km share their weather.
_CELLS_A_DEGREE = 4


@dataclass(frozen=True, slots=True)
class Sample:
    """One hour's weather: degrees Celsius, hPa, percent, metres, m/s, degrees from north, mm/h; `chance` is from 0 to 1."""

    time: int
    temperature: float
    feels_like: float
    dew_point: float
    pressure: int
    humidity: int
    clouds: int
    visibility: int
    wind_speed: float
    wind_degrees: int
    wind_gust: float
    rain: float
    snow: float
    chance: float
    uv_index: float
    is_day: bool


def sample(latitude: float, longitude: float, time: float) -> Sample:
    """The weather in the hour in which `time` (Unix seconds) falls."""
    hour = int(time) // HOUR * HOUR
    cell = f"{round(latitude * _CELLS_A_DEGREE)}/{round(longitude * _CELLS_A_DEGREE)}"
    front = _wave(cell, "front", hour, 40)
    clouds = _clouds(front, _wave(cell, "clouds", hour, 9))
    mean, hourly = _mean(latitude, hour), _hourly(longitude, hour, clouds)
    temperature = mean + hourly + 9 * (_wave(cell, "air", hour, 70) - 0.5)
    wetness = max(0.0, clouds - 65) / 35 * max(0.0, _wave(cell, "wet", hour, 6) - 0.25) * 6
    falls = round(wetness * (0.6 + max(0.0, temperature) / 20), 2)
    falls = falls if falls >= 0.1 else 0.0
    humidity = round(min(100.0, max(15.0, 68 + 0.35 * (clouds - 40) + 9 * (falls > 0) - 2.2 * hourly)))
    wind = round(1.2 + 8.5 * front * _wave(cell, "wind", hour, 11), 2)
    height = sky.elevation(latitude, longitude, hour + HOUR / 2)
    is_snow = temperature < 0.8
    return Sample(
        time=hour,
        temperature=round(temperature, 2),
        feels_like=round(_feels_like(temperature, humidity, wind), 2),
        dew_point=round(_dew_point(temperature, humidity), 2),
        pressure=round(1030 - 34 * front + 4 * (_wave(cell, "pressure", hour, 90) - 0.5)),
        humidity=humidity,
        clouds=clouds,
        visibility=round(max(200.0, min(10_000.0, 10_000 - 1400 * falls - 250 * max(0, humidity - 88)))),
        wind_speed=wind,
        wind_degrees=round(360 * _wave(cell, "direction", hour, 30)) % 360,
        wind_gust=round(wind * (1.3 + 0.5 * front), 2),
        rain=0.0 if is_snow else falls,
        snow=falls if is_snow else 0.0,
        chance=round(min(1.0, max(0.0, (clouds - 45) / 55) * (0.55 if not falls else 1.0) + 0.35 * (falls > 0)), 2),
        uv_index=round(max(0.0, 11.5 * math.sin(math.radians(max(0.0, height))) ** 1.3 * (1 - 0.006 * clouds)), 2),
        is_day=height > -0.833,
    )


def share(*words: object) -> float:
    """A number from 0 to 1 that belongs to these words."""
    digest = hashlib.blake2b("/".join(map(str, words)).encode(), digest_size=4).digest()
    return int.from_bytes(digest) / 0xFFFFFFFF


def _wave(cell: str, name: str, time: int, hours: int) -> float:
    """A number from 0 to 1 that changes smoothly, with a new height every so many hours."""
    step, within = divmod(time / HOUR / hours, 1)
    before, after = share(cell, name, int(step)), share(cell, name, int(step) + 1)
    return before + (after - before) * (1 - math.cos(math.pi * within)) / 2


def _clouds(front: float, patches: float) -> int:
    cover = 130 * (0.65 * front + 0.35 * patches) - 22
    return round(min(100.0, max(0.0, cover)))


def _mean(latitude: float, time: int) -> float:
    """The day's mean by the climate: of the latitude, and of the season in its hemisphere."""
    day_of_year = time / sky.DAY % _DAYS_A_YEAR
    season = math.cos(2 * math.pi * (day_of_year - 201) / _DAYS_A_YEAR) * math.copysign(1, latitude)
    return 27.5 - 0.0064 * latitude**2 + (0.6 + 0.19 * abs(latitude)) * season


def _hourly(longitude: float, time: int, clouds: int) -> float:
    """What the hour adds to the day's mean: most in the afternoon, less under clouds."""
    solar_hour = (time / HOUR + longitude / 15) % 24
    return math.cos(2 * math.pi * (solar_hour - 15) / 24) * (5.5 - 0.035 * clouds)


def _dew_point(temperature: float, humidity: int) -> float:
    """Magnus' formula."""
    part = math.log(humidity / 100) + 17.62 * temperature / (243.12 + temperature)
    return 243.12 * part / (17.62 - part)


def _feels_like(temperature: float, humidity: int, wind: float) -> float:
    """Wind chill when it is cold, the heat of damp air when it is warm."""
    if temperature <= 10 and wind > 1.34:
        speed = (wind * 3.6) ** 0.16
        return 13.12 + 0.6215 * temperature - 11.37 * speed + 0.3965 * temperature * speed
    if temperature >= 24:
        return temperature + 0.045 * (humidity - 40) * (temperature - 20) / 6
    return temperature
