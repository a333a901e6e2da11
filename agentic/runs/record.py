"""The run record as a value, and its form as a DynamoDB item.

Handles and the grant are kept as SHA-256 only: whoever reads the table cannot act with them.
"""

import hashlib
import hmac
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self, cast

from agentic.core.limits import NAMES, RunLimits
from agentic.core.turns import Turn
from agentic.core.values import (
    Approval,
    CodeRef,
    Outcome,
    PendingCall,
    Repair,
    RunError,
    RunStatus,
    RunStep,
    Target,
    Usage,
    Verdict,
    Version,
    WriteMode,
)
from agentic.runs.steps import steps_of

# Of the types that DynamoDB has: S (text), N (number) and, for `candidates` and `sent`, SS (a set of texts).
Item = dict[str, dict[str, Any]]


class Step(StrEnum):
    """What an orchestrator delegates; each is claimed once per run. An attribute `<step>_state` keeps the claim."""

    GENERATE = "generate"
    EXECUTE = "execute"


CLAIMED = "claimed"
DONE = "done"
# Of the step generate: a further script is wanted, and nobody writes it yet.
WANTED = "wanted"


def digest(bearer: str) -> str:
    """How the record keeps a handle or a grant. Takes any text: whoever guesses may send what is no Unicode."""
    return hashlib.sha256(bearer.encode("utf-8", "surrogatepass")).hexdigest()


def is_of(bearer: str, kept: str) -> bool:
    """Whether the record keeps this handle or grant; `kept` is empty where it keeps none."""
    return hmac.compare_digest(digest(bearer), kept)


