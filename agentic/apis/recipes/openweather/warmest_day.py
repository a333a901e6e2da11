"""The warmest or the coldest of the next days."""

import os
import sys
from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Any, NoReturn

import requests

PLACE = "Athens"
KIND = "warmest"  # or "hottest", "coldest", "coolest"
DAYS = 5
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


if not 1 <= DAYS <= 5:
    stop("OpenWeather's forecast reaches from 1 to 5 days")
place = locate(PLACE)
forecast = ask("/data/2.5/forecast", lat=place["lat"], lon=place["lon"], units=SYSTEM)
days: dict[date, list[Any]] = defaultdict(list)
for entry in forecast["list"]:
    days[datetime.fromtimestamp(entry["dt"] + forecast["city"]["timezone"], UTC).date()].append(entry["main"])

cold = KIND.startswith("co")
ends = {day: min(m["temp_min"] for m in mains) if cold else max(m["temp_max"] for m in mains) for day, mains in days.items()}
chosen = sorted(ends)[:DAYS]
best = (min if cold else max)(chosen, key=lambda day: ends[day])
print(
    f"The {KIND} of the next {len(chosen)} days in {named(place)} is {best:%A %Y-%m-%d}, with {ends[best]:.1f}{SIGNS[SYSTEM]}."
)
for day in chosen:
    print(f"{day:%a %Y-%m-%d}: {'low' if cold else 'high'} {ends[day]:.1f}{SIGNS[SYSTEM]}")
