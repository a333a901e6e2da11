"""What the checks know: the account and region asked, the stack they ask for, and the world outside of AWS."""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agentic.core.names import StackNames
from agentic.core.settings import Settings
from agentic.costs.usage import DELEGATION, FUNCTION_MB, PER_API
from agentic.interfaces.aws_checks.asking import Clients, SessionClients

_PROGRAM_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Target:
    """The stack that is to be deployed: its name, its settings, and its whole configuration by full key.

    `program` is the folder of the Pulumi program; `secrets_provider` is "" for Pulumi's own way (service or passphrase);
    `file` is whether the stack has a file.
    """

    stack: str
    settings: Settings
    config: Mapping[str, str]
    program: Path
    secrets_provider: str = ""
    file: bool = False

    @property
    def names(self) -> StackNames:
        return StackNames(self.stack)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The world around: `clients` takes region and profile ("" for what boto3 finds), `run` gives exit code and output."""

    environ: Mapping[str, str]
    home: Path
    clients: Callable[[str, str], Clients]
    run: Callable[[Sequence[str]], tuple[int, str]]
    now: Callable[[], datetime]

    @classmethod
    def real(cls) -> "Surroundings":
        return cls(os.environ, Path.home(), SessionClients, _run, lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Account:
    """The account asked. `arn` is the caller's own."""

    target: Target
    clients: Clients
    region: str
    partition: str
    account: str
    arn: str

    def client(self, service: str) -> Any:
        return self.clients(service)

    @property
    def bucket(self) -> str:
        return self.target.names.bucket(self.target.settings.bucket_suffix or self.account)


def functions_of(settings: Settings) -> list[tuple[str, str]]:
    """The stack's functions, each with its API ("" for those that exist once)."""
    made = [name for name in FUNCTION_MB if settings.backend != "workflow" or name not in DELEGATION]
    return [(name, api) for name in made for api in (settings.apis if name in PER_API else ("",))]


def _run(command: Sequence[str]) -> tuple[int, str]:
    """Exit code and what was printed; 127 where there is no such program, 124 where it took too long."""
    try:
        done = subprocess.run(  # noqa: S603 # the Pulumi CLI that the person would run
            [*command], capture_output=True, text=True, check=False, timeout=_PROGRAM_SECONDS, stdin=subprocess.DEVNULL
        )
    except OSError as error:
        return 127, error.strerror or ""
    except subprocess.TimeoutExpired:
        return 124, f"no answer in {_PROGRAM_SECONDS} s"
    return done.returncode, (done.stdout or done.stderr).strip()
