"""Sunrise and sunset in a place today, by its own clock."""

import os
import sys
from datetime import UTC, datetime
from typing import Any

from pyowm import OWM
from pyowm.commons.exceptions import NotFoundError, PyOWMError

PLACE = "Oslo"

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
rise, sets = weather.sunrise_time(), weather.sunset_time()
if rise and sets:
    times = [datetime.fromtimestamp(time + weather.utc_offset, UTC) for time in (rise, sets)]
    print(f"In {place.name}, {place.country}, the sun rises at {times[0]:%H:%M} and sets at {times[1]:%H:%M}.")
    print(f"That is {(sets - rise) / 3600:.1f} hours of daylight.")
else:
    print(f"In {place.name}, {place.country}, the sun neither rises nor sets today.")
