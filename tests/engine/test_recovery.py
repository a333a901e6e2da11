"""What a killed engine leaves behind in its own files, and how it is put right."""

import json
from pathlib import Path

import pytest

from agentic.core.errors import DeploymentError
from agentic.deployment.recovery import mend_checkpoint

WHOLE = json.dumps({"version": 3, "checkpoint": {"stack": "dev"}})


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Where the engine keeps the state of the stack dev."""
    path = tmp_path / ".pulumi" / "stacks" / "project" / "dev.json"
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.parametrize("torn", ["", WHOLE[:-3], "null"])
def test_a_torn_state_is_replaced_by_its_backup(state: Path, tmp_path: Path, torn: str) -> None:
    state.write_text(torn)
    state.with_name("dev.json.bak").write_text(WHOLE)
    mend_checkpoint(tmp_path, "dev")
    assert state.read_text() == WHOLE


def test_a_torn_note_beside_the_state_is_removed(state: Path, tmp_path: Path) -> None:
    state.write_text(WHOLE)
    attributes = state.with_name("dev.json.attrs")
    attributes.write_text("")
    mend_checkpoint(tmp_path, "dev")
    assert not attributes.exists()
    assert state.read_text() == WHOLE


def test_a_torn_first_file_of_the_storage_is_removed_with_its_note(state: Path, tmp_path: Path) -> None:
    """The engine writes it anew; torn, it would end every later command."""
    state.write_text(WHOLE)
    first = tmp_path / ".pulumi" / "meta.yaml"
    note = first.with_name("meta.yaml.attrs")
    first.write_text("")
    note.write_text("{")
    mend_checkpoint(tmp_path, "dev")
    assert not first.exists()
    assert not note.exists()
    first.write_text("version: 1\n")
    note.write_text("{}")
    mend_checkpoint(tmp_path, "dev")
    assert first.exists()
    assert note.exists()


def test_a_whole_state_is_not_touched(state: Path, tmp_path: Path) -> None:
    """The control: the backup is older."""
    newer = WHOLE.replace("3", "4")
    state.write_text(newer)
    state.with_name("dev.json.bak").write_text(WHOLE)
    mend_checkpoint(tmp_path, "dev")
    mend_checkpoint(tmp_path, "other")
    assert state.read_text() == newer


def test_without_a_whole_backup_it_is_told(state: Path, tmp_path: Path) -> None:
    state.write_text("{")
    state.with_name("dev.json.bak").write_text("{")
    with pytest.raises(DeploymentError, match="damaged"):
        mend_checkpoint(tmp_path, "dev")
    assert state.read_text() == "{"


def test_a_torn_first_state_is_no_state(state: Path, tmp_path: Path) -> None:
    state.write_text("{")
    mend_checkpoint(tmp_path, "dev")
    assert not state.exists()


def test_a_stack_that_is_new_has_nothing_to_mend(tmp_path: Path) -> None:
    mend_checkpoint(tmp_path, "dev")
