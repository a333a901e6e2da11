"""The corpus's scripts for OpenWeather, unmodified: valid, and to exit 0 behind all walls, with placeholders only.

How long the platform takes for each, without the time of the API's answers, is printed at the end (`platform_times.py`).
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from weather_world import Walls, sandboxed

from agentic.apis.openweather import OPENWEATHER
from agentic.core.cache import cache_folder
from agentic.validator import ValidationPolicy, validate
from agentic.validator.describe import installed_index

SCRIPTS = sorted((Path(__file__).parents[1] / "corpus" / "openweather").glob("*.py"))
# What a script of the corpus must have said to have done its task.
SAID = {
    "02_five_day_forecast": "Forecast for Paris, FR",
    "04_weather_alerts": "alerts for Miami|Fake National Weather Service",
    "06_compare_cities": "Warmest: ",
    "08_umbrella": "umbrella",
    "10_async_weekly_csv": "Zurich,20",
}


@pytest.fixture(scope="module")
def walls() -> Iterator[Walls]:
    with sandboxed() as sandbox:
        walls = Walls(sandbox)
        yield walls
        walls.close()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_script_is_valid_and_ends_with_0(path: Path, walls: Walls, record_property: Callable[[str, object], None]):
    text = path.read_text("utf-8")
    policy = ValidationPolicy.for_spec(OPENWEATHER, installed_index(OPENWEATHER.sdk, cache_folder()))
    assert validate(text, policy).findings == ()
    before, waited = len(walls.api.requests), walls.api.seconds
    begun = time.perf_counter()
    done = walls.run(text)
    taken = time.perf_counter() - begun - (walls.api.seconds - waited)
    record_property("platform_ms", round(1000 * taken, 1))
    assert (done.exit, done.reason) == (0, ""), done.stderr
    assert any(said in done.stdout for said in SAID[path.stem].split("|"))
    assert walls.key not in done.stdout + done.stderr
    # What the script sent was the placeholder; what the API got was the key.
    sent = walls.api.requests[before:]
    assert sent
    assert all(walls.key in request.url and OPENWEATHER.secrets[0].placeholder not in request.url for request in sent)


def test_control_a_script_whose_key_is_refused_does_not_pass(walls: Walls):
    done = walls.run(SCRIPTS[0].read_text("utf-8"), key="0" * 32)
    assert done.exit == 1
    assert "not valid" in done.stderr
