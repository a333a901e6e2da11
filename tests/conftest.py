"""What several test folders share: a built environment, one local cloud per test process, the command as a person runs it."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from platform_times import pytest_terminal_summary as pytest_terminal_summary

AGENTIC = Path(sys.executable).with_name("agentic")

# No test may see, and so use, what the person's own environment has of AWS and model providers.
_FOREIGN = ("AWS_", "ANTHROPIC_", "OPENAI_", "OLLAMA_", "STRIPE_", "GITHUB_", "GH_", "OPENWEATHER", "OWM_", "AGENTIC_")


def built_environment(**extra: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN) or name == "AGENTIC_CACHE"}
    return {**kept, **extra}


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    exit: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Command:
    """The `agentic` command with a state folder of its own."""

    home: Path

    def __call__(self, *arguments: str, env: Mapping[str, str] | None = None, stdin: str = "", timeout: float = 90) -> Done:
        done = subprocess.run(
            [AGENTIC, *arguments],
            env=built_environment(AGENTIC_HOME=str(self.home), **(env or {})),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            cwd=self.home.parent,
            check=False,
        )
        # Whatever happened: no traceback of ours reaches a person.
        assert "Traceback" not in done.stderr, done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str, **options: Any) -> "subprocess.Popen[str]":
        environment = built_environment(AGENTIC_HOME=str(self.home))
        return subprocess.Popen(
            [AGENTIC, *arguments], env=environment, cwd=self.home.parent, text=True, stdin=subprocess.DEVNULL, **options
        )


@pytest.fixture
def agentic(tmp_path: Path) -> Iterator[Command]:
    """The command in an empty folder; whatever it started is ended afterwards."""
    command = Command(tmp_path / ".agentic")
    yield command
    command("local", "stop")


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """The command with one background local cloud for the whole session."""
    command = Command(tmp_path_factory.mktemp("shared") / ".agentic")
    yield command
    command("local", "stop")


def using(folder: Path) -> set[int]:
    """Every process whose command line, environment, working directory or open files name `folder`."""
    found: set[int] = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        if any(os.fsencode(folder) in text for text in _texts(entry)):
            found.add(int(entry.name))
    return found


def _texts(process: Path) -> Iterator[bytes]:
    """What a process says of itself; parts of it may end while we look."""
    for name in ("cmdline", "environ"):
        with contextlib.suppress(OSError):
            yield (process / name).read_bytes()
    with contextlib.suppress(OSError):
        yield os.fsencode((process / "cwd").readlink())
        for link in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                yield os.fsencode(link.readlink())


def gone(folder: Path, seconds: float = 3.0) -> bool:
    """Whether nothing uses `folder` any more, at the latest after some seconds."""
    deadline = time.monotonic() + seconds
    while using(folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
