"""A stack on the local cloud as a person has it, by the command line and the real engine: one story, in this order."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from agentic import Stack
from tests.conftest import Command, Done, gone

pytestmark = pytest.mark.cloud

PLANTED = "sk_test_planted0123456789abcdefghij"
TASK = "Create a Stripe customer named Zoë Quist with email zoe@example.com"
ON = ("--stack", "dev", "--local")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, pulumi: Path, no_account: None) -> Iterator[Command]:
    command = Command(tmp_path_factory.mktemp("life") / ".agentic")
    yield command
    command("local", "stop")
    assert gone(command.home)


def good(done: Done) -> Done:
    assert done.exit == 0, done.err
    return done


def changes(done: Done) -> set[tuple[str, str]]:
    """Operation and kind (`LogGroup`) of each change."""
    return {(step["op"], step["type"].rsplit(":", 1)[1]) for step in good(done).json["changes"]}


def test_a_preview_leaves_the_local_cloud_of_every_day_as_it_is(stack: Command) -> None:
    """It shows the whole stack to be made, though each start has built the same one, and that one goes on working."""
    assert good(stack("run", TASK)).exit == 0
    found = changes(stack("preview", *ON, "--json", timeout=300))
    assert {op for op, _ in found} == {"create"}
    assert {"AgentcoreHarness", "Bucket", "Table", "Function"} <= {kind for _, kind in found}
    good(stack("run", TASK))


def test_up_from_nothing_then_a_run_on_it(stack: Command) -> None:
    """The engine's stack takes the place of the everyday one, and keeps its runs."""
    before = good(stack("runs", "list", "--json")).json["runs"]
    done = good(stack("up", *ON, "--yes", "--json", timeout=300))
    assert {op for op, _ in changes(done)} == {"create"}
    result = good(stack("run", TASK, *ON, "--json")).json
    assert result["status"] == "completed"
    assert [call["method"] for call in result["calls"]] == ["POST"]
    after = good(stack("runs", "list", *ON, "--json")).json["runs"]
    assert [run["run_id"] for run in after[1:]] == [run["run_id"] for run in before]
    assert good(stack("outputs", *ON, "--json")).json == done.json["outputs"]


def test_a_second_up_has_no_changes(stack: Command) -> None:
    assert "no changes" in good(stack("up", *ON, "--yes", timeout=300)).out


def test_nobody_is_asked_where_nobody_is(stack: Command) -> None:
    """Without --yes and without a terminal nothing is changed, and no time is spent on a preview."""
    for command in ("up", "destroy"):
        done = stack(command, *ON)
        assert (done.exit, done.out) == (2, "")
        assert "--yes" in done.err


def test_a_stack_that_is_not_there_cannot_be_removed_or_compared(stack: Command) -> None:
    """One line, nothing made; a name that no stack can have is told as such."""
    for command in (("destroy", "--yes"), ("refresh",), ("outputs",), ("run", TASK)):
        done = stack(*command, "--stack", "nowhere", "--local")
        assert done.exit in {1, 2}
        assert len(done.err.splitlines()) == 2
    assert not (stack.home / "stacks" / "nowhere").exists()
    assert "no name for a stack" in stack("preview", "--stack", "No Name", "--local").err


def test_aws_without_a_login_says_what_to_do(stack: Command) -> None:
    """Without `--local`, on a machine where nobody has ever used Pulumi: the engine's reason and the next step."""
    done = stack("preview", "--stack", "dev", env={"PULUMI_HOME": str(stack.home / "nobody")})
    assert done.exit == 1
    assert "pulumi login" in done.err


def test_a_setting_that_is_updated_in_place(stack: Command) -> None:
    done = stack("up", *ON, "--yes", "--json", "--config", "log_retention_days=14", timeout=300)
    assert changes(done) == {("update", "LogGroup")}
    assert "no changes" in good(stack("up", *ON, "--yes", timeout=300)).out


