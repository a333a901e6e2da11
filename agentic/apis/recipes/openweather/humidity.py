"""The humidity in a place right now."""

import os
import sys
from typing import Any

from pyowm import OWM
from pyowm.commons.exceptions import NotFoundError, PyOWMError

PLACE = "Singapore"

owm: Any = OWM(os.environ["OPENWEATHER_API_KEY"])

try:
    observation = owm.weather_manager().weather_at_place(PLACE)
except NotFoundError:
    print(f"OpenWeather knows no place called {PLACE!r}", file=sys.stderr)
    sys.exit(1)
except PyOWMError as error:
    print(f"OpenWeather: {error}", file=sys.stderr)
    sys.exit(1)

place, weather = observation.location, observation.weather
temperature = weather.temperature("celsius")["temp"]
print(f"Humidity in {place.name}, {place.country}: {weather.humidity}% at {temperature:.1f} °C, {weather.detailed_status}")
