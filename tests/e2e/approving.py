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

# Ids, keys of idempotency, times: new in every run.
_NEW = re.compile(
    r"\b[a-z]{2,8}(?:_test)?_[A-Za-z0-9]{8,}\b|\b[0-9a-f]{24,64}\b|\b1[6-9]\d{8}\b|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)"
    r"|\b[A-Z0-9]{8}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[A-Za-z0-9]{12,}\b(?=-\d{4})"
)


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
        assert len(seconds) < 50
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


def told(state: Mapping[str, str]) -> list[str]:
    """The state in a form that is equal for two runs that have done the same: each object without its ids and times."""
    return sorted(f"{key.partition('/')[0]} {_NEW.sub('…', json.dumps(json.loads(text), sort_keys=True))}" for key, text in state.items())
