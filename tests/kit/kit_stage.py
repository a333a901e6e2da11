"""A package of the kit as an installed one, without installing: its source on the path, with an installer's metadata."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FAILED = re.compile(r"^(?:FAILED|ERROR) \S*::(\w+)", re.MULTILINE)
_SUMMARY = re.compile(r"(\d+) (passed|failed|skipped|error)")


@dataclass(frozen=True)
class Suite:
    """What the conformance suite said: the names of the tests that failed, and all its words."""

    failed: set[str]
    passed: int
    out: str


def command(*arguments: str | Path, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """`agentic …` in the folder `cwd`."""
    line = [sys.executable, "-m", "agentic.interfaces.cli", *map(str, arguments)]
    done = subprocess.run(line, cwd=cwd, capture_output=True, text=True, timeout=120, check=False, env=environment())
    assert "Traceback" not in done.stderr, done.stderr
    return done


def new(folder: Path, *arguments: str | Path) -> Path:
    """The package that `agentic plugins new acme …` writes."""
    done = command("plugins", "new", "acme", *arguments, "--into", folder, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "agentic-api-acme"


def environment(*packages: Path) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AGENTIC_", "PYTHONPATH", "PYTEST_"))}
    return kept | {"PYTHONPATH": os.pathsep.join([*(str(package / "src") for package in packages), str(ROOT)])}


def as_installed(package: Path, name: str = "acme") -> Path:
    """Gives the package what `pip install -e` would: metadata with its entry point."""
    facts = package / "src" / f"agentic_api_{name}-0.1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: agentic-api-{name}\nVersion: 0.1.0\n")
    (facts / "entry_points.txt").write_text(f"[agentic.apis]\n{name} = agentic_api_{name}.plugin\n")
    return package


def pytest_in(package: Path, *arguments: str | Path) -> Suite:
    """pytest in the package's folder, as its author runs it."""
    line = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "-p", "no:xdist", *map(str, arguments)]
    done = subprocess.run(line, cwd=package, capture_output=True, text=True, timeout=300, check=False, env=environment(package))
    counts = {kind: int(number) for number, kind in _SUMMARY.findall(done.stdout)}
    return Suite(set(_FAILED.findall(done.stdout)), counts.get("passed", 0), done.stdout + done.stderr)


def conformance(package: Path, name: str = "acme") -> Suite:
    """`pytest --pyargs agentic.conformance --plugin NAME`."""
    return pytest_in(package, "-p", "agentic.conformance.options", "--pyargs", "agentic.conformance", "--plugin", name)


def edited(package: Path, file: str, change: Callable[[str], str]) -> Path:
    path = package / "src" / "agentic_api_acme" / file
    before = path.read_text()
    after = change(before)
    assert after != before, f"nothing to change in {file}"
    path.write_text(after)
    return package
