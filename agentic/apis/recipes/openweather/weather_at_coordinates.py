"""The weather at a pair of coordinates right now."""

import os
import sys
from typing import Any, NoReturn

import requests

LATITUDE = 52.52
LONGITUDE = 13.405
UNITS = "celsius"

API = "https://api.openweathermap.org"
KEY = os.environ["OPENWEATHER_API_KEY"]
SYSTEMS = {"fahrenheit": "imperial", "imperial": "imperial", "kelvin": "standard"}
SIGNS = {"metric": "°C", "imperial": "°F", "standard": " K"}
SYSTEM = SYSTEMS.get(UNITS, "metric")


def stop(reason: str) -> NoReturn:
    print(reason, file=sys.stderr)
    sys.exit(1)


def ask(path: str, **query: str | float) -> Any:
    """The answer to one request; what OpenWeather complains about ends the script."""
    try:
        answer = requests.get(API + path, params={**query, "appid": KEY}, timeout=20)
        found = answer.json()
    except requests.RequestException as error:
        stop(f"OpenWeather: {error}")
    if not answer.ok:
        stop(f"OpenWeather: {found.get('message', answer.reason)}")
    return found


weather = ask("/data/2.5/weather", lat=LATITUDE, lon=LONGITUDE, units=SYSTEM)
main, wind = weather["main"], weather["wind"]
name = ", ".join(part for part in (weather["name"], weather["sys"].get("country")) if part)
print(f"Weather at {LATITUDE}, {LONGITUDE}" + (f" ({name})" if name else "") + f": {weather['weather'][0]['description']}")
print(f"Temperature: {main['temp']:.1f}{SIGNS[SYSTEM]}, feels like {main['feels_like']:.1f}{SIGNS[SYSTEM]}")
print(f"Humidity: {main['humidity']}%, pressure: {main['pressure']} hPa, clouds: {weather['clouds']['all']}%")
print(f"Wind: {wind['speed']} {'mph' if SYSTEM == 'imperial' else 'm/s'} from {wind['deg']}°")
