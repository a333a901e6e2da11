"""The local cloud's folder: the person's alone, and safe against links that lead out of it.

Every access walks from the root folder by file descriptors that follow no symbolic link. Every write is a
temporary file and a rename, so that a reader sees the old content or the new one.
"""

import contextlib
import errno
import fcntl
import os
import secrets
import stat
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from agentic.core.errors import LocalCloudError, StorageError

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_CAUSES = {
    errno.ENOSPC: ("the disk is full", "Free some space, then run again."),
    errno.EDQUOT: ("the disk quota is used up", "Free some space, then run again."),
    errno.EFBIG: ("the file would be larger than this user may write", "Raise the file size limit (ulimit -f)."),
    errno.EACCES: ("permission denied", "Make the folder yours and writable, or set AGENTIC_HOME to another one."),
    errno.EPERM: ("permission denied", "Make the folder yours and writable, or set AGENTIC_HOME to another one."),
    errno.EROFS: ("the file system is read-only", "Set AGENTIC_HOME to a folder on a writable disk."),
    errno.ELOOP: ("a symbolic link is in the way", "Remove the link, or set AGENTIC_HOME to another folder."),
    errno.ENOTDIR: ("a file or a symbolic link is where a folder should be", "Remove it, or set AGENTIC_HOME."),
}

# A local cloud that is being ended lets go of its folder soon.
_WAIT_SECONDS = 5.0


def storage_error(path: Path | str, error: OSError) -> StorageError:
    """One clear line for what the operating system said."""
    cause, hint = _CAUSES.get(error.errno or 0, (error.strerror or type(error).__name__, ""))
    return StorageError(f"Cannot use {path}: {cause}.", hint=hint, path=str(path), errno=error.errno)


class StateFolder:
    """`root` is made if it is missing, and tightened to mode 0700. Raises StorageError when it cannot be trusted or used."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.root, _FOLDER)
        except OSError as error:
            raise storage_error(self.root, error) from None
        try:
            facts = os.fstat(descriptor)
            if facts.st_uid != os.geteuid():
                raise StorageError(
                    f"Cannot use {self.root}: it belongs to another user.", hint="Set AGENTIC_HOME to a folder of your own."
                )
            if stat.S_IMODE(facts.st_mode) != 0o700:
                os.fchmod(descriptor, 0o700)
        except OSError as error:
            raise storage_error(self.root, error) from None
        finally:
            os.close(descriptor)

    @property
    def objects(self) -> Path:
        """The buckets' objects as files: `objects/<bucket>/<key>`."""
        return self.root / "objects"

    @property
    def database(self) -> Path:
        return self.root / "store.sqlite"

    @property
    def zips(self) -> Path:
        return self.root / "zips"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @contextmanager
    def alone(self) -> Generator[None]:
        """One local cloud per state folder: two would each think that the other's state is theirs."""
        with (self.root / "cloud.lock").open("w") as lock:
            deadline = time.monotonic() + _WAIT_SECONDS
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError:
                    if time.monotonic() > deadline:
                        raise LocalCloudError(
                            f"another local cloud uses {self.root}",
                            hint="`agentic local stop` ends it; or leave out --no-background; or set another AGENTIC_HOME",
                        ) from None
                    time.sleep(0.05)
            yield

    def folder(self, path: Path) -> Path:
        """Make a folder inside the root (mode 0700, parents too) and return it."""
        with self._opened(self._parts(path), path, create=True):
            return path

    def write(self, path: Path, data: bytes) -> None:
        """Replace a file's content at once and durably (mode 0600). A StorageError leaves the old content."""
        *parents, name = self._parts(path)
        with self._opened(parents, path, create=True) as folder, _told(path):
            temporary = f".{name[:100]}.{secrets.token_hex(6)}"
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=folder)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fdatasync(file.fileno())
                os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            except OSError:
                with contextlib.suppress(OSError):
                    os.unlink(temporary, dir_fd=folder)
                raise
            os.fsync(folder)

    def read(self, path: Path) -> bytes | None:
        """A file's content; None when there is no such file."""
        *parents, name = self._parts(path)
        try:
            with self._opened(parents, path, create=False) as folder:
                descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
                with os.fdopen(descriptor, "rb") as file:
                    return file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise storage_error(path, error) from None

    def remove(self, path: Path) -> None:
        """Remove a file, and the folders above it that are empty then. A missing file is no error."""
        parts = self._parts(path)
        try:
            with self._opened(parts[:-1], path, create=False) as folder:
                os.unlink(parts[-1], dir_fd=folder)
            for depth in range(len(parts) - 1, 1, -1):
                with self._opened(parts[: depth - 1], path, create=False) as folder:
                    os.rmdir(parts[depth - 1], dir_fd=folder)
        except FileNotFoundError:
            return
        except OSError as error:
            if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                raise storage_error(path, error) from None

    def _parts(self, path: Path) -> tuple[str, ...]:
        """The path's parts below the root; refuses whatever is not strictly inside."""
        parts = path.relative_to(self.root).parts if path.is_relative_to(self.root) else ()
        if not parts or ".." in parts:
            raise StorageError(f"Cannot use {path}: it is not inside {self.root}.")
        return parts

    @contextmanager
    def _opened(self, parts: Sequence[str], path: Path, *, create: bool) -> Generator[int]:
        """A descriptor of the folder that `parts` lead to, without following a link; FileNotFoundError where one is missing."""
        descriptors: list[int] = []
        try:
            try:
                descriptors.append(os.open(self.root, _FOLDER))
                for part in parts:
                    if create:
                        with contextlib.suppress(FileExistsError):
                            os.mkdir(part, 0o700, dir_fd=descriptors[-1])
                    descriptors.append(os.open(part, _FOLDER, dir_fd=descriptors[-1]))
            except FileNotFoundError:
                raise
            except OSError as error:
                raise storage_error(path, error) from None
            yield descriptors[-1]
        finally:
            for descriptor in descriptors:
                os.close(descriptor)


@contextmanager
def _told(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise storage_error(path, error) from None
