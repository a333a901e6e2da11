"""The wind in a place right now."""

import os
import sys
from typing import Any

from pyowm import OWM
from pyowm.commons.exceptions import NotFoundError, PyOWMError

PLACE = "Wellington"
UNITS = "metric"  # or "imperial", "mph", "kmh", "knots", "beaufort"

MEASURES = {"imperial": "miles_hour", "mph": "miles_hour", "kmh": "km_hour", "knots": "knots", "beaufort": "beaufort"}
SIGNS = {"meters_sec": "m/s", "miles_hour": "mph", "km_hour": "km/h", "knots": "kn", "beaufort": "Bft"}
COMPASS = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")

owm: Any = OWM(os.environ["OPENWEATHER_API_KEY"])

try:
    observation = owm.weather_manager().weather_at_place(PLACE)
except NotFoundError:
    print(f"OpenWeather knows no place called {PLACE!r}", file=sys.stderr)
    sys.exit(1)
except PyOWMError as error:
    print(f"OpenWeather: {error}", file=sys.stderr)
    sys.exit(1)

place, unit = observation.location, MEASURES.get(UNITS, "meters_sec")
wind = observation.weather.wind(unit=unit)
print(
    f"Wind in {place.name}, {place.country}: {wind['speed']:.1f} {SIGNS[unit]} from the {COMPASS[round(wind['deg'] / 45) % 8]}"
)
if wind.get("gust"):
    print(f"Gusts: {wind['gust']:.1f} {SIGNS[unit]}")
