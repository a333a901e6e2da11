"""The place at a pair of coordinates."""

import os
import sys
from typing import Any, NoReturn

import requests

LATITUDE = 48.8566
LONGITUDE = 2.3522

API = "https://api.openweathermap.org"
KEY = os.environ["OPENWEATHER_API_KEY"]


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


found = ask("/geo/1.0/reverse", lat=LATITUDE, lon=LONGITUDE, limit=1)
if not found:
    print(f"OpenWeather knows no place near {LATITUDE}, {LONGITUDE}.")
for place in found:
    name = ", ".join(part for part in (place["name"], place.get("state"), place["country"]) if part)
    print(f"{LATITUDE}, {LONGITUDE} is in {name} ({place['lat']}, {place['lon']})")
