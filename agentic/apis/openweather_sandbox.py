"""What pyowm and requests need in the sandbox. Imported there, so it may import nothing of the registry."""

import contextlib
import importlib
from typing import Any

# What the first call would import: managers, HTTP client, and what scripts make of the answers.
_MODULES = (
    "asyncio calendar collections concurrent.futures csv datetime decimal encodings.idna http.client itertools json pyowm"
    " pyowm.commons.exceptions pyowm.utils.config pyowm.utils.timestamps requests requests.adapters ssl statistics textwrap"
    " urllib.parse urllib3.util.retry urllib3.util.ssl_ zoneinfo"
)
_OBSERVATION: dict[str, Any] = {
    "coord": {"lon": 0.0, "lat": 0.0},
    "weather": [{"id": 800, "main": "Clear", "description": "clear sky", "icon": "01d"}],
    "main": {"temp": 290.0, "pressure": 1013, "humidity": 50},
    "wind": {"speed": 1.0, "deg": 90},
    "dt": 1,
    "id": 1,
    "name": "Warm-up",
}


def warm_up() -> None:
    """Import and touch what scripts use; nothing leaves the process, whose network is closed already."""
    for name in _MODULES.split():
        importlib.import_module(name)
    # By name, because pyowm has no types of its own.
    owm = importlib.import_module("pyowm").OWM("warm-up")
    for manager in (owm.weather_manager, owm.geocoding_manager, owm.airpollution_manager):
        manager()
    observation = importlib.import_module("pyowm.weatherapi30.observation").Observation.from_dict(_OBSERVATION)
    observation.weather.temperature("celsius")
    # Once through the real HTTP client, which finds no network here: half of a first call's time is spent in its first use.
    requests = importlib.import_module("requests")
    with contextlib.suppress(requests.RequestException):
        requests.get("https://api.openweathermap.org/data/2.5/weather", timeout=1)
