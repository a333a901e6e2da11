"""The values that stages hand to each other. All frozen, all JSON-able by `to_json`."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self, cast


class RunStatus(StrEnum):
    """Where a run is. The last six are final for now; `paused` waits for a person."""

    QUEUED = "queued"
    GENERATING = "generating"
    VALIDATING = "validating"
    EXECUTING = "executing"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    REFUSED = "refused"
    ASKS = "asks"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        return self in {self.COMPLETED, self.FAILED, self.REFUSED, self.ASKS, self.CANCELLED}


class WriteMode(StrEnum):
    """What the broker does with a call that changes something. Only the person at the front door chooses."""

    ALLOW = "allow"
    APPROVE = "approve"
    REFUSE = "refuse"


class Target(StrEnum):
    """Where the broker sends a run's calls: the plugin's local fake, or the API itself."""

    FAKE = "fake"
    REAL = "real"


@dataclass(frozen=True, slots=True)
class CodeRef:
    """A script by reference: the S3 key and the SHA-256 (lower-case hex) of its UTF-8 bytes."""

    key: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason why the validator refuses a script. `line` and `column` start at 1; 0 means the whole script."""

    rule: str
    line: int
    column: int
    message: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the validator says of a script."""

    valid: bool
    findings: tuple[Finding, ...] = ()

    @property
    def summary(self) -> str:
        """One line for a person: `SyntaxError at line 5`."""
        if self.valid:
            return "valid"
        first = self.findings[0]
        place = f" at line {first.line}" if first.line else ""
        more = f" (and {len(self.findings) - 1} more)" if len(self.findings) > 1 else ""
        name = "SyntaxError" if first.rule == "syntax" else f"{first.rule}: {first.message}"
        return f"{name}{place}{more}"

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(bool(data["valid"]), tuple(Finding(**finding) for finding in data["findings"]))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the sandbox says of one attempt: an untrusted claim wherever the sandbox is not ours.

    `exit` is the script's exit status, None when it was killed. `reason` is empty, or why it ended early:
    `timeout`, `output`, `memory`, `killed`, `sandbox`, or a word of the broker's, which stopped the run (`RunStopped`).
    `layers` names what stood around the script, as probed.
    """

    success: bool
    stdout: str = ""
    stderr: str = ""
    exit: int | None = None
    duration_ms: float = 0.0
    layers: tuple[str, ...] = ()
    reason: str = ""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        fields: dict[str, Any] = {**data, "layers": tuple(data.get("layers", ()))}
        return cls(**fields)


class CallState(StrEnum):
    """What is known of a call. `unknown`: it may have been done, and nobody can tell; nothing sends it again."""

    EXECUTING = "executing"
    APPLIED = "applied"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request through the broker, as the journal has it. `params` are redacted.

    `replayed`: the script was last given the journal's answer, because it ran again after the call was made. `at` is when it
    was made first, in epoch seconds. `waited_ms`: for how long it was held back before that, by a limit of the API's.
    """

    seq: int
    method: str
    url: str
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    status: int | None = None
    write: bool = False
    replayed: bool = False
    duration_ms: float = 0.0
    refused: str = ""
    state: CallState = CallState.EXECUTING
    at: float = 0.0
    waited_ms: float = 0.0

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        fields: dict[str, Any] = {**data, "state": CallState(data["state"])}
        return cls(**fields)


@dataclass(frozen=True, slots=True)
class RunStep:
    """One change of a run: its new state, or what came to it.

    That is `generated`, `validated`, `approved`, `ended` (an attempt), or `given_up` (a script, to be written anew).

    `at` is in epoch seconds. `facts` are small: by whom, which call, how it ended.
    """

    at: float
    name: str
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingCall:
    """The write that a paused run waits to be allowed: all of it, so that a person knows what they say yes to.

    `url`, `headers` and `body` (with an escape for what cannot be seen) are exactly what would be sent, without the key.
    `digest` is what an approval is bound to, with `code_sha256` (the script) and `account` (a fingerprint of the key, which
    tells nothing of it).
    `lane` is where in the script it is made. `done_before`: an earlier script of the run has done the same, in words; empty
    otherwise. Times are in epoch seconds.
    """

    digest: str
    method: str
    url: str
    body: str
    what: str
    target: Target
    account: str
    code_sha256: str
    asked_at: float
    expires: float
    headers: tuple[tuple[str, str], ...] = ()
    lane: str = ""
    done_before: str = ""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        headers = tuple((str(name), str(value)) for name, value in data.get("headers", ()))
        fields: dict[str, Any] = {**data, "target": Target(data["target"]), "headers": headers}
        return cls(**fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A person's leave for one pending write, used once; with `all`, for every write of the script as it stands.

    `returned`: the write that used it has certainly not been sent, and the script may try again.
    """

    digest: str
    account: str
    all: bool
    by: str
    at: float
    returned: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """What the agents' model turns of a run cost. `cost_usd` is None where no price is known."""

    model_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None
    model: str = ""


@dataclass(frozen=True, slots=True)
class RunError:
    """Why a run did not complete, for a person and for a program."""

    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Repair:
    """Why a run's script is to be written anew: `script` itself, as far as it is not too long, and what was found of it.

    `told` are facts as (what it is, text): data of others, which nobody has to believe. `error` is how the run ends if
    nobody writes another one.
    """

    told: tuple[tuple[str, str], ...]
    script: str
    error: RunError

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        told = tuple((str(what), str(text)) for what, text in data["told"])
        return cls(told, str(data["script"]), RunError(**data["error"]))


@dataclass(frozen=True, slots=True)
class Version:
    """A script of a run that was given up for another one, and why."""

    code_ref: CodeRef
    error: RunError

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        if "key" in data:
            # As older releases kept it.
            return cls(CodeRef(**data), RunError("validation_failed", "Code validation failed"))
        return cls(CodeRef(**data["code_ref"]), RunError(**data["error"]))


@dataclass(frozen=True, slots=True)
class RunResult:
    """Everything a person gets from a run: what `agentic run --json` prints (DESIGN, section 8).

    `code_ref` and `code` are its last script; `earlier` are those that were given up before, in order.
    """

    run_id: str
    status: RunStatus
    api: str
    task: str
    answer: str = ""
    code_ref: CodeRef | None = None
    code: str = ""
    verdict: Verdict | None = None
    outcome: Outcome | None = None
    calls: tuple[Call, ...] = ()
    usage: Usage = field(default_factory=Usage)
    timings_ms: Mapping[str, float] = field(default_factory=dict[str, float])
    error: RunError | None = None
    pending: PendingCall | None = None
    created_at: str = ""
    steps: tuple[RunStep, ...] = ()
    earlier: tuple[Version, ...] = ()


def to_json(value: Any) -> Any:
    """A value of this module (or a container of them) as plain JSON types, in declaration order."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: to_json(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, tuple | list):
        return [to_json(item) for item in cast("list[Any]", value)]
    if isinstance(value, StrEnum):
        return value.value
    return value
