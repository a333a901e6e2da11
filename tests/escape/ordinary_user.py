"""`python -m tests.escape.ordinary_user COMMAND…`: as root, runs a command as a user without any rights of root's.

A Python below a folder of root's own is made reachable by a mount that only the command sees.
"""

import os
import sys
from pathlib import Path

from agentic.sandbox import namespaces
from agentic.sandbox.libc import libc

USER = 65534
PROJECT = Path(__file__).resolve().parents[2]


def needed() -> list[Path]:
    """The folders that a Python with this project runs from."""
    return [Path(folder).resolve() for folder in {sys.base_prefix, sys.prefix, str(PROJECT)}]


def barred(path: Path) -> Path | None:
    """The first folder on the way to `path` that others may not pass."""
    return next((parent for parent in reversed(path.parents) if parent.stat().st_mode & 0o005 != 0o005), None)


def become() -> None:
    """This process now is the ordinary user, for good. Raises `OSError` where it may not."""
    closed = [path for path in needed() if barred(path) is not None]
    if closed:
        if libc.unshare(namespaces.NEW_MOUNT) != 0:
            raise OSError("no mount namespace can be had here")
        namespaces.mount("none", "/", "", namespaces.MS_REC | namespaces.MS_PRIVATE)
        handles = {path: os.open(path, os.O_PATH) for path in closed}
        for folder in {barred(path) for path in closed}:
            namespaces.mount("tmpfs", str(folder), "tmpfs", 0, "mode=0755")
        for path, handle in handles.items():
            path.mkdir(parents=True)
            namespaces.mount(f"/proc/self/fd/{handle}", str(path), "", namespaces.MS_BIND | namespaces.MS_REC)
            os.close(handle)
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)


def main() -> None:
    become()
    os.chdir(PROJECT)
    os.execvpe(sys.argv[1], sys.argv[1:], {**os.environ, "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"})  # noqa: S606


if __name__ == "__main__":
    main()
