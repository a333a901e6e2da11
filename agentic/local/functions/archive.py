"""Unpacks function zips, once per content: two functions with the same zip, or the next start, share one folder."""

import contextlib
import hashlib
import os
import secrets
import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath

from agentic.core.errors import BuildError, StorageError

# Lambda's own limit for an unpacked zip (250 MiB).
UNPACKED_BYTES = 262_144_000
_KEEP_SECONDS = 7 * 86_400
_PIECE = 1 << 20


def unpack(zip_path: Path, zips: Path, *, limit: int = UNPACKED_BYTES) -> Path:
    """The folder `<zips>/<sha256 of the zip>` with the zip's files, made if it is not there; readable by this user only.

    The folder appears whole or not at all. Raises BuildError for an archive that is broken, too large, or has an entry that
    would land outside its folder, and StorageError when the disk does not take it.
    """
    try:
        digest = _digest(zip_path)
        root = zips / digest
        if root.is_dir():
            # Its time says when it was last used (see `prune`).
            os.utime(root)
            return root
        zips.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = zips / f".{digest}.{secrets.token_hex(4)}"
        unfinished.mkdir(mode=0o700)
        try:
            with zipfile.ZipFile(zip_path) as archive:
                _extract(archive, unfinished, limit)
            _publish(unfinished, root)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    except zipfile.BadZipFile as error:
        raise BuildError(f"The function's zip {zip_path.name} cannot be read: {error}", hint="Build the zips again.") from error
    except OSError as error:
        raise StorageError(f"The function's zip {zip_path.name} cannot be unpacked: {error.strerror or error}") from error
    return root


def prune(zips: Path, now: float) -> None:
    """Remove what was not unpacked or used for a week: each build of a function leaves a folder behind."""
    for folder in zips.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if folder.stat(follow_symlinks=False).st_mtime < now - _KEEP_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def top_level_names(root: Path) -> frozenset[str]:
    """The names that `import` finds in the unpacked zip."""
    return frozenset(
        entry.name.partition(".")[0] for entry in root.iterdir() if entry.is_dir() or entry.suffix in {".py", ".so"}
    )


def _digest(zip_path: Path) -> str:
    with zip_path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _extract(archive: zipfile.ZipFile, into: Path, limit: int) -> None:
    remaining = limit
    for entry in archive.infolist():
        path = into / _safe(entry)
        if entry.is_dir():
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            continue
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        executable = (entry.external_attr >> 16) & stat.S_IXUSR
        # O_EXCL: an entry that comes twice, or whose name another entry already took, is a fault of the archive.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o700 if executable else 0o600)
        with os.fdopen(descriptor, "wb") as target, archive.open(entry) as source:
            while piece := source.read(_PIECE):
                remaining -= len(piece)
                if remaining < 0:
                    raise zipfile.BadZipFile(f"it holds more than {limit / (1 << 20):.0f} MB")
                target.write(piece)


def _safe(entry: zipfile.ZipInfo) -> PurePosixPath:
    path = PurePosixPath(entry.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or not path.parts:
        raise zipfile.BadZipFile(f"the entry {entry.filename!r} would land outside its folder")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise zipfile.BadZipFile(f"the entry {entry.filename!r} is a link")
    return path


def _publish(unfinished: Path, root: Path) -> None:
    try:
        unfinished.rename(root)
    except OSError:
        # Somebody else unpacked the same content in the meantime: theirs is as good as ours.
        if not root.is_dir():
            raise
