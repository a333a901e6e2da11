"""Unmodified SDKs and HTTP clients reach their API from the sandbox; the key is added outside and never seen inside.

The upstream echoes all that it gets, so that a key which was not taken out would come back.
"""

import base64
from collections.abc import Iterator
from urllib.parse import quote, unquote

import pytest
from broker_stage import GRANT, HOST, KEY, SPEC, ledger_for
from echo_upstream import EchoUpstream, Received
from sandbox_stage import HEADER, POLICY, SDK_FOLDERS, Stage
from sdk_scripts import CLIENTS, REFUSED, WITH_STRIPES_CLIENT
from sdk_specs import ENGINE, GITHUB, GITHUB_KEY, LONDON, WEATHER, WEATHER_KEY

from agentic.broker.ca import Authority
from agentic.broker.credentials import to_send
from agentic.broker.ledger import MemoryLedger
from agentic.broker.relay import Relay
from agentic.broker.rules import Allowed, Rules
from agentic.broker.transport import FakeTransport
from agentic.core.values import Outcome
from agentic.core.wire import HttpRequest, HttpResponse, Origin
from agentic.sandbox import Sandbox


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def stripe_sandbox() -> Iterator[Sandbox]:
    with Sandbox(SPEC.sdk, python_path=SDK_FOLDERS) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def github_sandbox() -> Iterator[Sandbox]:
    with Sandbox(GITHUB.sdk, python_path=SDK_FOLDERS) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def weather_sandbox() -> Iterator[Sandbox]:
    with Sandbox(WEATHER.sdk, python_path=SDK_FOLDERS) as sandbox:
        yield sandbox


@pytest.fixture
def stripe(stripe_sandbox: Sandbox, authority: Authority) -> Iterator[Stage]:
    with EchoUpstream() as upstream:
        yield Stage(stripe_sandbox, upstream, authority)


@pytest.fixture
def github(github_sandbox: Sandbox, authority: Authority) -> Iterator[Stage]:
    with EchoUpstream(ENGINE) as upstream:
        yield Stage(github_sandbox, upstream, authority, GITHUB, GITHUB_KEY)


@pytest.fixture
def weather(weather_sandbox: Sandbox, authority: Authority) -> Iterator[Stage]:
    with EchoUpstream(LONDON) as upstream:
        yield Stage(weather_sandbox, upstream, authority, WEATHER, WEATHER_KEY)


def assert_key_stayed_outside(stage: Stage, outcome: Outcome) -> None:
    """The upstream has seen the key once in each call and nothing of the placeholder; the script has seen no form of it."""
    assert stage.upstream.received
    for received in stage.upstream.received:
        whole = _whole(received)
        assert whole.count(stage.key) == 1
        assert all(secret.placeholder not in whole for secret in stage.spec.secrets)
        assert "placeholder" not in whole
        assert received.headers["host"] == stage.spec.hosts[0].name
    assert "[removed]" in outcome.stdout  # The upstream did send it back.
    seen = unquote(outcome.stdout + outcome.stderr)
    encoded = base64.b64encode(stage.key.encode()).decode().rstrip("=")[:-1]
    assert not [form for form in (stage.key, quote(stage.key, safe=""), encoded, "CANARY") if form in seen]


def _whole(received: Received) -> str:
    return unquote(" ".join((received.target, *received.headers.values(), received.body.decode("latin-1"))))


@pytest.mark.parametrize("client", CLIENTS)
def test_client_reaches_the_api_with_the_real_key_and_never_sees_it(stripe: Stage, client: str) -> None:
    ledger = ledger_for()
    code = CLIENTS[client]
    outcome = stripe.run(WITH_STRIPES_CLIENT.format(code) if code.startswith("CLIENT") else code, ledger=ledger)
    assert outcome.success, outcome.stderr
    assert_key_stayed_outside(stripe, outcome)
    for received in stripe.upstream.received:
        assert (received.method, received.target, received.body) == ("POST", "/v1/customers", b"name=Ada")
        assert received.headers["authorization"] == f"Bearer {KEY}"
        assert received.headers["accept-encoding"] == "identity"
    url = f"https://{HOST}/v1/customers"
    calls = [(call.method, call.url, call.params, call.status, call.write) for call in ledger.calls]
    assert calls == [("POST", url, {"name": "Ada"}, 200, True)] * len(stripe.upstream.received)


