"""Attacks on OpenWeather's key, its other hosts and its writing APIs, each with a control that shows what stops it."""

import dataclasses
from collections.abc import Iterator

import pytest
from weather_world import Walls, sandboxed

from agentic.apis.openweather import OPENWEATHER
from agentic.core.spec import Host, Operation
from agentic.sandbox import Sandbox

API = OPENWEATHER.hosts[0]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with sandboxed() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def walls(sandbox: Sandbox) -> Iterator[Walls]:
    walls = Walls(sandbox)
    yield walls
    walls.close()


# Follows `next` to the end as public scripts do: without adding a key, and over the plain http that the API writes there.
FOLLOW = """
import os, requests
url = "https://api.openweathermap.org/data/4.0/onecall/timeline/1h"
answer = requests.get(url, params={"lat": 51.5, "lon": -0.1, "appid": os.environ["OPENWEATHER_API_KEY"]})
pages = []
while True:
    answer.raise_for_status()
    pages.append(answer.json())
    print(answer.text)
    if "next" not in pages[-1]:
        break
    answer = requests.get(pages[-1]["next"])
print(len(pages), "pages", sum(len(page["data"]) for page in pages), "records")
"""


def test_the_key_in_next_and_prev_never_reaches_a_script_and_following_them_works(walls: Walls):
    done = walls.run(FOLLOW)
    assert done.stdout.endswith("3 pages 49 records\n"), done.stderr
    assert walls.key not in done.stdout
    assert '"next": "http://api.openweathermap.org/' in done.stdout


def test_control_the_api_did_write_its_key_into_those_urls_and_took_no_other(walls: Walls):
    before = len(walls.api.answers)
    walls.run(FOLLOW)
    answers = walls.api.answers[before:]
    assert [f"appid={walls.key}".encode() in answer.body for answer in answers] == [True, True, True]
    done = walls.run(FOLLOW, key="0" * 32)
    assert "401" in done.stderr


SPELLINGS = ("appid", "APPID", "AppId", "%61ppid", "app%69d", "appid=x&APPID", "APPID=x&appid=y&AppID")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_key_of_the_scripts_own_is_replaced_in_every_spelling_and_number(walls: Walls, spelling: str):
    done = walls.run(
        f"import requests\nr = requests.get('https://{API.name}/data/2.5/weather?{spelling}=mine&q=London')\n"
        "print(r.status_code)"
    )
    assert done.stdout == "200\n", done.stderr
    sent = walls.api.requests[-1].url
    assert sent.lower().count("appid=") == 1
    assert f"appid={walls.key}" in sent
    assert "mine" not in sent


def test_control_the_fake_takes_no_key_of_a_script_and_no_second_one(sandbox: Sandbox):
    """Without a credential in the spec the same requests are refused by the API: it is the broker that mends them."""
    bare = Walls(sandbox, dataclasses.replace(OPENWEATHER, hosts=(dataclasses.replace(API, credential=None),), key_check=None))
    for spelling in SPELLINGS:
        script = (
            f"import requests\nprint(requests.get('https://{API.name}/data/2.5/weather?{spelling}=mine&q=London').status_code)"
        )
        assert bare.run(script).stdout == "401\n"
    bare.close()


def test_plain_http_goes_on_as_https(walls: Walls):
    done = walls.run(f"import requests\nprint(requests.get('http://{API.name}/data/2.5/weather?q=London').status_code)")
    assert done.stdout == "200\n", done.stderr
    assert walls.api.requests[-1].url.startswith("https://")


OTHER_HOSTS = ("pro.openweathermap.org", "history.openweathermap.org", "home.openweathermap.org", "tile.openweathermap.org")
REACH = """
import requests
for scheme in ("https", "http"):
    try:
        print(requests.get(scheme + "://{host}/data/2.5/weather?q=London", timeout=5).status_code)
    except requests.ConnectionError:
        print("closed")
"""


@pytest.mark.parametrize("host", [*OTHER_HOSTS, "api.openweathermap.org.example.com", "xapi.openweathermap.org"])
def test_no_other_host_is_reached(walls: Walls, host: str):
    before = len(walls.api.requests)
    assert walls.run(REACH.format(host=host)).stdout == "closed\nclosed\n"
    assert len(walls.api.requests) == before


def test_control_a_host_that_a_spec_declares_is_reached(sandbox: Sandbox):
    more = tuple(Host(name, API.operations, API.credential) for name in OTHER_HOSTS)
    open_to_all = Walls(sandbox, dataclasses.replace(OPENWEATHER, hosts=(API, *more)))
    for host in OTHER_HOSTS:
        assert open_to_all.run(REACH.format(host=host)).stdout == "200\n200\n"
    open_to_all.close()


