"""Zips are unpacked once, whole, and only into their own folder."""

import os
import stat
import time
import zipfile
from pathlib import Path

import pytest

from agentic.core.errors import BuildError, StorageError
from agentic.local.functions.archive import prune, unpack


def build(path: Path, *entries: tuple[str | zipfile.ZipInfo, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in entries:
            archive.writestr(name, text)
    return path


def test_a_zip_is_unpacked_for_this_user_only(tmp_path: Path) -> None:
    tool = zipfile.ZipInfo("bin/tool")
    tool.external_attr = 0o755 << 16
    root = unpack(
        build(tmp_path / "a.zip", ("handler.py", "x = 1"), ("package/part.py", "y = 2"), (tool, "")), tmp_path / "zips"
    )
    assert (root / "handler.py").read_text() == "x = 1"
    assert (root / "package" / "part.py").read_text() == "y = 2"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (root, *root.rglob("*"))}
    assert modes == {root.name: 0o700, "handler.py": 0o600, "package": 0o700, "part.py": 0o600, "bin": 0o700, "tool": 0o700}


def test_the_same_content_is_unpacked_once(tmp_path: Path) -> None:
    first = unpack(build(tmp_path / "a.zip", ("handler.py", "x = 1")), tmp_path / "zips")
    (first / "mark").write_text("still here")
    (tmp_path / "b.zip").write_bytes((tmp_path / "a.zip").read_bytes())
    assert unpack(tmp_path / "b.zip", tmp_path / "zips") == first
    assert (first / "mark").exists()
    assert unpack(build(tmp_path / "c.zip", ("handler.py", "x = 2")), tmp_path / "zips") != first


@pytest.mark.parametrize("name", ["../out.py", "/out.py", "a/../../out.py", "a\\..\\out.py"])
def test_an_entry_that_leads_out_is_refused_and_nothing_is_left(tmp_path: Path, name: str) -> None:
    with pytest.raises(BuildError, match="outside its folder"):
        unpack(build(tmp_path / "a.zip", ("handler.py", ""), (name, "")), tmp_path / "zips")
    assert list((tmp_path / "zips").iterdir()) == []
    assert not (tmp_path / "out.py").exists()


def test_a_link_in_the_zip_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(BuildError, match="is a link"):
        unpack(build(tmp_path / "a.zip", (link, "/etc")), tmp_path / "zips")


def test_an_entry_that_comes_twice_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive = build(tmp_path / "a.zip", ("handler.py", "one"), ("handler.py", "two"))
    with pytest.raises((BuildError, StorageError)):
        unpack(archive, tmp_path / "zips")


def test_a_zip_that_grows_beyond_lambdas_limit_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive, archive.open("big", "w") as entry:
        for _ in range(3):
            entry.write(bytes(1 << 20))
    with pytest.raises(BuildError, match="more than 2 MB"):
        unpack(tmp_path / "a.zip", tmp_path / "zips", limit=2 << 20)
    assert list((tmp_path / "zips").iterdir()) == []


def test_a_file_that_is_no_zip_and_one_that_is_missing_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"no zip")
    with pytest.raises(BuildError):
        unpack(tmp_path / "a.zip", tmp_path / "zips")
    with pytest.raises(StorageError, match="No such file"):
        unpack(tmp_path / "b.zip", tmp_path / "zips")


def test_only_what_nobody_used_for_a_week_is_removed(tmp_path: Path) -> None:
    zips = tmp_path / "zips"
    old, used = (unpack(build(tmp_path / "a.zip", ("handler.py", text)), zips) for text in ("1", "2"))
    week_ago = time.time() - 8 * 86_400
    for folder in (old, used):
        os.utime(folder, (week_ago, week_ago))
    assert unpack(tmp_path / "a.zip", zips) == used
    prune(zips, time.time())
    assert list(zips.iterdir()) == [used]
