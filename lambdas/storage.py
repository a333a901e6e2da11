"""The build's cache: a folder of this user, outside the clone, written so that nothing is ever half there."""

import contextlib
import errno
import os
import tempfile
from pathlib import Path

from agentic.core.errors import BuildError


def save(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all. Raises `BuildError` with one line when the disk will not."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
        temporary = None
    except OSError as error:
        reason = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else error.strerror
        raise BuildError(f"cannot write {path}: {reason}", hint="AGENTIC_CACHE names another folder for the cache") from error
    finally:
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
