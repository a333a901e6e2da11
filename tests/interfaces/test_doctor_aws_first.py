"""What `agentic doctor --aws` needs first: credentials, region, clock, the Pulumi CLI; and how it prints and ends."""

import argparse
import io
import json
import re
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ProfileNotFound

from agentic.core.errors import ConfigurationError, UsageError
from agentic.interfaces.aws_checks import Surroundings, look
from agentic.interfaces.aws_checks.asking import SessionClients
from agentic.interfaces.aws_checks.pulumi_cli import OLDEST, TRIED
from agentic.interfaces.checklist import BAD, GOOD, NOTE, Item, good
from agentic.interfaces.commands.doctor_aws import doctor_aws, target_of
from agentic.interfaces.terminal import Terminal
from tests.conftest import Command
from tests.interfaces.aws_answers import (
    ACCOUNT,
    DATE,
    HEALTHY,
    NOW,
    UNREACHABLE,
    Answers,
    Refused,
    around,
    target,
)

CALLER = ("sts", "GetCallerIdentity")
ROOT = Path(__file__).parent.parent.parent


def first(tmp_path: Path, answer: Any = None, surroundings: Surroundings | None = None, **region: str) -> dict[str, Item]:
    """The items without the checks of the account."""
    clients = Answers({**HEALTHY, **({CALLER: answer} if answer is not None else {})}, **region)
    items = list(look(target(tmp_path), surroundings or around(tmp_path, clients), {}))
    return {item.name: item for item in items}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Refused("ExpiredToken", "The security token is expired", 403), "the session has expired"),
        (Refused("InvalidClientTokenId", "The token is invalid", 403), "AWS does not know the access key"),
        (Refused("SignatureDoesNotMatch", "no match", 403), "the secret key does not belong to the access key"),
        (Refused("SomethingNew", "of tomorrow", 403), "SomethingNew: of tomorrow"),
    ],
)
def test_refused_credentials_are_one_line_and_the_rest_is_left_out_with_its_reason(tmp_path: Path, answer: Refused, words: str):
    items = first(tmp_path, answer)
    assert (items["credentials"].state, words in items["credentials"].text) == (BAD, True)
    assert "not looked at, as AWS could not be asked" in items["everything else"].text
    # The control: with good ones nothing is left out.
    assert "everything else" not in first(tmp_path)


def test_no_network_is_not_called_a_fault_of_the_credentials(tmp_path: Path):
    items = first(tmp_path, UNREACHABLE)
    assert items["network"].state == BAD
    assert "credentials" not in items


def test_root_user_is_warned(tmp_path: Path):
    root = {"UserId": ACCOUNT, "Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:root"}
    assert first(tmp_path, root)["credentials"].state == NOTE


def test_profile_that_is_not_there_is_one_line(tmp_path: Path):
    def clients(region: str, profile: str) -> Any:
        raise ProfileNotFound(profile="work")

    given = around(tmp_path, None)
    items = first(tmp_path, None, Surroundings(given.environ, given.home, clients, given.run, given.now))
    assert items["credentials"].text == "The config profile (work) could not be found"


@pytest.mark.parametrize(("seconds", "state"), [(0, GOOD), (30, GOOD), (120, NOTE), (-120, NOTE), (600, BAD), (-600, BAD)])
def test_clock_is_compared_with_the_date_of_awss_answer(tmp_path: Path, seconds: int, state: str):
    given = around(tmp_path, Answers(HEALTHY))
    late = Surroundings(given.environ, given.home, given.clients, given.run, lambda: NOW + timedelta(seconds=seconds))
    assert first(tmp_path, None, late)["clock"].state == state


def test_signature_refused_for_the_clock_is_told_as_the_clock(tmp_path: Path):
    date = DATE.replace("12:00", "13:00")
    items = first(tmp_path, Refused("SignatureDoesNotMatch", "Signature not yet current", 403, date))
    assert items["clock"].state == BAD
    assert "behind AWS's" in items["clock"].text
    assert "credentials" not in items


