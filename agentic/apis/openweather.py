"""The OpenWeather plugin: current weather, forecasts, air quality, geocoding and One Call, all of it reading.

Weather stations and triggers, which write, are left out, and refused by name as well.
"""

from collections.abc import Iterable, Iterator

from agentic.apis.recipes.openweather import RECIPES
from agentic.core.spec import ApiSpec, Credential, CredentialKind, Host, KeyCheck, Operation, Refusal, Sdk, SecretField
from agentic.registry import hookimpl

# Family to the paths that can be read there.
_FAMILIES: dict[str, tuple[str, ...]] = {
    "weather": ("/data/2.5/weather",),
    "forecast": ("/data/2.5/forecast",),
    "air_pollution": ("/data/2.5/air_pollution", "/data/2.5/air_pollution/forecast", "/data/2.5/air_pollution/history"),
    "geocoding": ("/geo/1.0/direct", "/geo/1.0/reverse", "/geo/1.0/zip"),
    "one_call_4": (
        "/data/4.0/onecall/current",
        *(f"/data/4.0/onecall/timeline/{step}" for step in ("1min", "15min", "1h", "1day")),
        "/data/4.0/onecall/alert/{id}",
    ),
    # Closed to new accounts; for keys that have it.
    "one_call_3": (
        *("/data/3.0/onecall", "/data/3.0/onecall/timemachine", "/data/3.0/onecall/day_summary"),
        "/data/3.0/onecall/overview",
    ),
}

# Never allowed, whatever the list above says: what writes, and what was switched off.
_NEVER = {
    "stations": ("/data/3.0/stations/**", "/data/3.0/measurements/**", "/data/2.5/stations/**"),
    "triggers": ("/data/3.0/triggers/**",),
    "one_call_2": ("/data/2.5/onecall/**",),
}

_WORDS = (
    "openweather openweathermap pyowm weather forecast temperature celsius fahrenheit degrees rain raining umbrella snow wind"
    " windy gusts humidity humid air quality pollution smog sunrise sunset storm warmer colder warmest coldest hot cold"
    " coordinates latitude longitude geocode"
)

_PROMPT = """\
Write for requests 2.34, or for pyowm 3.5 where its objects help.
- Key: params={"appid": os.environ["OPENWEATHER_API_KEY"], ...}, or pyowm.OWM(os.environ["OPENWEATHER_API_KEY"]). Never write a
  key into the script.
- Everything is a GET on https://api.openweathermap.org, with timeout=20. By default use
  /data/2.5/weather (now) and /data/2.5/forecast (5 days in 40 steps of 3 hours; cnt= for fewer), with lat= and lon=;
  /data/2.5/air_pollution, /air_pollution/forecast and /air_pollution/history (start=, end=), with lat= and lon=;
  /geo/1.0/direct?q=NAME&limit=5, /geo/1.0/reverse?lat=&lon=, /geo/1.0/zip?zip=CODE,COUNTRY.
- Find a place with /geo/1.0/direct first ("Paris,FR", "Springfield,IL,US": the state code only for the US). It answers a list,
  empty where nobody knows the name; each has name, state (not always), country, lat, lon. Several places share a name: say in
  the output which one was taken, with state and country.
- units=metric (°C, m/s) unless the task asks for fahrenheit: units=imperial (°F, mph). Without units degrees are kelvin.
  Rain and snow are in mm in any units, and missing where it is dry: item.get("rain", {}).get("3h", 0). pop is from 0 to 1.
- Times (dt, sunrise, sunset) are Unix seconds in UTC. Local time is
  datetime.fromtimestamp(dt + offset, timezone.utc); the offset is answer["timezone"], in a forecast answer["city"]["timezone"].
- One Call needs a subscription of its own; use it only where the task needs it (alerts, minutes, days beyond five, the past):
  /data/4.0/onecall/current and /data/4.0/onecall/timeline/1min, /15min, /1h, /1day (lat=, lon=, start=): records are in
  answer["data"], flat; more are behind answer.get("next"), a complete URL for requests.get. Alerts are ids, each read at
  /data/4.0/onecall/alert/ID. A 401 there says that the key has no such subscription: print that and sys.exit(1).
  /data/3.0/onecall only where the task names 3.0.
- Errors: 401 wrong key, 404 {"message": "city not found"}. Print answer.json()["message"] to stderr and sys.exit(1).
- pyowm: manager = OWM(key).weather_manager(); observation = manager.weather_at_place("Berlin,DE") or
  manager.weather_at_coords(lat, lon); observation.location.name; weather = observation.weather;
  weather.temperature("celsius")["temp"], weather.humidity, weather.wind(), weather.detailed_status;
  for weather in manager.forecast_at_coords(lat, lon, "3h").forecast.
  OWM(key).geocoding_manager().geocode("Paris", country="FR", limit=5). Catch pyowm.commons.exceptions.PyOWMError.
- Not available: weather stations, triggers, map tiles, pyowm's city id registry, agro and UV APIs, forecast/daily,
  One Call 2.5."""

