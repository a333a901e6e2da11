"""The Slack package of the examples, as somebody else's: a wheel, installed into a clean environment, used by `agentic run`."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from clean_environment import ROOT, Clean, make, wheel

pytestmark = pytest.mark.cloud

SLACK = ROOT / "examples" / "agentic-api-slack"


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clean]:
    folder = tmp_path_factory.mktemp("clean")
    made = make(folder / "env")
    dist = folder / "dist"
    project = wheel(ROOT, dist)
    made.install(f"agentic-api-developer[local,kit] @ file://{project}", wheel(SLACK, dist))
    yield made
    # Whatever was started ends with its state folder's local cloud.
    made.run(["agentic", "local", "stop"], cwd=folder, env={"AGENTIC_HOME": str(folder / ".agentic")})


@pytest.fixture(scope="module")
def home(clean: Clean) -> dict[str, str]:
    return {"AGENTIC_HOME": str(clean.folder.parent / ".agentic")}


def test_nothing_of_the_clone_is_imported(clean: Clean, home: dict[str, str], tmp_path: Path):
    code = "import agentic, agentic_api_slack, slack_sdk; print(agentic.__file__, agentic_api_slack.__file__)"
    done = clean.run([clean.folder / "bin/python", "-c", code], cwd=tmp_path)
    assert all(path.startswith(str(clean.folder)) for path in done.stdout.split()), done.stderr


def test_the_package_is_listed_with_its_version(clean: Clean, home: dict[str, str], tmp_path: Path):
    done = clean.run(["agentic", "plugins", "list", "--json"], cwd=tmp_path, env=home)
    rows = [row for row in json.loads(done.stdout)["plugins"] if row["name"] == "slack"]
    assert [(row["package"], row["version"], row["error"]) for row in rows] == [("agentic-api-slack", "0.1.0", "")]


def test_a_message_is_posted_and_found_again(clean: Clean, home: dict[str, str], tmp_path: Path):
    """By a run in plain words, with functions built of the plugin's own lock; the token is seen nowhere."""
    started = time.monotonic()
    done = clean.run(
        ["agentic", "run", 'Post "Cake in the kitchen" to #general', "--api", "slack", "--json"], cwd=tmp_path, env=home
    )
    print(f"the first run in a fresh installation: {time.monotonic() - started:.1f} s")
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout)
    assert (result["status"], result["api"]) == ("completed", "slack")
    assert result["outcome"]["stdout"].startswith("Posted to #general (C")
    (call,) = result["calls"]
    assert (call["method"], call["url"], call["status"], call["write"]) == (
        "POST",
        "https://slack.com/api/chat.postMessage",
        200,
        True,
    )
    assert "xoxb-fake-" not in done.stdout
    done = clean.run(
        ["agentic", "run", "Show the last 5 messages in #general", "--api", "slack", "--json"], cwd=tmp_path, env=home
    )
    assert "Cake in the kitchen" in json.loads(done.stdout)["outcome"]["stdout"], done.stdout


def test_what_the_plugin_does_not_allow_is_refused_as_slacks_own_error(clean: Clean, home: dict[str, str], tmp_path: Path):
    script = tmp_path / "admin.py"
    script.write_text(
        "import os\nimport slack_sdk\nfrom slack_sdk.errors import SlackApiError\n"
        'client = slack_sdk.WebClient(token=os.environ["SLACK_BOT_TOKEN"])\n'
        "try:\n    client.admin_users_list(team_id='T1')\n"
        "except SlackApiError as error:\n    print('told:', error.response['error'])\n"
    )
    done = clean.run(["agentic", "exec", script, "--api", "slack", "--json"], cwd=tmp_path, env=home)
    result = json.loads(done.stdout)
    assert "told: Refused by the broker" in result["outcome"]["stdout"], done.stdout
    assert [bool(call["refused"]) for call in result["calls"]] == [True]


def test_it_passes_the_conformance_suite_where_it_is_installed(clean: Clean, tmp_path: Path):
    done = clean.run(["pytest", "-q", "--pyargs", "agentic.conformance", "--plugin", "slack"], cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert "failed" not in done.stdout