def test_a_setting_that_replaces(stack: Command) -> None:
    done = stack("up", *ON, "--yes", "--json", "--config", "agentic:bucket_suffix=other", timeout=300)
    assert ("replace", "Bucket") in changes(done)
    assert done.json["outputs"]["bucket"].endswith("-other")
    good(stack("run", TASK, *ON))


def test_a_wrong_setting_is_told_and_changes_nothing(stack: Command) -> None:
    done = stack("up", *ON, "--yes", "--config", "log_retention_days=8", timeout=300)
    assert done.exit == 1
    assert "agentic:log_retention_days must be one of" in done.err
    good(stack("up", *ON, "--yes", "--config", "log_retention_days=14", timeout=300))


def test_what_somebody_deleted_behind_its_back_is_found_and_put_back(stack: Command) -> None:
    """The bucket's policy, deleted with the account's own S3."""
    assert changes(stack("refresh", *ON, "--json", timeout=300)) == set()  # the control: nothing is missing before
    delete_bucket_policy(stack, good(stack("outputs", *ON, "--json")).json["bucket"])
    assert changes(stack("refresh", *ON, "--json", timeout=300)) == {("delete", "BucketPolicy")}
    assert changes(stack("up", *ON, "--yes", "--json", timeout=300)) == {("create", "BucketPolicy")}


def test_a_key_goes_past_pulumi(stack: Command) -> None:
    """`keys set` puts it into the stack's secret; the state with all secrets shown has it not, nor any file of the engine."""
    done = good(stack("keys", "set", "stripe", *ON, stdin=f"{PLANTED}\n"))
    assert PLANTED not in done.out + done.err
    assert "test key" in good(stack("keys", "status", "stripe", *ON)).out
    good(stack("refresh", *ON, timeout=300))
    good(stack("up", *ON, "--yes", timeout=300))
    with Stack("dev", local=True, home=stack.home) as opened:
        state = json.dumps(opened.export())
    assert "agentic-api-developer/stripe/test-key" in state  # the control: it is this stack's state
    files = [path for path in (stack.home / "stacks").rglob("*") if path.is_file() and not path.is_symlink()]
    assert PLANTED not in state + "".join(path.read_text(errors="replace") for path in files)


def test_the_stack_outlives_the_background(stack: Command) -> None:
    """Stopped and started, it is as it was: runs work, and the engine finds nothing to do."""
    good(stack("local", "stop"))
    good(stack("run", TASK, *ON))
    assert changes(stack("refresh", *ON, "--json", timeout=300)) == set()
    assert changes(stack("up", *ON, "--yes", "--json", timeout=300)) == set()


def test_destroy_leaves_nothing(stack: Command) -> None:
    """Not in any service, not on the disk; the everyday local cloud is built by the next run again, from nothing."""
    assert list((stack.home / "objects").rglob("*.py"))  # the control
    assert "removed" in good(stack("destroy", *ON, "--yes", timeout=300)).out
    assert not list((stack.home / "objects").rglob("*.py"))
    assert items(stack.home) == 0
    assert stack("outputs", *ON).exit != 0
    good(stack("run", TASK))
    assert len(good(stack("runs", "list", "--json")).json["runs"]) == 1


def delete_bucket_policy(stack: Command, bucket: str) -> None:
    """As somebody with the account's keys would, with unchanged boto3."""
    variables = good(stack("local", "credentials", "--json")).json
    client = boto3.client(
        "s3",
        endpoint_url=variables["AWS_ENDPOINT_URL"],
        region_name=variables["AWS_REGION"],
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
    )
    client.delete_bucket_policy(Bucket=bucket)
    client.close()


def items(home: Path) -> int:
    with sqlite3.connect(home / "store.sqlite") as database:
        (count,) = database.execute("SELECT count(*) FROM items").fetchone()
    return int(json.loads(str(count)))
