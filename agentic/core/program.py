"""Where the Pulumi program and what travels with it are: `__main__.py`, the stack files, `lambdas/`, the lock file."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def program_folder() -> Path:
    """Inside an installed package its folder `program`; in a clone the clone's root."""
    installed = installed_program().parent
    return installed if installed.is_dir() else _PACKAGE.parent


def installed_program() -> Path:
    """Where the program is when the package is an installed one; there is no such file in a clone."""
    return _PACKAGE / "program" / "__main__.py"
