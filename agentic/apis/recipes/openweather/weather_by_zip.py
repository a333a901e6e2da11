"""The weather at a zip or postal code right now."""

import os
import sys
from typing import Any, NoReturn

import requests

ZIP = "90210"
COUNTRY = "United States"
UNITS = "celsius"

API = "https://api.openweathermap.org"
KEY = os.environ["OPENWEATHER_API_KEY"]
SYSTEMS = {"fahrenheit": "imperial", "imperial": "imperial", "kelvin": "standard"}
SIGNS = {"metric": "°C", "imperial": "°F", "standard": " K"}
SYSTEM = SYSTEMS.get(UNITS, "metric")
COUNTRIES = {
    "united states": "US", "united states of america": "US", "usa": "US", "united kingdom": "GB", "uk": "GB",
    "great britain": "GB", "england": "GB", "germany": "DE", "france": "FR", "spain": "ES", "italy": "IT", "portugal": "PT",
    "austria": "AT", "switzerland": "CH", "netherlands": "NL", "the netherlands": "NL", "belgium": "BE", "denmark": "DK",
    "sweden": "SE", "norway": "NO", "finland": "FI", "ireland": "IE", "poland": "PL", "czechia": "CZ", "hungary": "HU",
    "greece": "GR", "turkey": "TR", "canada": "CA", "mexico": "MX", "brazil": "BR", "australia": "AU", "new zealand": "NZ",
    "india": "IN", "japan": "JP", "south korea": "KR", "china": "CN", "singapore": "SG", "south africa": "ZA",
}  # fmt: skip


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


country = COUNTRIES.get(COUNTRY.strip().casefold(), COUNTRY.strip().upper())
if len(country) != 2:
    stop(f"The country {COUNTRY!r} is needed as two letters, such as US or DE")
place = ask("/geo/1.0/zip", zip=f"{ZIP},{country}")
weather = ask("/data/2.5/weather", lat=place["lat"], lon=place["lon"], units=SYSTEM)
main, wind = weather["main"], weather["wind"]
print(f"Weather at {ZIP}, {place['name']}, {place['country']}: {weather['weather'][0]['description']}")
print(f"Temperature: {main['temp']:.1f}{SIGNS[SYSTEM]}, feels like {main['feels_like']:.1f}{SIGNS[SYSTEM]}")
print(f"Humidity: {main['humidity']}%, pressure: {main['pressure']} hPa, clouds: {weather['clouds']['all']}%")
print(f"Wind: {wind['speed']} {'mph' if SYSTEM == 'imperial' else 'm/s'} from {wind['deg']}°")
