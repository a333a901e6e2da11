"""Whether a key is valid is asked through the broker's own path, and told in a line that never holds the key."""

import dataclasses
import json
from dataclasses import dataclass, field

import pytest

from agentic.apis.stripe import STRIPE
from agentic.core.errors import BrokerError, UsageError
from agentic.core.spec import KeyCheck, Operation
from agentic.core.wire import HttpRequest, HttpResponse
from agentic.interfaces.key_check import INVALID, NO_CHECK, UNCLEAR, UNREACHABLE, VALID, check_key, worth_keeping
from tests.core.test_spec import spec

TEST, LIVE = "sk_test_CANARY7f3aCANARY7f3a", "sk_live_CANARY7f3aCANARY7f3a"


@dataclass
class Api:
    """A transport that answers as the API would."""

    status: int = 200
    body: bytes = b"{}"
    problem: str = ""
    asked: list[HttpRequest] = field(default_factory=list[HttpRequest])

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
        self.asked.append(request)
        if self.problem:
            raise BrokerError(self.problem)
        return HttpResponse(self.status, (("Content-Type", "application/json"),), self.body)


CHECKED = dataclasses.replace(STRIPE, key_check=KeyCheck("api.stripe.com", "/v1/balance", "livemode"))


@pytest.mark.parametrize(
    ("key", "live", "kind", "said"),
    [
        (TEST, False, "test", "a test key"),
        (LIVE, True, "live", "a live key"),
        ("rk_other_CANARY7f3a", True, "live", "a live key"),
    ],
)
def test_a_valid_key_is_told_with_its_kind(key: str, live: bool, kind: str, said: str):
    api = Api(body=json.dumps({"livemode": live}).encode())
    verdict = check_key(CHECKED, {"api_key": key}, api)
    assert (verdict.state, verdict.kind) == (VALID, kind)
    assert verdict.text == f"valid, {said} (api.stripe.com answered 200)"
    (request,) = api.asked
    assert (request.method, request.url) == ("GET", "https://api.stripe.com/v1/balance")
    assert dict(request.headers)["Authorization"].endswith(key)
    assert "CANARY" not in str(verdict)


@pytest.mark.parametrize(
    ("body", "state"), [(b'{"ok": true}', VALID), (b'{"ok": false, "error": "invalid_auth"}', INVALID), (b"<html>", INVALID)]
)
def test_where_errors_are_200_as_well_a_field_of_the_answer_tells(body: bytes, state: str):
    """The control: without the field every one of these answers says that the key is valid."""
    telling = dataclasses.replace(STRIPE, key_check=KeyCheck("api.stripe.com", "/v1/balance", valid_field="ok"))
    assert check_key(telling, {"api_key": TEST}, Api(body=body)).state == state
    assert check_key(CHECKED, {"api_key": TEST}, Api(body=body)).state == VALID


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_the_api_does_not_take_is_invalid(status: int):
    verdict = check_key(CHECKED, {"api_key": TEST}, Api(status))
    assert (verdict.state, verdict.text) == (INVALID, f"not valid: api.stripe.com answered {status}")


@pytest.mark.parametrize("status", [404, 429, 500, 302])
def test_any_other_answer_is_unclear_and_not_invalid(status: int):
    verdict = check_key(CHECKED, {"api_key": TEST}, Api(status))
    assert verdict.state == UNCLEAR
    assert f"answered {status}" in verdict.text


def test_without_network_it_is_one_line_that_says_so():
    verdict = check_key(CHECKED, {"api_key": TEST}, Api(problem="api.stripe.com could not be reached: gaierror"))
    assert verdict.state == UNREACHABLE
    assert verdict.text == "not checked, is there a network? api.stripe.com could not be reached: gaierror"


def test_a_plugin_without_a_check_says_so_and_asks_nobody():
    api = Api()
    verdict = check_key(dataclasses.replace(STRIPE, key_check=None), {"api_key": LIVE}, api)
    assert (verdict.state, verdict.kind, api.asked) == (NO_CHECK, "live", [])


def test_what_the_second_line_refuses_is_not_asked_either():
    refusing = dataclasses.replace(CHECKED, refused=(Operation("*", "/v1/balance", "balance"),))
    api = Api()
    verdict = check_key(refusing, {"api_key": TEST}, api)
    assert (verdict.state, api.asked) == (UNCLEAR, [])
    assert "never allowed" in verdict.text


def test_an_answer_that_is_no_json_or_has_no_such_field_leaves_the_kind_to_the_keys_form():
    for body in (b"<html>", b"[]", b'{"livemode": "yes"}', b"{}"):
        assert check_key(CHECKED, {"api_key": TEST}, Api(body=body)).kind == "test"


def test_a_field_of_the_secret_that_is_missing_is_told_without_a_call():
    api = Api()
    checked = spec(key_check=KeyCheck("api.acme.dev", "/things/1"))
    verdict = check_key(checked, {}, api)
    assert (verdict.state, api.asked) == (UNCLEAR, [])
    assert "'key'" in verdict.text


def test_a_key_that_is_not_valid_is_not_kept_and_one_that_cannot_be_checked_may_be():
    with pytest.raises(UsageError, match=r"the key is not valid: api\.stripe\.com answered 401; nothing was kept"):
        worth_keeping(CHECKED, {"api_key": TEST}, Api(401))
    for api, state in ((Api(200), VALID), (Api(500), UNCLEAR), (Api(problem="no way"), UNREACHABLE)):
        assert worth_keeping(CHECKED, {"api_key": TEST}, api).state == state
