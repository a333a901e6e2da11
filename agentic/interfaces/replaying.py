"""Does a recorded run again in the sandbox, offline, and tells whether it came out the same."""

import json
import sysconfig
from dataclasses import dataclass

from agentic.agents.tools.execute_code import OUTPUT_BYTES, claimed
from agentic.broker.ca import Authority
from agentic.broker.offline import Answered, Recorded
from agentic.broker.relay import Relay
from agentic.core.spec import ApiSpec
from agentic.core.values import Outcome, to_json
from agentic.runs.recording import Recording
from agentic.sandbox import Pins, Sandbox, SandboxPolicy

_LEAST_SECONDS = 60.0
_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Replayed:
    """How the replay ended. `difference` is the first one, in words; empty where it did the same.

    `side_by_side`: it differs in its output alone, and in the recorded run the script's threads did not take turns. Then the
    order in which they came to their ends was chance.
    """

    outcome: Outcome
    answered: tuple[Answered, ...]
    difference: str
    side_by_side: bool = False

    @property
    def same(self) -> bool:
        return not self.difference


def replay(recording: Recording, spec: ApiSpec, *, serial: bool = False) -> Replayed:
    """Execute the recorded script with the same pins; all answers are the recorded ones. `serial`: its threads take turns now.

    Raises `SandboxError` where there can be no sandbox.
    """
    seconds = max(_LEAST_SECONDS, 3 * recording.outcome.duration_ms / 1000)
    recorded = Recorded(spec, recording)
    relay = Relay([host.name for host in spec.hosts], recorded.exchange, Authority(), refusal=spec.refusal)
    policy = SandboxPolicy(
        environment=spec.environment,
        seconds=seconds,
        output_bytes=OUTPUT_BYTES,
        pins=Pins(recording.seed, recording.started_at, serial=recording.serial or serial, skip_sleep=True),
    )
    with Sandbox(spec.sdk, python_path=(sysconfig.get_path("purelib"),)) as sandbox:
        got = sandbox.run(recording.code, policy, relay)
    # As the launcher keeps it, so that both have lost the same.
    outcome = claimed(json.dumps(to_json(got)).encode(), seconds * 2)
    answered = tuple(sorted(recorded.answered, key=lambda one: one.number))
    if difference := recorded.difference or _difference(recording, outcome, recorded):
        return Replayed(outcome, answered, difference)
    # A script that the broker stopped lost what it had not printed to the end.
    if recording.outcome.stdout == outcome.stdout or recording.stopped:
        return Replayed(outcome, answered, "")
    side_by_side = not recording.serial and len({call.lane for call in recording.calls}) > 1
    difference = _first_line(recording.outcome.stdout, outcome.stdout)
    if side_by_side:
        difference += "; its threads ran side by side, and their order is chance (with --writes approve they take turns)"
    return Replayed(outcome, answered, difference, side_by_side)


def _difference(recording: Recording, outcome: Outcome, recorded: Recorded) -> str:
    before = recording.outcome
    if recorded.left:
        call = recorded.left[0].call
        more = f" (and {len(recorded.left) - 1} more)" if len(recorded.left) > 1 else ""
        said = f"the script did not ask for {call.method} {call.url}{more}"
        return f"{said}; it {_ended(outcome)}"
    if (before.exit, before.reason) != (outcome.exit, outcome.reason):
        return f"it {_ended(outcome)}; the first time it {_ended(before)}"
    return ""


def _ended(outcome: Outcome) -> str:
    if outcome.reason:
        return f"was stopped: {outcome.reason}"
    lines = outcome.stderr.strip().splitlines()
    return f"ended with status {outcome.exit}" + (f" ({lines[-1][:_SHOWN]})" if lines and outcome.exit else "")


def _first_line(before: str, now: str) -> str:
    lines, others = before.splitlines(), now.splitlines()
    for number, (line, other) in enumerate(zip(lines, others, strict=False), 1):
        if line != other:
            return f"line {number} of its output is {other[:_SHOWN]!r}; the first time it was {line[:_SHOWN]!r}"
    if len(lines) != len(others):
        return f"its output has {len(others)} lines; the first time it had {len(lines)}"
    return "its output ends otherwise than the first time"
