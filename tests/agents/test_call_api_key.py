"""`call_api` without a usable key says which command sets it, and nothing of the secret."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from launcher_stage import LauncherStage

from agentic.agents.tools.call_api import broker
from agentic.agents.tools.services import Services
from agentic.agents.tools.validate_code import validate_code
from agentic.core.names import StackNames, new_grant, run_of, stack_of_secret

pytest_plugins = ["tests.runs.conftest"]

READ = {"method": "GET", "url": "https://api.stripe.com/v1/balance", "headers": [], "body": ""}
CANARY = "sk_live_CANARY7f3aCANARY7f3aCANARY"


@dataclass
class Secrets:
    """The Secrets Manager client: gives the text, or the error that AWS gives under the code."""

    text: str = ""
    code: str = ""

    class exceptions:  # noqa: N801 # botocore's name
        ClientError = ClientError

    def get_secret_value(self, **_: Any) -> Any:
        if self.code:
            raise ClientError({"Error": {"Code": self.code, "Message": f"about {CANARY}"}}, "GetSecretValue")
        return {"SecretString": self.text}


def refusal(dynamodb: Any, folder: Path, secrets: Secrets, *, secret: str, local: bool) -> str:
    """Why a call of a run for the real API is refused."""
    stage = LauncherStage(dynamodb, folder)
    environ = {**stage.services.environ, "AGENTIC_API": "stripe", "AGENTIC_SECRET": secret, "AGENTIC_LIVE_KEYS": "false"}
    # Nobody listens there: a call that is not refused fails later.
    environ |= {"AGENTIC_FAKE": "http://127.0.0.1:9"} if local else {}
    handle = broker(Services(environ, {"dynamodb": dynamodb, "secretsmanager": secrets}.__getitem__))
    arguments = stage.validating()
    validate_code(arguments, stage.services)
    run_id = run_of(arguments["handle"])
    grant = new_grant(run_id)
    stage.store.attempts.open(stage.store.get(run_id), grant, 60)
    handle({"grant": grant, "request": READ}, None)
    (call,) = stage.store.calls(run_id)
    return call.refused


@pytest.mark.parametrize(
    ("stack", "local", "command"),
    [
        ("prod", False, "agentic keys set stripe --stack prod"),
        ("dev", False, "agentic keys set stripe --stack dev"),
        ("team-a", True, "agentic keys set stripe --stack team-a --local"),
    ],
)
def test_a_secret_without_a_value_names_the_command_of_its_stack(
    dynamodb: Any, tmp_path: Path, stack: str, local: bool, command: str
):
    empty = Secrets(code="ResourceNotFoundException")
    reason = refusal(dynamodb, tmp_path, empty, secret=StackNames(stack).secret("stripe"), local=local)
    assert reason == f"the API has no key yet; set it with `{command}`"


def test_a_secret_of_another_name_names_the_command_without_a_stack(dynamodb: Any, tmp_path: Path):
    reason = refusal(dynamodb, tmp_path, Secrets(code="ResourceNotFoundException"), secret="mine", local=False)
    assert reason == "the API has no key yet; set it with `agentic keys set stripe`"


@pytest.mark.parametrize("code", ["AccessDeniedException", "DecryptionFailure", "ThrottlingException"])
def test_a_key_that_cannot_be_read_is_not_called_missing(dynamodb: Any, tmp_path: Path, code: str):
    reason = refusal(dynamodb, tmp_path, Secrets(code=code), secret=StackNames("prod").secret("stripe"), local=False)
    assert reason == f"the API's key cannot be read ({code})"


@pytest.mark.parametrize("text", [CANARY, "", "{}", f'["{CANARY}"]', f'{{"api_key": "{CANARY}"', "7"])
def test_what_somebody_else_stored_is_told_without_showing_it(dynamodb: Any, tmp_path: Path, text: str):
    reason = refusal(dynamodb, tmp_path, Secrets(text), secret=StackNames("prod").secret("stripe"), local=False)
    assert reason.endswith("set it with `agentic keys set stripe --stack prod`")
    assert "CANARY" not in reason


def test_a_key_without_the_field_that_the_api_needs_says_how_to_store_it_anew(dynamodb: Any, tmp_path: Path):
    stored = Secrets(json.dumps({"token": "x"}))
    reason = refusal(dynamodb, tmp_path, stored, secret=StackNames("prod").secret("stripe"), local=False)
    assert reason == "the key has no field 'api_key'; `agentic keys set` stores it anew"


def test_the_control_with_a_key_the_call_gets_as_far_as_the_next_wall(dynamodb: Any, tmp_path: Path):
    stored = Secrets(json.dumps({"api_key": CANARY}))
    reason = refusal(dynamodb, tmp_path, stored, secret=StackNames("prod").secret("stripe"), local=True)
    assert "key" in reason
    assert "keys set" not in reason


def test_the_stack_is_read_off_its_secrets_name_and_off_no_other():
    for stack in ("dev", "prod", "team-a", "stripe"):
        assert stack_of_secret(StackNames(stack).secret("stripe"), "stripe") == stack
    for name in ("", "mine", "agentic-api-developer/a/b/stripe/test-key", "agentic-api-developer/dev/stripe/test-key"):
        assert stack_of_secret(name, "stripe") == ""
