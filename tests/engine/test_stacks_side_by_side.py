"""Several stacks in one account: each with a backend of its own, made by the real engine, sharing nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agentic.local.program.made import MadeResource
from agentic.local.stacks import ledger
from tests.conftest import Command, Done, gone

pytestmark = pytest.mark.cloud

TASK = "Create a Stripe customer named Zoë Quist with email zoe@example.com"
BACKENDS = {"dev": "classic", "prod": "harness", "flow": "workflow"}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, pulumi: Path, no_account: None) -> Iterator[Command]:
    command = Command(tmp_path_factory.mktemp("side") / ".agentic")
    yield command
    command("local", "stop")
    assert gone(command.home)


def on(stack: str) -> tuple[str, ...]:
    return ("--stack", stack, "--local")


def good(done: Done) -> Done:
    assert done.exit == 0, done.err
    return done


def made(cloud: Command, stack: str) -> tuple[MadeResource, ...]:
    return ledger.read(cloud.home / "stacks" / stack / "resources.jsonl")


@pytest.mark.parametrize("stack", BACKENDS)
def test_each_backend_is_made_and_runs(cloud: Command, stack: str) -> None:
    """`up`, a run, and a second `up` without changes."""
    backend = f"agentic:backend={BACKENDS[stack]}"
    done = good(cloud("up", *on(stack), "--yes", "--json", "--config", backend, timeout=300)).json
    assert done["outputs"]["backend"] == BACKENDS[stack]
    result = good(cloud("run", TASK, *on(stack), "--json")).json
    assert result["status"] == "completed"
    assert [call["status"] for call in result["calls"]] == [200]
    assert good(cloud("up", *on(stack), "--yes", "--json", timeout=300)).json["changes"] == []


def test_a_refresh_finds_no_difference(cloud: Command) -> None:
    for stack in BACKENDS:
        assert good(cloud("refresh", *on(stack), "--json", timeout=300)).json["changes"] == []


def test_they_share_no_name(cloud: Command) -> None:
    """No physical id is in two of them, and none of their runs."""
    ids = [{(resource.type, resource.id) for resource in made(cloud, stack)} for stack in BACKENDS]
    assert all(len(found) > 40 for found in ids)
    assert len(set.union(*ids)) == sum(map(len, ids))
    runs = [good(cloud("runs", "list", *on(stack), "--json")).json["runs"] for stack in BACKENDS]
    assert [len(found) for found in runs] == [1, 1, 1]


def test_all_of_them_outlive_the_background(cloud: Command) -> None:
    good(cloud("local", "stop"))
    for stack in BACKENDS:
        assert good(cloud("run", TASK, *on(stack), "--json")).json["status"] == "completed"


def test_the_protected_one_refuses_to_lose_data(cloud: Command) -> None:
    """`destroy` names what is protected and removes nothing of it; the stack goes on working."""
    done = cloud("destroy", *on("prod"), "--yes", timeout=300)
    assert done.exit == 1
    assert "protected" in done.err
    kinds = {resource.type.rsplit(":", 1)[1] for resource in made(cloud, "prod")}
    assert {"Bucket", "Table", "Secret"} <= kinds


def test_the_other_is_destroyed_with_a_full_bucket_and_made_again_at_once(cloud: Command) -> None:
    """Versions and all; names that linger on AWS do not stand in the way, and the others do not notice."""
    outputs = good(cloud("outputs", *on("dev"), "--json")).json
    assert list((cloud.home / "objects" / outputs["bucket"]).rglob("*.py"))  # the control: it is full
    good(cloud("destroy", *on("dev"), "--yes", timeout=300))
    assert not (cloud.home / "objects" / outputs["bucket"]).exists()
    good(cloud("run", TASK, *on("flow")))
    good(cloud("up", *on("dev"), "--yes", timeout=300))
    assert good(cloud("run", TASK, *on("dev"), "--json")).json["status"] == "completed"


def test_each_can_be_destroyed_once_nothing_is_protected(cloud: Command) -> None:
    good(cloud("up", *on("prod"), "--yes", "--config", "agentic:protect=false", timeout=300))
    for stack in BACKENDS:
        good(cloud("destroy", *on(stack), "--yes", timeout=300))
        assert not (cloud.home / "stacks" / stack / "resources.jsonl").exists()