def test_region_is_needed_and_must_be_one(tmp_path: Path):
    assert first(tmp_path, region="")["region"].state == BAD
    assert first(tmp_path, region="eu-west-1")["region"].text.startswith("eu-west-1 in partition aws,")
    assert first(tmp_path, region="us-gov-west-1")["region"].text.startswith("us-gov-west-1 in partition aws-us-gov,")
    assert first(tmp_path, region="us-esat-1")["region"].state == NOTE


def test_another_cloud_than_aws_is_noted(tmp_path: Path):
    items = first(tmp_path, None, around(tmp_path, Answers(HEALTHY), AWS_ENDPOINT_URL="http://127.0.0.1:4566"))
    assert items["endpoint"].state == NOTE


@pytest.mark.parametrize(
    ("version", "state", "words"),
    [
        ("v3.259.0", GOOD, "v3.259.0"),
        ("v4.0.1", GOOD, "v4.0.1"),
        ("v3.200.0", NOTE, "older than 3.259.0"),
        ("v3.0.9", BAD, "too old"),
        ("what?", BAD, "does not tell its version"),
        ("", BAD, "not on the PATH"),
    ],
)
def test_pulumi_cli_must_be_there_and_new_enough(tmp_path: Path, version: str, state: str, words: str):
    item = first(tmp_path, None, around(tmp_path, Answers(HEALTHY), version))["pulumi CLI"]
    assert (item.state, words in item.text) == (state, True), item


def test_versions_are_those_of_the_sdk_and_of_our_build():
    from pulumi.automation._minimum_version import _MINIMUM_VERSION

    assert tuple(_MINIMUM_VERSION)[:3] == OLDEST
    pinned = re.search(r"pulumi/pkg/v3 v(\d+)\.(\d+)\.(\d+)", (ROOT / "tools" / "pulumi" / "go.mod").read_text())
    assert pinned
    assert tuple(map(int, pinned.groups())) == TRIED


def test_place_of_the_state_is_told_and_never_a_token(tmp_path: Path):
    clients = Answers(HEALTHY)
    items = first(tmp_path, None, around(tmp_path, clients, PULUMI_BACKEND_URL="-"))
    assert items["pulumi backend"].state == BAD
    folder = tmp_path / ".pulumi"
    folder.mkdir()
    token = "pul-" + "0" * 40
    content = {"current": "https://api.pulumi.com", "accessTokens": {"https://api.pulumi.com": token}}
    (folder / "credentials.json").write_text(json.dumps(content))
    items = first(tmp_path, None, around(tmp_path, clients, PULUMI_BACKEND_URL="-"))
    assert items["pulumi backend"].text == "the state is kept at https://api.pulumi.com"
    assert "pulumi passphrase" not in items
    assert token not in str(items)


def test_backend_of_a_folder_needs_a_passphrase(tmp_path: Path):
    assert first(tmp_path)["pulumi passphrase"].state == GOOD
    items = first(tmp_path, None, around(tmp_path, Answers(HEALTHY), PULUMI_CONFIG_PASSPHRASE="-"))
    assert items["pulumi passphrase"].state == NOTE


def run(tmp_path: Path, changes: dict[Any, Any] | None = None, *, as_json: bool = False, stack: str = "dev") -> tuple[int, str]:
    out = io.StringIO()
    terminal = Terminal(out, io.StringIO(), colour=False, interactive=False, json_only=as_json)
    options = argparse.Namespace(aws=True, stack=stack, json=as_json)
    return doctor_aws(options, terminal, around(tmp_path, Answers({**HEALTHY, **(changes or {})}))), out.getvalue()


def test_each_item_is_one_line_and_the_exit_code_says_whether_there_is_a_problem(tmp_path: Path):
    exit_code, text = run(tmp_path)
    assert exit_code == 0
    assert all(line[0] in "✓·" for line in text.splitlines()), text
    assert "costs: about $" in text
    exit_code, text = run(tmp_path, {("s3", "HeadBucket"): Refused("403", "Forbidden", 403)})
    assert exit_code == 1
    (line,) = [line for line in text.splitlines() if line.startswith("✗")]
    assert line.endswith("→ agentic:bucket_suffix gives the name another end")


