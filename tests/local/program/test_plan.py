"""A plan does what the program did, is kept only without secrets, and is not taken when it no longer fits."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from agentic import LocalCloud
from agentic.core.cache import cache_folder
from agentic.core.errors import LocalCloudError
from agentic.local import control
from agentic.local.program import plan
from agentic.local.program.plan import Plan, PlannedResource
from agentic.local.trace import Event

TASK = "Create a Stripe customer named Ada"


def resources_of(folder: Path) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    made: list[tuple[str, str]] = []

    def notice(event: Event) -> None:
        if event.kind == "resource" and "type" in event.facts:
            made.append((event.facts["type"], event.facts["id"]))

    with LocalCloud(folder, observer=notice) as cloud:
        assert cloud.run(TASK).status == "completed"
        return sorted(made), cloud.facts()


@pytest.fixture
def plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for plans; the zips of the real cache are shared, they are not what is tested."""
    cache = tmp_path / "cache"
    cache.mkdir()
    real = cache_folder()
    for name in ("wheels", "layers", "zips", "unpacked", "prepared"):
        if (real / name).is_dir():
            (cache / name).symlink_to(real / name)
    monkeypatch.setenv("AGENTIC_CACHE", str(cache))
    return cache / "plans"


def test_a_start_from_the_plan_makes_what_the_program_made(tmp_path: Path, plans: Path) -> None:
    first, facts = resources_of(tmp_path / "one")
    assert not (tmp_path / "one" / "logs" / "program.log").read_text()
    (kept,) = plans.glob("*.json")
    assert (kept.stat().st_mode & 0o777) == 0o600
    second, same = resources_of(tmp_path / "two")
    assert second == first
    assert len(first) > 50
    assert same["resources"] == facts["resources"]
    assert not (tmp_path / "two" / "logs" / "program.log").exists(), "the program did not run"


def test_a_plan_that_fails_is_forgotten_and_the_next_start_runs_the_program(tmp_path: Path, plans: Path) -> None:
    resources_of(tmp_path / "one")
    (kept,) = plans.glob("*.json")
    content = json.loads(kept.read_text())
    content["resources"][0]["type"] = "aws:nothing/like:This"
    kept.write_text(json.dumps(content))
    with pytest.raises(LocalCloudError, match="aws:nothing/like:This"):
        LocalCloud(tmp_path / "two").start()
    assert resources_of(tmp_path / "two")[0]
    assert (tmp_path / "two" / "logs" / "program.log").exists()


def some_plan(archive: Path) -> Plan:
    return Plan((PlannedResource("t", "n", {"code": {"archive": str(archive)}}),), {"a": 1}, {})


def test_a_plan_is_found_again_while_its_files_are_there(tmp_path: Path) -> None:
    archive = tmp_path / "zip"
    archive.touch()
    plan.save(tmp_path, "d", some_plan(archive))
    assert plan.load(tmp_path, "d") == some_plan(archive)
    assert plan.load(tmp_path, "other") is None
    archive.unlink()
    assert plan.load(tmp_path, "d") is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"form": 0}', '{"form": 1, "resources": [{}]}'])
def test_a_damaged_plan_is_no_plan(tmp_path: Path, text: str) -> None:
    (tmp_path / "d.json").write_text(text)
    assert plan.load(tmp_path, "d") is None


def test_old_plans_go(tmp_path: Path) -> None:
    archive = tmp_path / "zip"
    archive.touch()
    for number in range(12):
        plan.save(tmp_path, f"{number:02}", some_plan(archive))
        os.utime(tmp_path / f"{number:02}.json", (number, number))
    assert len(list(tmp_path.glob("*.json"))) <= 9
    assert plan.load(tmp_path, "11")


def test_the_digest_changes_with_what_the_program_reads(tmp_path: Path) -> None:
    assert control.program_digest({}) == control.program_digest({})
    assert control.program_digest({}) != control.program_digest({"AGENTIC_LOAD_PLUGINS": "stripe"})
