"""The fakes' listener: who may call, what a broken fake answers, and that its key is kept and random."""

import http.client
from collections import defaultdict
from collections.abc import Iterator

import pytest

from agentic.apis.stripe import STRIPE
from agentic.core.fake import FakeRequest, FakeResponse
from agentic.local.fakes import Fakes


class Broken:
    """A fake that fails on every request."""

    def respond(self, request: FakeRequest) -> FakeResponse:
        raise RuntimeError("no luck")


@pytest.fixture
def state() -> defaultdict[str, dict[str, str]]:
    return defaultdict(dict)


@pytest.fixture
def fakes(state: defaultdict[str, dict[str, str]]) -> Iterator[Fakes]:
    made = Fakes(lambda name: state[name])
    made.add(STRIPE)
    made.start()
    yield made
    made.close()


def ask(fakes: Fakes, headers: dict[str, str], path: str = "/v1/balance") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(fakes.url.removeprefix("http://"), timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def allowed(fakes: Fakes) -> dict[str, str]:
    return {"Host": "api.stripe.com", "Authorization": f"Bearer {fakes.secrets['stripe']['api_key']}"}


def test_the_broker_is_answered(fakes: Fakes) -> None:
    assert ask(fakes, allowed(fakes))[0] == 200


@pytest.mark.parametrize(
    "change",
    [
        {"Host": "127.0.0.1"},
        {"Host": "api.stripe.com.evil.example"},
        {"Host": "API.STRIPE.COM"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
    ids=str,
)
def test_another_host_or_a_web_page_is_not_answered(fakes: Fakes, change: dict[str, str]) -> None:
    assert ask(fakes, {**allowed(fakes), **change})[0] == 421


@pytest.mark.parametrize("key", [STRIPE.secrets[0].placeholder, "sk_test_guessed", ""])
def test_only_the_folders_own_key_opens_it(fakes: Fakes, key: str) -> None:
    assert ask(fakes, {"Host": "api.stripe.com", "Authorization": f"Bearer {key}"})[0] == 401


def test_the_key_is_random_and_kept_with_the_state(fakes: Fakes, state: defaultdict[str, dict[str, str]]) -> None:
    again = Fakes(lambda name: state[name])
    other = Fakes(lambda name: {})
    try:
        again.add(STRIPE)
        other.add(STRIPE)
        assert again.secrets == fakes.secrets
        assert other.secrets != fakes.secrets
    finally:
        again.close()
        other.close()


def test_a_fake_that_fails_answers_as_a_broken_api_does(fakes: Fakes) -> None:
    spec, _, lock = fakes._by_host["api.stripe.com"]  # a fake that breaks after it was made
    fakes._by_host["api.stripe.com"] = (spec, Broken(), lock)
    status, body = ask(fakes, allowed(fakes))
    assert status == 500
    assert b"the fake of stripe failed: RuntimeError: no luck" in body
