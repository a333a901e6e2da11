"""The weather of tomorrow or tonight."""

import os
import sys
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import requests

PLACE = "Rome"
DAY = "tomorrow"  # or "tonight"
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


def within(entries: list[dict[str, Any]], offset: int, day: str) -> list[dict[str, Any]]:
    """The entries of today, tonight or tomorrow by the place's own clock."""
    today = (datetime.now(UTC) + timedelta(seconds=offset)).replace(hour=0, minute=0, second=0, microsecond=0)
    start = today + timedelta(hours={"tonight": 18, "tomorrow": 24}.get(day, 0))
    end = start + timedelta(hours=12 if day == "tonight" else 24)
    return [entry for entry in entries if start <= datetime.fromtimestamp(entry["dt"] + offset, UTC) < end]


place = locate(PLACE)
forecast = ask("/data/2.5/forecast", lat=place["lat"], lon=place["lon"], units=SYSTEM)
entries = within(forecast["list"], forecast["city"]["timezone"], DAY)
low = min(entry["main"]["temp_min"] for entry in entries)
high = max(entry["main"]["temp_max"] for entry in entries)
skies = dict.fromkeys(entry["weather"][0]["description"] for entry in entries)
print(f"{named(place)} {DAY}: {low:.1f} to {high:.1f}{SIGNS[SYSTEM]}, {', '.join(skies)}")
print(f"Chance of rain: {max(entry.get('pop', 0) for entry in entries):.0%}")
print(f"Wind: up to {max(entry['wind']['speed'] for entry in entries)} {'mph' if SYSTEM == 'imperial' else 'm/s'}")