def test_icons_are_read_without_the_key_and_nothing_else_is_at_their_host(walls: Walls):
    script = """
import requests
picture = requests.get("http://openweathermap.org/img/wn/10d@2x.png")
print(picture.status_code, picture.content[:4])
print(requests.get("https://openweathermap.org/data/2.5/weather?q=London").status_code)
print(requests.get("https://openweathermap.org/api_keys").status_code)
print(requests.get("https://openweathermap.org/img/wn/../../api_keys/10d.png").status_code)
"""
    before = len(walls.api.requests)
    assert walls.run(script).stdout == "200 b'\\x89PNG'\n403\n403\n403\n"
    assert [walls.key in request.url for request in walls.api.requests[before:]] == [False]
    assert not any(walls.key in value for request in walls.api.requests[before:] for _, value in request.headers)


WRITES = """
import requests
API = "https://api.openweathermap.org"
for method, path in (
    ("POST", "/data/3.0/stations"), ("PUT", "/data/3.0/stations/1"), ("DELETE", "/data/3.0/stations/1"),
    ("POST", "/data/3.0/measurements"), ("POST", "/data/3.0/triggers"), ("DELETE", "/data/3.0/triggers/1"),
    ("POST", "/data/2.5/weather"), ("DELETE", "/data/2.5/weather"), ("PATCH", "/geo/1.0/direct"),
):
    answer = requests.request(method, API + path, json={"external_id": "x", "name": "x"})
    print(answer.status_code, answer.json()["cod"], answer.json()["message"][:20])
answer = requests.get(API + "/data/2.5/weather?q=London", headers={"X-HTTP-Method-Override": "DELETE"})
print(answer.status_code)
print(requests.get(API + "/data/2.5/weather?q=London&_method=DELETE").status_code)
"""


def test_nothing_is_written_and_the_refusal_has_the_apis_shape(walls: Walls):
    before = len(walls.api.requests)
    lines = walls.run(WRITES).stdout.splitlines()
    assert lines == ["403 403 Refused by the broke"] * 9 + ["200", "403"]
    (passed,) = walls.api.requests[before:]
    assert passed.method == "GET"
    assert not any("override" in name.lower() for name, _ in passed.headers)


def test_control_with_those_operations_allowed_and_none_refused_the_requests_reach_the_api(sandbox: Sandbox):
    paths = ("/data/3.0/{a}", "/data/3.0/{a}/{b}", "/data/2.5/{a}", "/geo/1.0/{a}")
    all_of_it = tuple(
        Operation(method, path, "all", write=False) for method in ("GET", "POST", "PUT", "PATCH", "DELETE") for path in paths
    )
    wide = Walls(sandbox, dataclasses.replace(OPENWEATHER, hosts=(dataclasses.replace(API, operations=all_of_it),), refused=()))
    lines = wide.run(WRITES).stdout.splitlines()
    assert [line.split()[0] for line in lines[:9]] == ["404"] * 9
    wide.close()


def test_paths_in_another_case_or_with_detours_are_refused(walls: Walls):
    script = """
import http.client
connection = http.client.HTTPSConnection("api.openweathermap.org")
for path in (
    "/data/2.5/Weather?q=London", "/Data/2.5/weather?q=London", "/data/2.5/weather/?q=London", "/data//2.5/weather?q=London",
    "/data/2.5/x/../weather?q=London", "/data/2.5/weather%2f..%2fonecall", "/data/3.0/onecall/../stations",
    "/data/4.0/onecall",
):
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    print(answer.status)
connection.request("GET", "/data/2.5/weather?q=London")
print(connection.getresponse().status)
"""
    *refused, control = walls.run(script).stdout.split()
    assert set(refused) <= {"400", "403"}
    assert len(refused) == 8
    assert control == "200"


def test_pyowm_raises_its_own_error_with_the_brokers_reason(walls: Walls):
    script = """
import os
from pyowm import OWM
from pyowm.commons.exceptions import APIRequestError
owm = OWM(os.environ["OPENWEATHER_API_KEY"])
try:
    owm.stations_manager().get_stations()
except APIRequestError as error:
    print("refused:", error)
print(owm.weather_manager().weather_at_place("London,GB").location.name)
"""
    first, control = walls.run(script).stdout.splitlines()
    assert first.startswith('refused: {"cod": 403, "message": "Refused by the broker')
    assert control == "London"


def test_the_key_is_not_in_the_journal(walls: Walls):
    walls.run(FOLLOW)
    assert walls.ledger.calls
    assert walls.key not in repr(walls.ledger.calls)
