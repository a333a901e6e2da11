"""Every OpenWeather recipe, unmodified, behind all walls: it does what its task says, and tells an error in one line."""

import re
import time
from collections.abc import Iterator

import pytest
from weather_world import Walls, sandboxed

from agentic.agents.offline import Match, match
from agentic.agents.offline.rewrite import constants, with_constants
from agentic.apis.fakes.openweather.places import Place, clock, places
from agentic.apis.recipes.openweather import RECIPES
from agentic.core.spec import Recipe
from agentic.core.values import Outcome


@pytest.fixture(scope="module")
def walls() -> Iterator[Walls]:
    with sandboxed() as sandbox:
        walls = Walls(sandbox)
        yield walls
        walls.close()


def _run(walls: Walls, name: str, **values: str | float) -> Outcome:
    recipe = next(recipe for recipe in RECIPES if recipe.name == name)
    return walls.run(with_constants(recipe.script, values))


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_each_script_runs_to_the_end_and_prints_what_it_found(recipe: Recipe, walls: Walls):
    done = walls.run(recipe.script)
    assert (done.exit, done.reason, done.stderr) == (0, "", "")
    place = str(constants(recipe.script).get("PLACE", ""))
    assert place in done.stdout
    assert re.search(r"\d|No weather alerts", done.stdout)
    assert walls.key not in done.stdout


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_each_script_tells_an_api_error_in_one_line(recipe: Recipe, walls: Walls):
    done = walls.run(recipe.script, key="0" * 32)
    assert done.exit == 1
    assert re.match(r"OpenWeather: .*API [Kk]ey", done.stderr)
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("recipe", [r for r in RECIPES if "PLACE" in constants(r.script)], ids=lambda recipe: recipe.name)
def test_each_script_says_that_it_does_not_know_a_place(recipe: Recipe, walls: Walls):
    done = walls.run(with_constants(recipe.script, {"PLACE": "Xyzzyville"}))
    assert (done.exit, done.stdout) == (1, "")
    assert done.stderr == "OpenWeather knows no place called 'Xyzzyville'\n"


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_each_example_matches_its_own_recipe_with_the_scripts_own_values(recipe: Recipe):
    found = match(recipe.task, RECIPES)
    assert isinstance(found, Match), found
    assert found.recipe is recipe
    required = {parameter.name for parameter in recipe.parameters if parameter.required}
    assert required <= {name for name, _ in found.values}
    assert {name: constants(recipe.script)[name] for name, _ in found.values} == dict(found.values)


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("Springfield, Illinois", "Springfield, Illinois, US"),
        ("Springfield, IL", "Springfield, Illinois, US"),
        ("Springfield, MA, US", "Springfield, Massachusetts, US"),
        ("London, CA", "London, Ontario, CA"),
        ("London, Ontario", "London, Ontario, CA"),
        ("london", "London, England, GB"),
        ("London, UK", "London, England, GB"),
        ("London, England, UK", "London, England, GB"),
        ("Portland, OR", "Portland, Oregon, US"),
        ("Paris, Texas", "Paris, Texas, US"),
        ("Paris, France", "Paris, Île-de-France, FR"),
        ("Berlin, Germany", "Berlin, DE"),
        ("Vienna, Virginia", "Vienna, Virginia, US"),
        ("São Paulo, BR", "São Paulo, São Paulo, BR"),
        ("sao paulo", "São Paulo, São Paulo, BR"),
        ("München", "Munich, Bavaria, DE"),
        ("New York", "New York, New York, US"),
    ],
)
def test_the_place_that_is_meant_is_the_place_that_is_answered(walls: Walls, place: str, shown: str):
    done = _run(walls, "find_coordinates", PLACE=place)
    assert done.stdout.splitlines()[0].startswith(f"{shown}: "), done.stderr


def test_a_place_whose_state_does_not_fit_is_not_taken_for_another(walls: Walls):
    for place in ("Berlin, Texas", "Paris, Atlantis"):
        done = _run(walls, "current_weather", PLACE=place)
        assert (done.exit, done.stderr) == (1, f"OpenWeather knows no place called {place!r}\n")


@pytest.mark.parametrize("name", [r.name for r in RECIPES if "UNITS" in constants(r.script) and r.name != "wind"])
def test_degrees_are_in_the_units_of_the_task(walls: Walls, name: str):
    celsius, fahrenheit, kelvin = (_run(walls, name, UNITS=units).stdout for units in ("celsius", "fahrenheit", "kelvin"))
    assert "°C" in celsius
    assert "°F" in fahrenheit
    assert "°C" not in fahrenheit
    assert " K" in kelvin
    assert _run(walls, name, UNITS="metric").stdout == celsius
    assert _run(walls, name, UNITS="imperial").stdout == fahrenheit