_NO_WRITES = "weather stations and triggers are not available: scripts only read"
_NOT_HERE = "its host is not among those that scripts may reach; use weather_manager, geocoding_manager or airpollution_manager"
_REFUSED_NAMES = (
    ("OWM.stations_manager", _NO_WRITES),
    ("OWM.alert_manager", _NO_WRITES),
    ("OWM.agro_manager", _NOT_HERE),
    ("OWM.tile_manager", _NOT_HERE),
    ("OWM.uvindex_manager", "the UV API was switched off; One Call has `uvi`"),
    ("OWM.city_id_registry", "it unpacks a database into a file, which the sandbox has no room for; use geocoding_manager"),
)


def _operations() -> Iterator[Operation]:
    for family, paths in _FAMILIES.items():
        for path in paths:
            yield Operation("GET", path, family)


def _never() -> Iterator[Operation]:
    for family, paths in _NEVER.items():
        for path in paths:
            yield Operation("*", path, family)


OPENWEATHER = ApiSpec(
    name="openweather",
    title="OpenWeather",
    surface_version=1,
    sdk=Sdk(
        requirement="pyowm>=3.5,<3.6",
        modules=("pyowm", "requests", "urllib3.util.retry"),
        warm_up="agentic.apis.openweather_sandbox:warm_up",
        refused=tuple((f"{module}.{name}", why) for module in ("pyowm", "pyowm.owm") for name, why in _REFUSED_NAMES),
    ),
    hosts=(
        Host(
            "api.openweathermap.org",
            tuple(_operations()),
            Credential(CredentialKind.QUERY, "{api_key}", "appid"),
        ),
        # Pictures of weather conditions, for anybody.
        Host("openweathermap.org", (Operation("GET", "/img/wn/{icon}", "icons"), Operation("GET", "/img/w/{icon}", "icons"))),
    ),
    secrets=(
        SecretField(
            name="api_key",
            title="OpenWeather API key (32 hexadecimal digits)",
            environment=("OPENWEATHER_API_KEY", "OPENWEATHERMAP_API_KEY", "OWM_API_KEY"),
            placeholder="0123456789abcdef0123456789abcdef",
            fake_value="{random}",
        ),
    ),
    prompt=_PROMPT,
    recipes=RECIPES,
    fake="agentic.apis.fakes.openweather:fake_openweather",
    words=tuple(_WORDS.split()),
    refused=tuple(_never()),
    key_check=KeyCheck("api.openweathermap.org", "/data/2.5/weather?lat=0&lon=0"),
    refusal=Refusal(403, "application/json", '{{"cod": 403, "message": "{message}"}}'),
)


@hookimpl
def agentic_apis() -> Iterable[ApiSpec]:
    return [OPENWEATHER]