def test_pygithub_reaches_the_api_with_the_real_key_and_never_sees_it(github: Stage) -> None:
    ledger = MemoryLedger(GRANT, GITHUB.name)
    code = """
import os
from github import Auth, Github
client = Github(auth=Auth.Token(os.environ["GITHUB_TOKEN"]))
print(client.get_user().login, client.get_user().raw_data)
repository = client.get_repo("ada/engine")
print(repository.full_name, repository.raw_data, repository.raw_headers)
print(repository.create_issue("Broken", body="It stops").raw_data)
"""
    outcome = github.run(code, ledger=ledger)
    assert outcome.success, outcome.stderr
    assert_key_stayed_outside(github, outcome)
    assert {received.headers["authorization"] for received in github.upstream.received} == {f"Bearer {GITHUB_KEY}"}
    last = ledger.calls[-1]
    assert (last.method, last.url) == ("POST", "https://api.github.com/repos/ada/engine/issues")
    assert (last.params, last.write, last.status) == ({"title": "Broken", "body": "It stops"}, True, 200)


def test_pyowm_reaches_the_api_with_the_real_key_and_never_sees_it(weather: Stage) -> None:
    """It sends the placeholder as APPID; the API gets one appid, the real one."""
    code = """
import os
from pyowm import OWM
manager = OWM(os.environ["OPENWEATHER_API_KEY"]).weather_manager()
print(manager.weather_at_place("London,GB").weather.status)
print(manager.http_client.get_json("weather", params={"q": "London,GB"}))
"""
    outcome = weather.run(code)
    assert outcome.success, outcome.stderr
    assert outcome.stdout.startswith("Clear\n")
    assert_key_stayed_outside(weather, outcome)
    for received in weather.upstream.received:
        assert received.target.endswith(f"appid={WEATHER_KEY}")
        assert received.target.lower().count("appid") == 1
        assert "authorization" not in received.headers


def test_requests_reaches_the_other_apis_in_the_ways_of_their_documentation(github: Stage, weather: Stage) -> None:
    outcome = github.run("""
import os, requests
auth = {"Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}", "Accept": "application/vnd.github+json"}
print(requests.get("https://api.github.com/user", headers=auth).json())
print(requests.get("https://api.github.com/user", auth=("ada", os.environ["GITHUB_TOKEN"])).json())
""")
    assert outcome.success, outcome.stderr
    assert_key_stayed_outside(github, outcome)
    outcome = weather.run("""
import os, requests
where = {"q": "London", "appid": os.environ["OPENWEATHER_API_KEY"]}
for url in ("https://api.openweathermap.org/data/2.5/weather", "http://api.openweathermap.org/data/2.5/weather"):
    print(requests.get(url, params=where).json())
""")
    assert outcome.success, outcome.stderr
    assert_key_stayed_outside(weather, outcome)


@pytest.mark.parametrize("sdk", REFUSED)
def test_refused_operation_is_the_sdks_own_error_with_the_brokers_reason_at_once(
    sdk: str, stripe: Stage, github: Stage, weather: Stage
) -> None:
    """At once: it is journalled once, so the SDK has not tried again."""
    stage = {"PyGithub": github, "pyowm": weather}.get(sdk, stripe)
    ledger = MemoryLedger(GRANT, stage.spec.name)
    outcome = stage.run(REFUSED[sdk], ledger=ledger)
    assert outcome.success, outcome.stderr
    assert "Refused by the broker: " in outcome.stdout
    assert "not among the allowed operations of" in outcome.stdout
    (call,) = [call for call in ledger.calls if call.refused]
    assert call.status == 403
    assert call.refused in outcome.stdout
    assert len(stage.upstream.received) == len(ledger.calls) - 1


def test_control_without_the_scrubbing_the_key_comes_back(stripe: Stage, github: Stage, weather: Stage) -> None:
    """An exchange that does all the broker does but scrub: the tests above would see the key."""
    scripts = {
        stripe: CLIENTS["requests"],
        github: "import requests\nprint(requests.get('https://api.github.com/user').text)",
        weather: "import requests\nprint(requests.get('https://api.openweathermap.org/data/2.5/weather').text)",
    }
    for stage, code in scripts.items():
        outcome = stage.sandbox.run(HEADER + code, POLICY, _relay_that_does_not_scrub(stage))
        assert stage.key in outcome.stdout


def test_control_without_a_relay_no_client_reaches_anything(stripe: Stage) -> None:
    outcome = stripe.sandbox.run(HEADER + CLIENTS["requests"], POLICY)
    assert "the sandbox has no network" in outcome.stderr
    assert not stripe.upstream.received


def _relay_that_does_not_scrub(stage: Stage) -> Relay:
    rules, transport = Rules(stage.spec), FakeTransport(stage.upstream.url)

    def exchange(request: HttpRequest, _origin: Origin) -> HttpResponse:
        allowed = rules.judge(request)
        assert isinstance(allowed, Allowed)
        return transport.send(to_send(stage.spec, allowed, {stage.spec.secrets[0].name: stage.key}), 5)

    return Relay([stage.spec.hosts[0].name], exchange, stage.authority)
