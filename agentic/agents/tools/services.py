"""What a tool reaches: AWS clients and settings from the function's environment, made once per process."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from agentic.agents.tools.bodies import S3Bodies
from agentic.core.frozen import thaw
from agentic.core.names import PROJECT
from agentic.core.spec import ApiSpec
from agentic.runs import RunStore

# An agent's whole conversation is one InvokeHarness or InvokeAgent call: wait longer than any of them may take, and
# never send it again (a repeated call would be a second conversation).
_PATIENT: dict[str, Any] = {"read_timeout": 890, "connect_timeout": 10, "retries": {"total_max_attempts": 1}}


# A notification is worth no more than some seconds of a run.
_BRIEF: dict[str, Any] = {"read_timeout": 5, "connect_timeout": 3, "retries": {"total_max_attempts": 2}}

# A tenth of each call's time: botocore checks what our code wrote, and composes its user agent anew.
_QUICK: dict[str, Any] = {"parameter_validation": False, "user_agent": PROJECT}


def _to_log(entry: str) -> None:
    """Into the function's log, which is what it writes to standard output."""
    sys.stdout.write(f"{entry}\n")
    sys.stdout.flush()


@dataclass(frozen=True)
class Services:
    """The seam between tool cores and the world: tests give their own clients, clock, sleep and log."""

    environ: Mapping[str, str]
    client: Callable[[str], Any]
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    tell: Callable[[str], None] = _to_log

    @classmethod
    def of_function(cls) -> "Services":
        """The services of a Lambda function, from its environment."""
        return cls(os.environ, _client_factory(os.environ))

    def setting(self, name: str) -> str:
        """The function's setting `AGENTIC_<NAME>`."""
        return self.environ[f"AGENTIC_{name.upper()}"]

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), UTC)

    @cached_property
    def store(self) -> RunStore:
        bucket = self.environ.get("AGENTIC_BUCKET", "")
        bodies = S3Bodies(lambda: self.client("s3"), bucket) if bucket else None
        return RunStore(self.client("dynamodb"), self.setting("table"), clock=self.clock, bodies=bodies)

    @cached_property
    def specs(self) -> dict[str, ApiSpec]:
        return thaw(Path(self.environ["LAMBDA_TASK_ROOT"]))


def _client_factory(environ: Mapping[str, str]) -> Callable[[str], Any]:
    import boto3  # pyright: ignore[reportMissingTypeStubs]
    from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs]

    clients: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in clients:
            patient = service in {"bedrock-agent-runtime", "bedrock-agentcore", "lambda"}
            options = {**_QUICK, **(_PATIENT if patient else _BRIEF if service == "sns" else {})}
            if patient and "AGENTIC_CONVERSATION_SECONDS" in environ:
                options["read_timeout"] = float(environ["AGENTIC_CONVERSATION_SECONDS"])
            if service == "lambda" and "AGENTIC_TOOL_WAIT" in environ:
                # A tool that invokes itself waits this long for the answer, and no longer.
                options["read_timeout"] = float(environ["AGENTIC_TOOL_WAIT"])
            make: Any = boto3.client  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] # untyped
            clients[service] = make(service, config=Config(**options))
        return clients[service]

    return client
