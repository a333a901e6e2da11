"""The APIs whose SDKs go through relay and broker, their keys in the tests, and answers that the SDKs believe."""

from typing import Any

from agentic.apis.github import GITHUB
from agentic.core.spec import ApiSpec, Credential, CredentialKind, Host, Operation, Refusal, Sdk, SecretField

__all__ = ["ENGINE", "GITHUB", "GITHUB_KEY", "LONDON", "WEATHER", "WEATHER_KEY"]

# No live key by its form: such a one is never sent to a fake.
GITHUB_KEY = "fake_CANARY7f3aGitHub/+key"
WEATHER_KEY = "CANARY7f3a0123456789abcdef01234567"

WEATHER = ApiSpec(
    name="weather",
    title="Weather",
    sdk=Sdk("pyowm", ("pyowm", "requests")),
    hosts=(
        Host(
            "api.openweathermap.org",
            (Operation("GET", "/data/2.5/weather", "weather"),),
            Credential(CredentialKind.QUERY, "{key}", "appid"),
        ),
    ),
    secrets=(SecretField("key", "key", ("OPENWEATHER_API_KEY",), "placeholder0000000000000000000000"),),
    prompt="",
    refusal=Refusal(403, "application/json", '{{"cod": 403, "message": "{message}"}}'),
)

# What the SDK needs of an answer before it believes it.
LONDON: dict[str, Any] = {
    "coord": {"lon": -0.1, "lat": 51.5},
    "weather": [{"id": 800, "main": "Clear", "description": "clear sky", "icon": "01d"}],
    "main": {"temp": 290.0, "pressure": 1000, "humidity": 50, "temp_min": 289.0, "temp_max": 291.0, "feels_like": 290.0},
    "wind": {"speed": 1.0, "deg": 90},
    "clouds": {"all": 0},
    "dt": 1700000000,
    "sys": {"country": "GB", "sunrise": 1700000000, "sunset": 1700030000},
    "timezone": 0,
    "id": 2643743,
    "name": "London",
}
ENGINE: dict[str, Any] = {
    "id": 7,
    "number": 1,
    "name": "engine",
    "full_name": "ada/engine",
    "login": "ada",
    "url": "https://api.github.com/repos/ada/engine",
}
