"""A Classic stack of the real engine, by the command line: made, used, changed, found again after a restart, destroyed."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command

pytestmark = pytest.mark.cloud

ROOT = Path(__file__).resolve().parents[2]
STACK = ("--local", "--stack", "cls")
TASK = "Show my Stripe balance"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """The command in a folder where the stack cls is up; the tests below use it one after the other."""
    found = subprocess.run([ROOT / "tools" / "pulumi" / "cli.sh", "--no-build"], capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip(found.stderr.strip() or "tools/pulumi/cli.sh finds no Pulumi CLI")
    command = Command(tmp_path_factory.mktemp("classic-stack") / ".agentic")
    try:
        made = up(command, "agentic:backend=classic")
        assert {change["op"] for change in made} == {"create"}
        assert {"AgentAgent", "AgentAgentActionGroup", "AgentAgentAlias", "Permission"} <= kinds(made)
        yield command
    finally:
        command("local", "stop")


def up(command: Command, *config: str) -> list[dict[str, Any]]:
    """What `up` did, with these settings."""
    options = [word for setting in config for word in ("--config", setting)]
    done = command("up", *STACK, "--yes", "--json", *options, timeout=180)
    assert done.exit == 0, done
    return done.json["changes"]


def kinds(changes: list[dict[str, Any]]) -> set[str]:
    return {change["type"].rpartition(":")[2] for change in changes}


def test_tasks_are_carried_out_declined_and_asked_back(stack: Command):
    done = stack("run", *STACK, TASK, "--json")
    assert (done.exit, done.json["status"]) == (0, "completed")
    assert [call["status"] for call in done.json["calls"]] == [200]
    assert stack("run", *STACK, "Write me a poem about the sea").exit == 4
    assert stack("run", *STACK, "Refund a payment").exit == 5


def test_the_same_program_again_changes_nothing(stack: Command):
    assert up(stack) == []


def test_a_restart_finds_the_agents_again(stack: Command):
    stack("local", "stop")
    assert stack("run", *STACK, TASK, "--json").json["status"] == "completed"


def test_another_model_updates_the_agent_its_rights_and_its_alias_in_place(stack: Command):
    """A change of one agent alone: nothing else of it changes, and its alias follows (or every run would be as before)."""
    changes = up(stack, "agentic:model.generator=eu.anthropic.claude-haiku-4-5")
    assert [(change["op"], change["name"]) for change in changes] == [("update", "generator-agent")] * 3
    assert kinds(changes) == {"RolePolicy", "AgentAgent", "AgentAgentAlias"}
    # The runtime asks the role for the version's model: with the old version and the new rights this would be refused.
    assert stack("run", *STACK, TASK, "--json").json["status"] == "completed"


def test_it_is_destroyed_although_its_groups_are_enabled(stack: Command):
    before = stack("local", "status", "--json").json
    done = stack("destroy", *STACK, "--yes", "--json", timeout=180)
    assert done.exit == 0, done
    after = stack("local", "status", "--json").json
    assert (before["stacks"], after["stacks"]) == (["cls", "dev"], ["dev"])
    deleted = [change for change in done.json["changes"] if change["op"] == "delete"]
    assert before["resources"] - after["resources"] == len(deleted)
