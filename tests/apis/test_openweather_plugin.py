"""The OpenWeather plugin as the registry takes it, and what its SDKs need in the sandbox."""

import ast
import dataclasses
import json
import re
import subprocess
import sys
from urllib.parse import parse_qsl

import pluggy
import pytest
from weather_world import Weather

from agentic.apis import openweather as plugin
from agentic.apis.fakes.openweather import ROUTES
from agentic.apis.openweather import OPENWEATHER
from agentic.broker.rules import Refused, Rules
from agentic.core.cache import cache_folder
from agentic.core.spec import ApiSpec, Operation, Recipe
from agentic.core.wire import HttpRequest
from agentic.registry import Registry, hookspecs
from agentic.validator import ValidationPolicy, validate
from agentic.validator.describe import installed_index

API = "https://api.openweathermap.org"


def _refused(spec: ApiSpec, method: str, url: str) -> bool:
    return isinstance(Rules(spec).judge(HttpRequest(method, url)), Refused)


def test_the_hook_brings_one_api_that_the_registry_takes():
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(plugin)
    manager.check_pending()
    specs = [spec for result in manager.hook.agentic_apis() for spec in result]
    assert Registry(specs).get("openweather") is OPENWEATHER


def test_the_spec_survives_freezing():
    assert ApiSpec.from_data(json.loads(json.dumps(OPENWEATHER.to_data()))) == OPENWEATHER


def test_the_fake_answers_exactly_what_is_allowed():
    allowed = {f"{operation.method} {operation.path}" for operation in OPENWEATHER.hosts[0].operations}
    assert allowed == set(ROUTES)


def test_nothing_writes_and_only_the_api_host_gets_the_key():
    assert not [operation for host in OPENWEATHER.hosts for operation in host.operations if operation.writes]
    assert {operation.method for host in OPENWEATHER.hosts for operation in host.operations} == {"GET"}
    assert [host.name for host in OPENWEATHER.hosts if host.credential] == ["api.openweathermap.org"]


@pytest.mark.parametrize(
    "path",
    ["/data/3.0/stations", "/data/3.0/stations/1", "/data/3.0/measurements", "/data/3.0/triggers/1", "/data/2.5/onecall"],
)
def test_what_writes_or_is_switched_off_stays_refused_when_a_stack_allows_all_paths_of_its_depth(path: str):
    def wide(refused: tuple[Operation, ...]) -> ApiSpec:
        host = OPENWEATHER.hosts[0]
        everything = tuple(
            Operation(method, where, "all")
            for method in ("GET", "POST", "PUT", "DELETE")
            for where in ("/data/{a}/{b}", "/data/{a}/{b}/{c}")
        )
        return dataclasses.replace(OPENWEATHER, hosts=(dataclasses.replace(host, operations=everything),), refused=refused)

    for method in ("GET", "POST", "DELETE"):
        assert _refused(wide(OPENWEATHER.refused), method, API + path)
        assert not _refused(wide(()), method, API + path), "without the second line the wide rules allow it"


def test_the_key_check_is_an_allowed_read_that_needs_nothing_but_the_key():
    check = OPENWEATHER.key_check
    assert check is not None
    path, _, query = check.path.partition("?")
    fields = dict(parse_qsl(query))
    assert Weather().get(path, fields)[0] == 200
    assert Weather().get(path, fields, key="0" * 32)[0] == 401
    judged = Rules(OPENWEATHER).judge(HttpRequest("GET", f"https://{check.host}{check.path}"))
    assert not isinstance(judged, Refused)
    assert not judged.operation.writes


def test_the_placeholder_and_the_fakes_key_look_like_keys():
    secret = OPENWEATHER.secrets[0]
    assert re.fullmatch(r"[0-9a-f]{32}", secret.placeholder)
    assert re.fullmatch(r"[0-9a-f]{32}", secret.fake_value.replace("{random}", "0f" * 16))
    assert set(OPENWEATHER.environment) == {"OPENWEATHER_API_KEY", "OPENWEATHERMAP_API_KEY", "OWM_API_KEY"}


def test_the_refusal_is_json_in_the_apis_shape():
    assert json.loads(OPENWEATHER.refusal.body.format(message="no")) == {"cod": 403, "message": "no"}


def test_at_least_twelve_recipes_read_the_key_from_the_environment_and_three_use_pyowm():
    assert len(OPENWEATHER.recipes) >= 12
    assert all('os.environ["OPENWEATHER_API_KEY"]' in recipe.script for recipe in OPENWEATHER.recipes)
    assert all(ast.get_docstring(ast.parse(recipe.script)) for recipe in OPENWEATHER.recipes)
    assert sum("pyowm" in recipe.script for recipe in OPENWEATHER.recipes) >= 3


@pytest.fixture(scope="module")
def policy() -> ValidationPolicy:
    """With the index of the real SDKs, from the user's own cache."""
    return ValidationPolicy.for_spec(OPENWEATHER, installed_index(OPENWEATHER.sdk, cache_folder()))


@pytest.mark.parametrize("recipe", OPENWEATHER.recipes, ids=lambda recipe: recipe.name)
def test_each_recipe_is_valid(recipe: Recipe, policy: ValidationPolicy):
    assert validate(recipe.script, policy).findings == ()


def test_parts_of_pyowm_that_cannot_work_are_found_before_anything_runs_and_the_others_are_not(policy: ValidationPolicy):
    script = "import os\nfrom pyowm import OWM\nowm = OWM(os.environ['OWM_API_KEY'])\nowm.{}()\n"
    without = dataclasses.replace(policy, refused=())
    for name in ("stations_manager", "alert_manager", "agro_manager", "uvindex_manager", "city_id_registry"):
        assert [finding.rule for finding in validate(script.format(name), policy).findings] == ["sdk_refused"]
        assert validate(script.format(name), without).valid, "the SDK has it: only the plugin's word refuses it"
    for name in ("weather_manager", "geocoding_manager", "airpollution_manager"):
        assert validate(script.format(name), policy).findings == ()


def test_the_sandbox_module_needs_no_registry_and_a_warm_process_imports_nothing_more():
    """After the warm-up, what recipes use imports no further module, and no thread is left."""
    script = """
import sys, threading
from agentic.apis import openweather_sandbox
openweather_sandbox.warm_up()
assert "pluggy" not in sys.modules and "agentic.registry" not in sys.modules
assert threading.active_count() == 1
before = set(sys.modules)
import requests, pyowm
from pyowm.commons.exceptions import NotFoundError, PyOWMError
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry
owm = pyowm.OWM("x")
owm.weather_manager(), owm.geocoding_manager(), owm.airpollution_manager()
requests.Session().mount("https://", HTTPAdapter(max_retries=Retry(total=1)))
requests.Request("GET", "https://api.openweathermap.org/x", params={"q": "Zürich"}).prepare()
print(sorted(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.strip(), done.stderr, done.returncode) == ("[]", "", 0)
