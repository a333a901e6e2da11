"""Where the sun and the moon stand: the sun by the Astronomical Almanac's short formulas (to a minute), the moon roughly."""

import math
from dataclasses import dataclass

DAY = 86_400
# Noon of 2000-01-01, from which the formulas count days.
_EPOCH = 946_728_000
# Refraction and the sun's own size: it is up when its middle is not yet.
_HORIZON = math.radians(-0.833)
_NEW_MOON, _MONTH = 947_182_440, 29.530588853 * DAY


@dataclass(frozen=True, slots=True)
class SunTimes:
    """Of one calendar day at one place, Unix seconds; None on polar days and nights."""

    rise: int | None
    set: int | None
    noon: int


def _sun(time: float) -> tuple[float, float]:
    """Declination in radians, equation of time in seconds."""
    days = (time - _EPOCH) / DAY
    anomaly = math.radians(357.529 + 0.98560028 * days)
    mean = 280.459 + 0.98564736 * days
    longitude = math.radians(mean + 1.915 * math.sin(anomaly) + 0.020 * math.sin(2 * anomaly))
    tilt = math.radians(23.439 - 0.00000036 * days)
    ascension = math.degrees(math.atan2(math.cos(tilt) * math.sin(longitude), math.cos(longitude)))
    difference = (mean - ascension + 180) % 360 - 180
    return math.asin(math.sin(tilt) * math.sin(longitude)), difference * 240


def sun_times(latitude: float, longitude: float, time: int, offset: int) -> SunTimes:
    """Of the calendar day that `time` falls in at a place whose clock is `offset` seconds ahead of UTC."""
    noon = (time + offset) // DAY * DAY + DAY / 2 - longitude * 240
    declination, equation = _sun(noon)
    noon -= equation
    up = math.radians(latitude)
    across = math.cos(up) * math.cos(declination)
    hour = (math.sin(_HORIZON) - math.sin(up) * math.sin(declination)) / across if abs(across) > 1e-9 else 2.0
    if not -1 < hour < 1:
        return SunTimes(None, None, round(noon))
    half = math.degrees(math.acos(hour)) * 240
    return SunTimes(round(noon - half), round(noon + half), round(noon))


def elevation(latitude: float, longitude: float, time: float) -> float:
    """The sun's height in degrees above the horizon."""
    declination, equation = _sun(time)
    hour = math.radians(((time % DAY) + equation + longitude * 240) / 240 - 180)
    up = math.radians(latitude)
    return math.degrees(math.asin(math.sin(up) * math.sin(declination) + math.cos(up) * math.cos(declination) * math.cos(hour)))


def moon_phase(time: int) -> float:
    """0 and 1 are new moon, 0.5 is full moon."""
    return round((time - _NEW_MOON) / _MONTH % 1, 2)


def moon_times(time: int, offset: int) -> tuple[int, int]:
    """Rise and set on the calendar day of `time`: with the sun at new moon, a day later in each month, never exact."""
    midnight = (time + offset) // DAY * DAY - offset
    rise = (DAY // 4 + round(moon_phase(time) * DAY)) % DAY
    return midnight + rise, midnight + (rise + DAY // 2) % DAY
