"""An environment as a person has it: a virtual environment of its own, in which this project is an installed wheel."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import built_environment

ROOT = Path(__file__).resolve().parents[2]
UV = Path(sys.executable).with_name("uv")
# What the installer says when there is no registry to be had; anything else is a fault of ours.
_NO_REGISTRY = (
    "Failed to fetch",
    "error sending request",
    "Connection refused",
    "dns error",
    "Could not connect",
    "tunnel error",
)


@dataclass(frozen=True)
class Clean:
    """The environment's folder. Nothing of the tests' own environment leads there."""

    folder: Path

    def run(
        self, command: Sequence[str | Path], *, cwd: Path, timeout: float = 300, env: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """A command with the environment's programs first on the path."""
        path = f"{self.folder / 'bin'}:/usr/local/bin:/usr/bin:/bin"
        variables = {"PATH": path, "VIRTUAL_ENV": str(self.folder), **(env or {})}
        return subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env=built_environment(**variables) | {"PYTHONPATH": ""},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def install(self, *what: str | Path) -> None:
        """By uv, from its shared cache where it can. Skips the test when there is no registry."""
        lock = ROOT / "requirements.lock"
        done = self.run(
            [UV, "pip", "install", "--quiet", "--python", self.folder / "bin/python", "--constraint", lock, *what],
            cwd=self.folder,
        )
        if done.returncode and any(sign in done.stderr for sign in _NO_REGISTRY):
            pytest.skip(f"no package registry: {done.stderr.strip().splitlines()[-1][:200]}")
        assert done.returncode == 0, done.stderr


def wheel(package: Path, into: Path) -> Path:
    """The package's wheel, as its author would publish it."""
    line = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(into)]
    done = subprocess.run(line, cwd=package, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return max(into.glob("*.whl"), key=lambda path: path.stat().st_mtime_ns)


def make(folder: Path) -> Clean:
    """An empty environment with pip, as `python -m venv` makes it."""
    if not UV.is_file():
        pytest.skip("uv is not installed beside this Python")
    done = subprocess.run(
        [UV, "venv", "--quiet", "--seed", "--python", sys.executable, folder],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"uv cannot make an environment here: {done.stderr.strip()[:200]}")
    return Clean(folder)
