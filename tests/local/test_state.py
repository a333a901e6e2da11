"""The state folder is the person's alone, follows no link, and says in one line why it cannot be used."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from agentic.core.errors import StorageError
from agentic.local.state import StateFolder, storage_error


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_folder_and_files_are_the_owners_alone(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o755)
    state = StateFolder(tmp_path / "state")
    state.write(state.objects / "bucket" / "a" / "b.py", b"x")
    assert _mode(state.root) == _mode(state.objects) == _mode(state.objects / "bucket" / "a") == 0o700
    assert _mode(state.objects / "bucket" / "a" / "b.py") == 0o600
    assert _mode(state.folder(state.zips)) == 0o700


def test_what_was_written_is_read(tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "state")
    file = state.root / "background.json"
    assert state.read(file) is None
    state.write(file, b"1")
    state.write(file, b"2")
    assert state.read(file) == b"2"
    state.remove(file)
    state.remove(file)
    assert state.read(file) is None
    assert list(state.root.iterdir()) == []


def test_removing_the_last_file_removes_its_empty_folders(tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "state")
    state.write(state.objects / "b" / "x" / "1", b"")
    state.write(state.objects / "b" / "2", b"")
    state.remove(state.objects / "b" / "x" / "1")
    assert [path.name for path in (state.objects / "b").iterdir()] == ["2"]


def test_a_root_that_is_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(StorageError, match=r"link.* (symbolic link|folder should be)"):
        StateFolder(tmp_path / "link")


def test_links_inside_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "victim").write_bytes(b"safe")
    state = StateFolder(tmp_path / "state")
    state.folder(state.objects)
    (state.objects / "bucket").symlink_to(outside)
    (state.root / "file").symlink_to(outside / "victim")
    with pytest.raises(StorageError):
        state.write(state.objects / "bucket" / "victim", b"gone")
    with pytest.raises(StorageError):
        state.read(state.objects / "bucket" / "victim")
    with pytest.raises(StorageError):
        state.remove(state.objects / "bucket" / "victim")
    with pytest.raises(StorageError):
        state.read(state.root / "file")
    state.write(state.root / "file", b"a rename replaces the link itself")
    assert (outside / "victim").read_bytes() == b"safe"


@pytest.mark.parametrize("path", ["../x", "a/../../x", ".", ""])
def test_paths_out_of_the_folder_are_refused(tmp_path: Path, path: str) -> None:
    state = StateFolder(tmp_path / "state")
    with pytest.raises(StorageError, match="not inside"):
        state.write(state.root / path, b"")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder of another user")
def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    os.chown(folder, 12345, 12345)
    with pytest.raises(StorageError, match="another user"):
        StateFolder(folder)
    os.chown(folder, 0, 0)
    StateFolder(folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(StorageError, match="permission denied"):
        StateFolder(tmp_path / "closed" / "state")


def test_a_file_in_the_way_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError) as raised:
        StateFolder(tmp_path / "file" / "state")
    assert "\n" not in raised.value.message


def test_a_write_that_fails_leaves_the_old_content_and_no_litter(tmp_path: Path) -> None:
    """A file size limit stands for a full disk: the kernel refuses the bytes in the middle of the write."""
    program = """
import resource, signal, sys
from pathlib import Path
from agentic.core.errors import StorageError
from agentic.local.state import StateFolder
state = StateFolder(Path(sys.argv[1]))
state.write(state.root / "file", b"old")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    state.write(state.root / "file", b"x" * 5000)
except StorageError as error:
    sys.stdout.write(error.message)
"""
    folder = tmp_path / "state"
    done = subprocess.run([sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=True)
    assert "larger than this user may write" in done.stdout
    assert [(path.name, path.read_bytes()) for path in folder.iterdir()] == [("file", b"old")]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left") as raised:
        file.write(b"x")
    assert "the disk is full" in storage_error(tmp_path, raised.value).message


def test_readers_see_the_old_or_the_new_content_only(tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "state")
    file = state.root / "file"
    contents = {bytes([letter]) * 20_000 for letter in b"ab"}
    state.write(file, min(contents))
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            for content in contents:
                state.write(file, content)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert all(state.read(file) in contents for _ in range(200))
    finally:
        stop.set()
        writer.join()
