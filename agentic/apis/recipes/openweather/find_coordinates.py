"""The coordinates of a place, and of others of the same name."""

import os
import sys
from typing import Any, NoReturn

import requests

PLACE = "Lisbon"

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


def locate(place: str) -> dict[str, Any]:
    """The place that is meant: what stands after a comma, a state or a country, has to fit."""
    town, *more = [part.strip() for part in place.split(",")]
    more = ["GB" if part.upper() == "UK" else part for part in more]
    found = ask("/geo/1.0/direct", q=",".join([town, *more]), limit=5)
    if more:
        candidates = found + ask("/geo/1.0/direct", q=town, limit=5)
        wanted = {part.casefold() for part in more}
        fitting = [one for one in candidates if wanted <= {one["country"].casefold(), one.get("state", "").casefold()}]
        if not fitting and len(more) == 1 and len(more[0]) == 2:
            fitting = ask("/geo/1.0/direct", q=f"{town},{more[0]},US", limit=5)
        found = fitting or found
    if not found:
        stop(f"OpenWeather knows no place called {place!r}")
    return found[0]


def named(place: dict[str, Any]) -> str:
    return ", ".join(part for part in (place["name"], place.get("state"), place["country"]) if part)


place = locate(PLACE)
print(f"{named(place)}: latitude {place['lat']}, longitude {place['lon']}")
if "," not in PLACE:
    for other in ask("/geo/1.0/direct", q=PLACE, limit=5)[1:]:
        print(f"Also {named(other)}: latitude {other['lat']}, longitude {other['lon']}")
