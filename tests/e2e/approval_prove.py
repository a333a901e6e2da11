"""The long form of the approval tests: `python tests/e2e/approval_prove.py [FOLDER ...]`, over each script that writes.

Each runs three times from the same state of the fake: with `allow`; with `approve`, each pause approved one by one; and with
`approve`, all of it allowed at the first pause. Prints writes, questions and the time per resume. Exits with 1 when a run does
not end as completed, when one of the states differs, or when not one script has asked.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from approving import approve_each, execute, restore, state_of, told
from test_corpus_in_the_sandbox import ACCOUNT

from agentic import LocalCloud
from agentic.core.values import RunResult, RunStatus

CORPUS = Path(__file__).parents[1] / "corpus"
# OpenWeather's scripts only read.
APIS = {"stripe": "stripe", "styles": "stripe", "github": "github"}
PREPARE = f"import contextlib, os, stripe\nstripe.api_key = os.environ['STRIPE_API_KEY']\n{ACCOUNT}"
# Each resume runs the script from its start: a long loop is for `--all`.
LOOPS = {"a loop, one by one": (6, True), "a long loop": (30, False)}
LOOP = """import os
import stripe

stripe.api_key = os.environ["STRIPE_API_KEY"]
for number in range({count}):
    customer = stripe.Customer.create(name=f"Number {{number}}")
    stripe.Customer.modify(customer.id, description=f"was {{number}}")
"""


def main() -> int:
    parser = argparse.ArgumentParser(description="Approves every write of every script, one by one and all at once.")
    parser.add_argument("folders", nargs="*", type=Path, default=[CORPUS], help="with a folder of scripts for each API")
    folders: list[Path] = parser.parse_args().folders
    found = [path for folder in folders for name in APIS for path in sorted(folder.glob(f"{name}/*.py"))]
    scripts = {f"{path.parent.name}/{path.stem}": path for path in found}
    faults, asked = list[str](), 0
    # The long loop makes more writes than a run may by itself.
    config = {"agentic:run_writes": "100", "agentic:run_calls": "200"}
    with tempfile.TemporaryDirectory() as folder, LocalCloud(Path(folder) / ".agentic", config=config) as cloud:
        prepared = execute(cloud, PREPARE, "stripe", "allow")
        if prepared.status is not RunStatus.COMPLETED:
            sys.exit(f"the account could not be prepared: {prepared.error}")
        print(f"{'script':<44} {'writes':>6} {'asked':>6} {'per resume, mean and most':>26} {'all':>8}")
        works = [(name, path.read_text("utf-8"), True) for name, path in scripts.items()]
        works += [(name, LOOP.format(count=count), each) for name, (count, each) in LOOPS.items()]
        for name, code, each in works:
            api = APIS.get(name.partition("/")[0], "stripe")
            questions, wrong = compared(cloud, name, api, code, each=each)
            asked += questions
            faults += wrong
    print("\n".join(faults) or f"{asked} questions answered; the states are those of the runs that were not asked")
    return 1 if faults or not asked else 0


def compared(cloud: LocalCloud, name: str, api: str, code: str, *, each: bool) -> tuple[int, Sequence[str]]:
    """How many questions a script has asked, and what is wrong with it. `each`: its pauses are approved one by one as well."""
    state = state_of(cloud, api)
    before = dict(state)
    allowed = execute(cloud, code, api, "allow")
    expected, writes = told(state, before), sum(call.write for call in allowed.calls)
    restore(state, before)
    faults, seconds = list[str](), list[float]()
    if each:
        one_by_one, seconds = approve_each(cloud, execute(cloud, code, api, "approve"))
        faults = differences(name, "one by one", one_by_one, told(state, before), expected)
        restore(state, before)
    result, started = execute(cloud, code, api, "approve"), time.perf_counter()
    if result.pending:
        result = cloud.approve(result.run_id, result.pending, every=True)
    at_once = time.perf_counter() - started
    if each and bool(seconds) != bool(writes):
        faults.append(f"{name}: {writes} writes, {len(seconds)} questions")
    faults += differences(name, "all at once", result, told(state, before), expected)
    # A read-only script has nothing to show; it is not asked, and changes nothing.
    if writes:
        mean = sum(seconds) / max(1, len(seconds))
        times = f"{mean * 1000:.0f} ms, {max(seconds, default=0) * 1000:.0f} ms"
        print(f"{name:<44} {writes:>6} {len(seconds):>6} {times:>26} {at_once * 1000:>5.0f} ms", flush=True)
    restore(state, before)
    return len(seconds), faults


def differences(name: str, how: str, result: RunResult, state: Sequence[str], expected: Sequence[str]) -> list[str]:
    if result.status is not RunStatus.COMPLETED:
        return [f"{name}, {how}: {result.status} {result.error}"]
    return [] if state == expected else [f"{name}, {how}: another state than with allow"]


if __name__ == "__main__":
    sys.exit(main())
