"""What the HTTP API is given of the stack that it serves: a bundle of seams, each with a real fake in the tests."""

import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from agentic.agents.front_door import FrontDoor, RunRequest
from agentic.core.spec import ApiSpec
from agentic.core.values import PendingCall, Target, Verdict
from agentic.runs import RunRecord
from agentic.serving.looking import Looking


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as the records have it. `person` is whose sessions these are; `everything`: sees all runs of the stack."""

    name: str
    person: str
    everything: bool = False

    def may_see(self, record: RunRecord) -> bool:
        return self.everything or record.caller == self.name


class Authentication(Protocol):
    """Tells who asks from the request's headers (lower-case names) and its ASGI scope; None: nobody that is known."""

    def caller(self, headers: Mapping[str, str], scope: Mapping[str, Any]) -> Caller | None: ...

    @property
    def challenge(self) -> str:
        """What `WWW-Authenticate` says to nobody."""
        ...


class Submission(Protocol):
    """What became of a request for a run. `position`: so many runs wait before it, about."""

    @property
    def run_id(self) -> str: ...
    @property
    def created(self) -> bool: ...
    @property
    def position(self) -> int: ...


class Submitting(Protocol):
    """Hands runs to the workers, and people's decisions on them (`agentic.agents.submitting.Submitter`)."""

    def submit(self, request: RunRequest, *, caller: str, idempotency_key: str = "") -> Submission: ...

    def approve(self, run_id: str, asked: PendingCall, by: str, *, every: bool = False) -> RunRecord: ...

    def reject(self, run_id: str, by: str) -> object: ...

    def cancel(self, run_id: str) -> object: ...

    def position(self, run_id: str) -> int | None: ...


class Machine(Protocol):
    """The machine that `agentic serve` runs on; there is none on AWS."""

    def plugins(self) -> list[dict[str, Any]]: ...

    def doctor(self) -> dict[str, Any]: ...


class Counting(Protocol):
    """Counts a caller's requests. Gives the seconds to wait where there were too many; 0 otherwise."""

    def count(self, caller: str) -> int: ...


def to_log(error: Exception) -> None:
    """The whole of an error that nobody has foreseen, for who operates the stack."""
    sys.stderr.write("".join(traceback.format_exception(error)))
    sys.stderr.flush()


@dataclass(frozen=True, kw_only=True)
class Serving:
    """One stack, served. `judge` validates a script's bytes for an API; `files` are the console's, by name.

    `hosts` are the names under which it may be asked (`127.0.0.1:8460`); None: any, because something before it sees to that.
    `scheme` is the one that callers use. `read_model` gives the model of a run that names one or none (empty), and raises
    `UsageError` for one that cannot be. `look_seconds` is how often a run that is followed is looked at. Where nothing
    `streams` its answer (API Gateway buffers them), who asks for a stream is given a page. `unforeseen` is
    told of errors that are faults of this program: callers are told nothing of them.
    """

    door: FrontDoor
    looking: Looking
    submitter: Submitting
    specs: Mapping[str, ApiSpec]
    authentication: Authentication
    counting: Counting
    judge: Callable[[str, bytes], Verdict]
    stack: str
    target: Target
    read_model: Callable[[str], str]
    version: str = "1"
    hosts: frozenset[str] | None = None
    scheme: str = "https"
    machine: Machine | None = None
    files: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    look_seconds: float = 0.5
    streams: bool = True
    unforeseen: Callable[[Exception], None] = to_log
