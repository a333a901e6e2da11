"""The weather alerts in force at a place. Needs a key with One Call 4.0."""

import os
import sys
from datetime import UTC, datetime
from typing import Any, NoReturn
from urllib.parse import quote

import requests

PLACE = "Miami"

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
    if answer.status_code == 401 and "/onecall/" in path:
        stop("OpenWeather: this key has no One Call 4.0, which weather alerts need")
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


def text(description: Any) -> str:
    """The English text where an alert has several."""
    if isinstance(description, str):
        return description
    english = [entry for entry in description if str(entry.get("language", "en")).startswith("en")]
    return next((entry.get("description", "") for entry in english or description), "")


place = locate(PLACE)
now = ask("/data/4.0/onecall/current", lat=place["lat"], lon=place["lon"])
numbers = list(dict.fromkeys(now["data"][0].get("alerts", [])))
print(f"{len(numbers)} weather alerts for {named(place)}" if numbers else f"No weather alerts for {named(place)}.")
for number in numbers[:10]:
    alert = ask(f"/data/4.0/onecall/alert/{quote(number, safe='')}")
    start, end = (datetime.fromtimestamp(alert[name] + now["timezone_offset"], UTC) for name in ("start", "end"))
    print(f"{alert['event'] or 'Alert'} ({alert['sender_name']}), {start:%a %H:%M} to {end:%a %H:%M}")
    print(f"  {text(alert['description'])}")