@dataclass(frozen=True, slots=True)
class TakenCall:
    """One call counted against a valid grant: the run, script and attempt it belongs to, its number, and what the run allows.

    `effect_seed` is the run's secret from which the ids of its effects are made. `approval` is one that no call has used yet,
    for `pending`. `sent` has the keys of the writes that have left (`Entry.key`). `counted`: it was counted against the run's
    limit of calls already; else that is due once it is known to be new. `until` is when the grant ends, in epoch seconds.
    """

    run_id: str
    attempt: int
    seq: int
    target: Target
    writes: WriteMode | None
    secret_id: str
    round: int = 0
    code_sha256: str = ""
    effect_seed: str = ""
    approval: Approval | None = None
    pending: PendingCall | None = None
    sent: frozenset[str] = frozenset()
    limits: RunLimits = field(default_factory=RunLimits)
    writes_left: int = 1
    counted: bool = True
    until: float = math.inf


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run as the table has it. Times are ISO 8601 (`created_at`) or seconds since the epoch (`grant_expires`).

    `calls_made` are the calls that the broker judged, in all attempts and rounds, each counted once however often it is
    replayed; `writes_made` those of them that left and change something. `requests_made` are all of the current attempt.
    `calls_refused` are those that came with the run's current grant and were beyond it (limit, time, another API). Calls with a
    grant that is not the current one are in the broker's log only.
    `round` counts the scripts that were given up; `earlier` are these, in order, and `repair` says what was wrong with the last
    of them. `attempt` counts the executions of all scripts, `attempts_before` those of the ones that were given up.
    `api` is empty until an orchestrator has chosen one of `candidates`; a run whose API was clear from the start has none.
    `before` is what the run's session knew when it began, the oldest turn first.
    `working`: somebody executes the script now, or died while doing so. `pins_seed` and `pins_started` (epoch seconds) are what
    every execution of the script has for chance and for the time at its start. `sent`: the writes that have left, by their key.
    `rates` are the prices of a token in and a token out, in billionths of a US dollar, by agent; an agent whose model has no
    known price is not among them. `cost_nanos` is what came of it. `model_calls_taken` are the calls made or set aside.
    `told` is the condition that people were told of last.
    `submitted`: it goes through the queue; `caller` is who put it there, and `person` whose session it is of. `lease_until`
    (epoch seconds) is when its last worker's lease ends or has ended; `takes` are the leases since somebody last sent it on.
    """

    run_id: str
    status: RunStatus
    api: str
    task: str
    created_at: str
    target: Target
    writes: WriteMode | None = None
    model: str = ""
    session: str = ""
    limits: RunLimits = field(default_factory=RunLimits)
    secret_id: str = ""
    candidates: tuple[str, ...] = ()
    before: tuple[Turn, ...] = ()
    handles: Mapping[str, str] = field(default_factory=dict[str, str])
    generate_state: str = ""
    execute_state: str = ""
    code_ref: CodeRef | None = None
    round: int = 0
    earlier: tuple[Version, ...] = ()
    repair: Repair | None = None
    verdict: Verdict | None = None
    attempt: int = 0
    attempts_before: int = 0
    requests_made: int = 0
    calls_made: int = 0
    writes_made: int = 0
    calls_refused: int = 0
    grant_hash: str = ""
    grant_expires: float = 0.0
    working: bool = False
    effect_seed: str = ""
    pins_seed: str = ""
    pins_started: float = 0.0
    pending: PendingCall | None = None
    approval: Approval | None = None
    sent: frozenset[str] = frozenset()
    outcome: Outcome | None = None
    error: RunError | None = None
    answer: str = ""
    usage: Usage = field(default_factory=Usage)
    told: str = ""
    model_calls_taken: int = 0
    cost_nanos: int = 0
    rates: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    caller: str = ""
    person: str = ""
    submitted: bool = False
    lease_until: float = 0.0
    takes: int = 0
    steps: tuple[RunStep, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether it waits for a person's answer, and for nobody else."""
        return self.status is RunStatus.PAUSED and self.approval is None

    @property
    def begun(self) -> bool:
        """Whether the script, as it stands, was executed before or is now."""
        return self.attempt > self.attempts_before

    @property
    def again(self) -> bool:
        """Whether this attempt is not the script's first one."""
        return self.attempt > self.attempts_before + 1

    @property
    def wanted(self) -> bool:
        """Whether its script was taken back, and nobody writes another one yet."""
        return self.status is RunStatus.GENERATING and self.generate_state == WANTED and self.repair is not None

    @property
    def tokens_used(self) -> int:
        """Tokens in and out of its agents' conversations, as far as these have ended."""
        return self.usage.input_tokens + self.usage.output_tokens

    @classmethod
    def from_item(cls, item: Item) -> Self:
        """A record from its item. Unknown attributes are ignored: a newer program may have written them."""

        def text(name: str) -> str:
            return item[name]["S"] if name in item else ""

        def number(name: str) -> int:
            return int(item[name]["N"]) if name in item else 0

        def value(name: str) -> Any:
            return json.loads(item[name]["S"]) if name in item else None

        rates = cast("dict[str, list[int]]", value("rates") or {})
        code_key, verdict, outcome, error = text("code_key"), value("verdict"), value("outcome"), value("error")
        pending, approval = value("pending"), value("approval")
        return cls(
            run_id=text("run_id"),
            status=RunStatus(text("status")),
            api=text("api"),
            task=text("task"),
            created_at=text("created_at"),
            target=Target(text("target")),
            writes=WriteMode(text("writes")) if "writes" in item else None,
            model=text("model"),
            session=text("session"),
            limits=_limits_of(item),
            secret_id=text("secret_id"),
            candidates=tuple(sorted(item["candidates"]["SS"])) if "candidates" in item else (),
            before=tuple(Turn.from_json(turn) for turn in value("before") or ()),
            handles={name.removeprefix("handle_"): item[name]["S"] for name in item if name.startswith("handle_")},
            generate_state=text("generate_state"),
            execute_state=text("execute_state"),
            code_ref=CodeRef(code_key, text("code_sha256")) if code_key else None,
            round=number("generate_round"),
            earlier=tuple(Version.from_json(version) for version in value("earlier") or ()),
            repair=Repair.from_json(repair) if (repair := value("repair")) else None,
            verdict=Verdict.from_json(verdict) if verdict else None,
            attempt=number("attempt"),
            attempts_before=number("attempts_before"),
            requests_made=number("requests_made"),
            calls_made=number("calls_made"),
            writes_made=number("writes_made"),
            calls_refused=number("calls_refused"),
            grant_hash=text("grant_hash"),
            grant_expires=float(item["grant_expires"]["N"]) if "grant_expires" in item else 0.0,
            working="working" in item,
            effect_seed=text("effect_seed"),
            pins_seed=text("pins_seed"),
            pins_started=float(item["pins_started"]["N"]) if "pins_started" in item else 0.0,
            pending=PendingCall.from_json(pending) if pending else None,
            approval=Approval(**approval) if approval else None,
            sent=frozenset(item["sent"]["SS"]) if "sent" in item else frozenset(),
            outcome=Outcome.from_json(outcome) if outcome else None,
            error=RunError(**error) if error else None,
            answer=text("answer"),
            usage=_usage_of(item),
            told=text("told"),
            model_calls_taken=number("model_calls_taken"),
            cost_nanos=number("cost_nanos"),
            rates={agent: (read, written) for agent, (read, written) in rates.items()},
            caller=text("caller"),
            person=text("person"),
            submitted="submitted" in item,
            lease_until=float(item["lease_until"]["N"]) if "lease_until" in item else 0.0,
            takes=number("takes"),
            steps=steps_of(item),
        )


def limits_item(limits: RunLimits) -> Item:
    """A run's limits as attributes of its item, each of which a condition can be about."""
    item: Item = {f"limit_{name}": {"N": str(getattr(limits, name))} for name in NAMES}
    return item | ({"lowered": {"SS": list(limits.lowered)}} if limits.lowered else {})


def _limits_of(item: Item) -> RunLimits:
    kept = {name: item[f"limit_{name}"]["N"] for name in NAMES if f"limit_{name}" in item}
    return RunLimits.of({**kept, "lowered": sorted(item["lowered"]["SS"]) if "lowered" in item else ()})


def _usage_of(item: Item) -> Usage:
    def number(name: str) -> int:
        return int(item[name]["N"]) if name in item else 0

    # Without a price for each of them, the sum would say less than it cost.
    cost = number("cost_nanos") / 1e9 if item.get("priced", {}).get("BOOL") else None
    return Usage(number("model_calls"), number("input_tokens"), number("output_tokens"), cost)
