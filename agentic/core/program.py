"""Where the Pulumi program and what travels with it are: `__main__.py`, the stack files, `lambdas/`, the lock file."""

from pathlib import Path


def program_folder() -> Path:
    """Inside an installed package its folder `program`; in a clone the clone's root."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "program"
    return installed if installed.is_dir() else package.parent