def test_wind_is_told_in_the_measure_of_the_task(walls: Walls):
    signs = {"metric": "m/s", "imperial": "mph", "mph": "mph", "kmh": "km/h", "knots": "kn", "beaufort": "Bft"}
    for units, sign in signs.items():
        assert f" {sign}" in _run(walls, "wind", UNITS=units).stdout


def test_a_forecast_has_as_many_days_as_asked_for_and_never_more_than_there_are(walls: Walls):
    three = _run(walls, "forecast", DAYS=3)
    assert len(three.stdout.splitlines()) == 4
    ten = _run(walls, "forecast", DAYS=10)
    assert (ten.exit, ten.stderr) == (1, "OpenWeather's forecast reaches from 1 to 5 days\n")


def test_the_next_hours_come_in_steps_of_three(walls: Walls):
    assert len(_run(walls, "next_hours", HOURS=10).stdout.splitlines()) == 1 + 4
    assert _run(walls, "next_hours", HOURS=500).exit == 1


def test_the_warmest_day_is_the_one_with_the_highest_of_the_highs_and_the_coldest_with_the_lowest_low(walls: Walls):
    for kind, pick in (("warmest", max), ("coldest", min)):
        first, *days = _run(walls, "warmest_day", KIND=kind).stdout.splitlines()
        ends = {line.split()[1].rstrip(":"): float(re.findall(r"-?\d+\.\d", line)[-1]) for line in days}
        (named,) = re.findall(r"\d{4}-\d\d-\d\d", first)
        assert ends[named] == pick(ends.values())


def test_two_places_are_compared_and_the_warmer_is_named(walls: Walls):
    one, other, verdict = _run(walls, "compare_places", PLACE="Oslo", OTHER_PLACE="Singapore").stdout.splitlines()
    assert one.startswith("Oslo")
    assert other.startswith("Singapore")
    assert verdict.startswith("Singapore, SG is warmer than Oslo, NO by")


def test_late_in_the_evening_today_means_the_coming_hours(walls: Walls):
    """Somewhere it is always late: the next step of the forecast is tomorrow's there."""
    now = int(time.time())
    step = 3 * 3600
    following = (now // step + 1) * step

    def day(place: Place, moment: int) -> int:
        return (moment + clock(place.latitude, place.longitude, moment)[1]) // 86_400

    late = next(place for place in places() if day(place, following) > day(place, now))
    done = _run(walls, "umbrella", PLACE=f"{late.name}, {late.country}", DAY="today")
    assert (done.exit, done.stderr) == (0, "")
    assert "umbrella" in done.stdout.casefold()


def test_zip_codes_are_read_with_their_country(walls: Walls):
    for code, country, town in (("02139", "US", "Cambridge"), ("10115", "Germany", "Berlin"), ("SW1A 1AA", "UK", "London")):
        assert f"{code}, {town}, " in _run(walls, "weather_by_zip", ZIP=code, COUNTRY=country).stdout
    unknown = _run(walls, "weather_by_zip", ZIP="99999")
    assert (unknown.exit, unknown.stderr) == (1, "OpenWeather: not found\n")


def test_an_alert_is_told_with_its_times_and_text(walls: Walls):
    """Somewhere in the world there is always one; the search reads One Call as a script would."""
    search = """
import os, requests
from concurrent.futures import ThreadPoolExecutor
PLACES = {places!r}
def ask(place):
    answer = requests.get("https://api.openweathermap.org/data/4.0/onecall/current",
        params={{"lat": place[1], "lon": place[2], "appid": os.environ["OPENWEATHER_API_KEY"]}})
    return place[0], answer.json()["data"][0].get("alerts", [])
with ThreadPoolExecutor(4) as pool:
    print(next((name for name, alerts in pool.map(ask, PLACES) if alerts), "nowhere"))
"""
    first = {place.name: place for place in reversed(places())}
    known = [(place.name, place.latitude, place.longitude) for place in first.values()]
    name = walls.run(search.format(places=known)).stdout.strip()
    if name == "nowhere":
        pytest.skip("no storm, flood, heat or cold anywhere at this hour")
    told = _run(walls, "alerts", PLACE=name).stdout.splitlines()
    assert "weather alerts for" in told[0]
    assert re.search(r"\(Fake National Weather Service\), \w+ \d\d:\d\d to", told[1])
    assert told[2].strip()


def test_an_ocean_is_no_place_but_has_weather(walls: Walls):
    assert "no place near 0.0, -30.0" in _run(walls, "find_place", LATITUDE=0.0, LONGITUDE=-30.0).stdout
    assert "Weather at 0.0, -30.0: " in _run(walls, "weather_at_coordinates", LATITUDE=0.0, LONGITUDE=-30.0).stdout


def test_a_name_full_of_code_is_only_a_name_that_nobody_has(walls: Walls):
    name = "\"; import os; os.abort() #\\ {x} &appid=1 \n''' é"
    done = _run(walls, "current_weather", PLACE=name)
    assert done.exit == 1
    assert done.stderr.startswith("OpenWeather knows no place called")
