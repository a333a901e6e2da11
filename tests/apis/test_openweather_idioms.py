"""What models and people write with pyowm and requests, as it stands in their documentation: valid, and it works."""

from collections.abc import Iterator

import pytest
from weather_world import Walls, sandboxed

from agentic.apis.openweather import OPENWEATHER
from agentic.core.cache import cache_folder
from agentic.validator import ValidationPolicy, validate
from agentic.validator.describe import installed_index

_OWM = "import os\nfrom pyowm import OWM\nowm = OWM(os.environ['OWM_API_KEY'])\nmgr = owm.weather_manager()\n"
_GET = (
    "import os, requests\n"
    "def get(path, **query):\n"
    "    query['appid'] = os.getenv('OPENWEATHERMAP_API_KEY')\n"
    "    answer = requests.get('https://api.openweathermap.org' + path, params=query, timeout=10)\n"
    "    answer.raise_for_status()\n"
    "    return answer.json()\n"
)

PYOWM = {
    "observation": "w = mgr.weather_at_place('London,GB').weather\nprint(w.detailed_status, w.wind(), w.humidity, w.rain)",
    "temperature": "print(mgr.weather_at_place('Paris').weather.temperature('fahrenheit')['temp'])",
    "coordinates": "print(mgr.weather_at_coords(52.52, 13.405).location.name)",
    "city id": "print(mgr.weather_at_id(2643743).location.name)",
    "zip code": "print(mgr.weather_at_zip_code('90210', 'us').location.name)",
    "forecast": "for w in mgr.forecast_at_place('Berlin,DE', '3h').forecast:\n    print(w.reference_time('iso'), w.status)",
    "forecast by coordinates": "print(len(mgr.forecast_at_coords(48.85, 2.35, '3h').forecast.weathers))",
    "forecaster": (
        "from pyowm.utils import timestamps\nf = mgr.forecast_at_place('Hamburg', '3h')\n"
        "print(f.will_have_rain(), f.will_be_rainy_at(timestamps.tomorrow(12, 0)), f.when_starts('iso'))"
    ),
    "sun": "w = mgr.weather_at_place('Rome').weather\nprint(w.sunrise_time('iso'), w.sunset_time(timeformat='date'))",
    "pressure": "w = mgr.weather_at_place('Rome').weather\nprint(w.barometric_pressure(), w.visibility(unit='miles'))",
    "one call": "one = mgr.one_call(lat=52.5, lon=13.4)\nprint(one.current.humidity, one.forecast_daily[0].temperature())",
    "one call in units": "print(mgr.one_call(lat=52.5, lon=13.4, exclude='minutely', units='metric').current.temperature())",
    "geocoding": "print([(p.lat, p.lon) for p in owm.geocoding_manager().geocode('London', country='GB', limit=3)])",
    "reverse geocoding": "print(owm.geocoding_manager().reverse_geocode(48.85, 2.35, limit=1)[0].name)",
    "air": "a = owm.airpollution_manager().air_quality_at_coords(51.5, -0.1)\nprint(a.aqi, a.air_quality_data['pm2_5'])",
    "air forecast": "print(len(owm.airpollution_manager().air_quality_forecast_at_coords(51.5, -0.1)))",
    "air history": "print(len(owm.airpollution_manager().air_quality_history_at_coords(51.5, -0.1, start=1790000000)))",
    "configuration": (
        "from pyowm.utils.config import get_default_config\nconfig = get_default_config()\nconfig['language'] = 'de'\n"
        "print(OWM('x', config).weather_manager().weather_at_place('Bonn,DE').weather.detailed_status)"
    ),
    "not found": (
        "from pyowm.commons.exceptions import NotFoundError\n"
        "try:\n    mgr.weather_at_place('Xyzzyville')\nexcept NotFoundError as error:\n    print(error)"
    ),
}
REQUESTS = {
    "current": "print(get('/data/2.5/weather', q='London,uk', units='metric')['main']['temp'])",
    "language": "print(get('/data/2.5/weather', q='Berlin', lang='de')['weather'][0]['description'])",
    "forecast": "print([e['dt_txt'] for e in get('/data/2.5/forecast', lat=48.85, lon=2.35, cnt=3)['list']])",
    "geocoding": "place = get('/geo/1.0/direct', q='Springfield,IL,US', limit=1)[0]\nprint(place['state'], place['lat'])",
    "reverse": "print(get('/geo/1.0/reverse', lat=35.68, lon=139.69, limit=1)[0]['country'])",
    "zip code": "print(get('/geo/1.0/zip', zip='E14,GB')['name'])",
    "air": "print(get('/data/2.5/air_pollution', lat=28.6, lon=77.2)['list'][0]['components'])",
    "one call 4": "print(get('/data/4.0/onecall/current', lat=51.5, lon=-0.1)['data'][0]['weather'][0]['main'])",
    "timeline": "print([d['temp']['max'] for d in get('/data/4.0/onecall/timeline/1day', lat=51.5, lon=-0.1)['data']])",
    "one call 3": "print(get('/data/3.0/onecall', lat=51.5, lon=-0.1, exclude='minutely')['daily'][0]['summary'])",
    "past": "print(get('/data/3.0/onecall/timemachine', lat=51.5, lon=-0.1, dt=1700000000)['data'][0]['temp'])",
    "day": "print(get('/data/3.0/onecall/day_summary', lat=51.5, lon=-0.1, date='2026-03-01')['temperature']['max'])",
    "overview": "print(get('/data/3.0/onecall/overview', lat=51.5, lon=-0.1, units='metric')['weather_overview'])",
    "session with retries": (
        "from requests.adapters import HTTPAdapter\nfrom urllib3.util.retry import Retry\nsession = requests.Session()\n"
        "session.mount('https://', HTTPAdapter(max_retries=Retry(total=3, status_forcelist=[429, 500])))\n"
        "url = 'https://api.openweathermap.org/data/2.5/weather?q=Oslo&appid=' + os.environ['OWM_API_KEY']\n"
        "print(session.get(url).status_code)"
    ),
    "plain http": "print(requests.get('http://api.openweathermap.org/data/2.5/weather', params={'q': 'Oslo'}).json()['name'])",
    "icon": (
        "icon = get('/data/2.5/weather', q='Oslo')['weather'][0]['icon']\n"
        "print(len(requests.get(f'https://openweathermap.org/img/wn/{icon}@2x.png').content))"
    ),
    "status": "print(requests.get('https://api.openweathermap.org/data/2.5/weather?q=Xyzzyville').json()['message'])",
}
IDIOMS = {f"pyowm, {name}": _OWM + text for name, text in PYOWM.items()} | {
    f"requests, {name}": _GET + text for name, text in REQUESTS.items()
}


@pytest.fixture(scope="module")
def walls() -> Iterator[Walls]:
    with sandboxed() as sandbox:
        walls = Walls(sandbox)
        yield walls
        walls.close()


@pytest.fixture(scope="module")
def policy() -> ValidationPolicy:
    return ValidationPolicy.for_spec(OPENWEATHER, installed_index(OPENWEATHER.sdk, cache_folder()))


@pytest.mark.parametrize("name", IDIOMS)
def test_it_is_valid_and_works(name: str, walls: Walls, policy: ValidationPolicy):
    assert validate(IDIOMS[name], policy).findings == ()
    done = walls.run(IDIOMS[name])
    assert (done.exit, done.reason, done.stderr) == (0, "", "")
    assert done.stdout.strip() not in ("", "None", "[]")


@pytest.mark.parametrize("text", ["mgr.wether_at_place('London')", "mgr.weather_at_place(plaace='London')", "owm.weather()"])
def test_control_what_pyowm_does_not_have_is_found(text: str, policy: ValidationPolicy):
    assert not validate(_OWM + text, policy).valid