def test_json_is_one_object_with_items_and_costs(tmp_path: Path):
    _, text = run(tmp_path, as_json=True)
    told = json.loads(text)
    assert told["healthy"] is True
    assert told["stack"] == "dev"
    assert {"name", "state", "text", "next"} == set(told["items"][0])
    assert told["costs"]["items"][0]["what"] == "secrets"


def test_what_aws_says_cannot_write_to_the_terminal(tmp_path: Path):
    changes = {("bedrock-agentcore-control", "ListHarnesses"): Refused("Odd\x1b[2J", "clear\x1b[2J\nsecond line", 400)}
    _, text = run(tmp_path, changes)
    assert "\x1b" not in text
    assert all(line[0] in "✓·✗" for line in text.splitlines())


def test_credentials_are_never_printed(tmp_path: Path):
    for as_json in (False, True):
        _, text = run(tmp_path, as_json=as_json)
        assert "AKIAEXAMPLE" not in text
        assert "not-a-secret-value" not in text


@pytest.mark.parametrize("stack", ["Prod", "a_b", "../dev", "-x"])
def test_names_that_no_stack_can_have_are_a_fault_of_usage(tmp_path: Path, stack: str):
    with pytest.raises(UsageError, match="cannot be a stack's name"):
        target_of(stack, tmp_path)


def test_stack_without_a_file_is_looked_at_with_the_defaults(tmp_path: Path):
    _, text = run(tmp_path, stack="nowhere")
    assert "· stack file: there is no Pulumi.nowhere.yaml" in text


def test_stack_file_decides_settings_and_who_keeps_the_secrets(tmp_path: Path):
    text = "secretsprovider: awskms://alias/stacks\nconfig:\n  aws:region: eu-west-1\n  agentic:backend: workflow\n"
    (tmp_path / "Pulumi.team.yaml").write_text(text)
    found = target_of("team", ROOT, (tmp_path,))
    assert (found.settings.backend, found.config["aws:region"], found.file) == ("workflow", "eu-west-1", True)
    given = around(tmp_path, Answers(HEALTHY), PULUMI_CONFIG_PASSPHRASE="-")
    assert "pulumi passphrase" not in [item.name for item in look(found, given, {})]
    # The control: without that line Pulumi asks for a passphrase.
    (tmp_path / "Pulumi.team.yaml").write_text(text.partition("\n")[2])
    assert "pulumi passphrase" in [item.name for item in look(target_of("team", ROOT, (tmp_path,)), given, {})]
    (tmp_path / "Pulumi.team.yaml").write_text("config:\n  agentic:backend: nonsense\n")
    with pytest.raises(ConfigurationError, match="backend"):
        target_of("team", ROOT, (tmp_path,))


def test_real_clients_wait_briefly_and_do_not_try_again():
    config = SessionClients("us-east-1")("sts").meta.config
    assert (config.connect_timeout, config.read_timeout) == (5, 10)
    assert config.retries["total_max_attempts"] == 1


def test_checks_run_side_by_side_and_are_told_in_their_order(tmp_path: Path):
    # Each waits for the other: one after the other, the first would wait in vain.
    meeting = threading.Barrier(2, timeout=30)

    def meets(name: str) -> Any:
        def check(account: Any) -> list[Item]:
            meeting.wait()
            return [good(name, account.region)]

        return check

    items = list(look(target(tmp_path), around(tmp_path, Answers(HEALTHY)), {"one": meets("one"), "two": meets("two")}))
    assert [item.name for item in items][-2:] == ["one", "two"]


def test_command_without_credentials_says_so_and_asks_nobody(tmp_path: Path):
    command = Command(tmp_path / ".agentic")
    done = command("doctor", "--aws", env={"HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"})
    assert done.exit == 1
    assert "✗ credentials: none were found" in done.out
    assert command("doctor", "--stack", "dev").exit == 2
    assert command("doctor", "--aws", "--stack", "Bad Name").exit == 2
