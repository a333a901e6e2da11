"""`call_api` trusts nothing that comes from `run_code`: nonsense is refused, and what no record counts, its log counts."""

import base64
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from launcher_stage import LauncherStage

from agentic.agents.tools.call_api import broker
from agentic.agents.tools.services import Services
from agentic.agents.tools.validate_code import validate_code
from agentic.core.errors import BrokerError
from agentic.core.names import new_grant, run_of
from agentic.core.values import RunStatus, WriteMode

pytest_plugins = ["tests.runs.conftest"]

KEY = "sk_test_CANARY7f3aCANARY7f3aCANARY"
READ = {"method": "GET", "url": "https://api.stripe.com/v1/balance", "headers": [], "body": ""}
_FORM = ["Content-Type", "application/x-www-form-urlencoded"]
WRITE = {"method": "POST", "url": "https://api.stripe.com/v1/customers", "headers": [_FORM], "body": "bmFtZT1B"}


class NotFoundError(Exception):
    """A client error of Secrets Manager."""


@dataclass
class Secrets:
    """The Secrets Manager client. `failure` is raised when the key is read."""

    failure: Exception | None = None

    class exceptions:  # noqa: N801 # botocore's name
        ClientError = NotFoundError

    def get_secret_value(self, **_: Any) -> Any:
        if self.failure:
            raise self.failure
        return {"SecretString": json.dumps({"api_key": KEY})}


@dataclass
class Asked:
    """One API's `call_api`, which reaches neither a fake nor the API, and what it wrote into its log."""

    stage: LauncherStage
    secrets: Secrets = field(default_factory=Secrets)
    log: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        environ = {**self.stage.services.environ, "AGENTIC_API": "stripe", "AGENTIC_SECRET": "s", "AGENTIC_LIVE_KEYS": "false"}
        # A port of this machine at which nobody listens: what passes every check ends as an answer of the broker's own.
        environ["AGENTIC_FAKE"] = "http://127.0.0.1:9"
        clients = {"dynamodb": self.stage.dynamodb, "secretsmanager": self.secrets}
        services = replace(Services(environ, clients.__getitem__), tell=self.log.append)
        self.handle = broker(services)

    def __call__(self, event: Any) -> dict[str, Any]:
        return self.handle(event, None)

    def grant(self, writes: WriteMode | None = None) -> str:
        """The grant of a run of the stage that is being executed."""
        arguments = self.stage.validating(writes=writes)
        validate_code(arguments, self.stage.services)
        run_id = run_of(arguments["handle"])
        grant = new_grant(run_id)
        self.stage.store.attempts.open(self.stage.store.get(run_id), grant, 60)
        return grant

    def status(self, grant: str, request: dict[str, Any]) -> int:
        return self({"grant": grant, "request": request})["status"]


@pytest.fixture
def asked(dynamodb: Any, tmp_path: Path) -> Asked:
    return Asked(LauncherStage(dynamodb, tmp_path))


@pytest.mark.parametrize(
    "event",
    [
        None,
        7,
        "x",
        [],
        {},
        {"grant": None},
        {"grant": ["x"]},
        {"grant": {"a": 1}},
        {"grant": 7, "request": READ},
        {"request": READ},
    ],
    ids=str,
)
def test_an_event_without_a_grant_is_refused(asked: Asked, event: Any):
    assert asked(event) == {"error": {"code": "refused", "message": "the grant is not valid"}}


