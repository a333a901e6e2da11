"""What tests of approvals share: scripts under `approve`, and the state of a fake without what differs between two runs."""

import json
import re
import time
from collections.abc import Mapping, MutableMapping
from typing import Any

from agentic import LocalCloud
from agentic.core.values import RunResult, RunStatus

TWO_WRITES = """import os
import stripe

stripe.api_key = os.environ["STRIPE_API_KEY"]
for name in ("Ada", "Bob"):
    print(stripe.Customer.create(name=name).id)
"""

# New in every run: times, which go first because a short id may be a part of one,
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)")
# and ids of parts that are no objects of their own, keys, random texts.
_NEW = re.compile(
    r"\b[a-z]{2,8}(?:_test)?_[A-Za-z0-9]{8,}\b|\b[0-9a-f]{24,64}\b|\b[A-Za-z0-9]{8}-\d{4}\b"
    r"|secret_[A-Za-z0-9]+|\b[A-Za-z0-9]{25,}\b"
)
_LEFT_OUT = frozenset({"_sequence", "fingerprint", "invoice_prefix"})
_A_TIME = 1_600_000_000


def execute(cloud: LocalCloud, code: str, api: str, writes: str) -> RunResult:
    """A script of one's own, until it ends or pauses."""
    return cloud.carry_out(cloud.request({"task": "Run mine.py", "api": api, "code": code, "writes": writes}))


def approve_each(cloud: LocalCloud, result: RunResult) -> tuple[RunResult, list[float]]:
    """Approves what the run waits with, one write after the other; the seconds that each resume took."""
    seconds: list[float] = []
    while result.status is RunStatus.PAUSED and result.pending:
        started = time.perf_counter()
        result = cloud.approve(result.run_id, result.pending)
        seconds.append(time.perf_counter() - started)
        assert len(seconds) <= 50
    return result, seconds


def state_of(cloud: LocalCloud, api: str) -> MutableMapping[str, str]:
    """The fake's own state: JSON texts by kind and id."""
    fake: Any = next(fake for spec, fake, _ in cloud._account.fakes._by_host.values() if spec.name == api)
    return fake._store._texts


def restore(state: MutableMapping[str, str], before: Mapping[str, str]) -> None:
    for key in [key for key in state if key not in before]:
        del state[key]
    for key, text in before.items():
        if state.get(key) != text:
            state[key] = text


def told(state: Mapping[str, str], before: Mapping[str, str]) -> list[str]:
    """What was done since `before`, in a form that is equal for two runs that have done the same: no ids, times, order."""
    changed = {key: text for key, text in state.items() if before.get(key) != text}
    made = sorted({key.partition("/")[2] for key in changed if key not in before} - {""}, key=len, reverse=True)
    ids = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, made))})(?![A-Za-z0-9])" if made else r"(?!)")

    def plain(value: Any) -> Any:
        match value:
            case dict():
                return {key: plain(inner) for key, inner in value.items() if key not in _LEFT_OUT}
            case list():
                return [plain(inner) for inner in value]
            case str():
                return _NEW.sub("…", ids.sub("…", _TIME.sub("…", value)))
            case int() if value > _A_TIME:
                return "…"
            case _:
                return value

    return sorted(
        f"{key.partition('/')[0]} {json.dumps(plain(json.loads(text)), sort_keys=True)}" for key, text in changed.items()
    )