BROKEN: dict[str, Any] = {
    "nothing": None,
    "a list": [1, 2],
    "a text": "GET /",
    "no method": {name: value for name, value in READ.items() if name != "method"},
    "headers of one": {**READ, "headers": [["a"]]},
    "headers of three": {**READ, "headers": [["a", "b", "c"]]},
    "headers as a number": {**READ, "headers": 7},
    "a body that is no base64": {**READ, "body": "*"},
    "a body that is a number": {**READ, "body": 7},
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_request_that_is_none_is_refused(asked: Asked, name: str):
    grant = asked.grant()
    assert asked({"grant": grant, "request": BROKEN[name]})["error"]["message"] == "this is no request"
    assert asked.stage.store.get(run_of(grant)).calls_made == 0


ODD: dict[str, dict[str, Any]] = {
    "a method that is no Unicode": {**READ, "method": "\ud800"},
    "an address that is no Unicode": {**READ, "url": "https://api.stripe.com/v1/\udfff"},
    "headers that are no Unicode": {**READ, "headers": [["\ud800", "\udfff"]]},
    "a header with a line end": {**READ, "headers": [["X-A", "b\r\nAuthorization: x"]]},
    "an address with a line end": {**READ, "url": "https://api.stripe.com/v1/balance\r\nHost: evil"},
    "no address": {**READ, "url": ""},
    "a broken port": {**READ, "url": "https://api.stripe.com:99999999/v1/balance"},
    "a broken host": {**READ, "url": "https://[::1/v1/balance"},
    "numbers for texts": {"method": 1, "url": 2, "headers": [[3, 4]], "body": ""},
    "a huge method": {**READ, "method": "G" * 100_000},
    "a body that is no form": {**WRITE, "body": base64.b64encode(bytes(range(256)) * 100).decode()},
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_request_with_a_valid_grant_is_refused_counted_and_journalled(asked: Asked, name: str):
    grant = asked.grant()
    assert asked.status(grant, ODD[name]) >= 400
    record = asked.stage.store.get(run_of(grant))
    (call,) = asked.stage.store.calls(record.run_id)
    assert record.calls_made == 1
    # 502: it passed the rules as something harmless, and there is nobody to send it to.
    assert call.refused or call.status is None
    json.dumps([call.url, call.method]).encode()


def test_a_refused_grant_is_counted_in_the_log_without_its_value(asked: Asked):
    grant = asked.grant()
    guessed = new_grant(run_of(grant))
    for wrong in (guessed, "nonsense", "\ud800", f"{run_of(grant)}.\n\x1b[2J{'A' * 1000}"):
        asked({"grant": wrong, "request": READ})
    assert len(asked.log) == 4
    for line in asked.log:
        told = json.loads(line)
        (metric,) = told["_aws"]["CloudWatchMetrics"]
        assert metric["Metrics"] == [{"Name": "refused_calls", "Unit": "Count"}]
        assert {told[name] for name in metric["Dimensions"][0]} == {"stripe", "grant"}
        assert (told["refused_calls"], told["run_id"]) in {(1, run_of(grant)), (1, "")}
        assert len(line) < 500
        assert line.isascii()
        assert line.isprintable()
    assert guessed.partition(".")[2] not in str(asked.log)
    # The control: a call that is covered leaves no such line.
    asked({"grant": grant, "request": READ})
    assert len(asked.log) == 4


def test_a_valid_grant_beyond_its_limit_ends_the_run_and_is_counted_in_record_and_log(asked: Asked):
    grant = asked.grant()
    for _ in range(7):
        asked({"grant": grant, "request": READ})
    record = asked.stage.store.get(run_of(grant))
    assert (record.calls_made, record.calls_refused) == (5, 2)
    assert (record.status, record.error.code if record.error else "") == (RunStatus.FAILED, "budget")
    assert [json.loads(line)["reason"] for line in asked.log] == ["stopped", "stopped"]
    assert grant.partition(".")[2] not in str(asked.log)


def test_a_run_that_may_only_read_writes_nothing_however_it_is_asked(asked: Asked):
    grant = asked.grant(WriteMode.REFUSE)
    for request in (
        WRITE,
        {**WRITE, "method": "post"},
        {**WRITE, "method": "DELETE", "url": "https://api.stripe.com/v1/customers/cus_1"},
        {**WRITE, "method": "GET", "headers": [_FORM, ["X-HTTP-Method-Override", "POST"]]},
    ):
        assert asked.status(grant, request) == 403, request
    calls = asked.stage.store.calls(run_of(grant))
    assert [calls[0].refused, calls[2].refused] == ["this run may only read"] * 2
    assert all(call.refused for call in calls)
    # The control: a run that may write gets as far as the API, which is not there.
    allowed = asked.grant(WriteMode.ALLOW)
    assert asked.status(allowed, WRITE) == 502


def test_what_breaks_inside_the_broker_tells_the_hostile_side_nothing(asked: Asked):
    """Neither in the error, which Lambda hands to whoever invoked the function, nor in the log, which people read."""
    asked.secrets.failure = ValueError(f"Invalid header value b'Bearer {KEY}\\n'")
    with pytest.raises(BrokerError) as caught:
        asked({"grant": asked.grant(), "request": READ})
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "CANARY" not in caught.value.message
    (line,) = asked.log
    assert "CANARY" not in line
    assert line.endswith("ValueError")
    assert "get_secret_value" in line
