"""How long a run takes, beside a plain script that calls the SDK directly: `make bench`. Prints medians and ratios.

Cold: the first `agentic run`, nothing running. Shell: every further one. Inside: `LocalCloud.run` in one process.
The plain script does the same one API call against the same fake, in a new interpreter and in a warm one.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from agentic import LocalCloud
from agentic.local.fakes import Fakes
from agentic.local.trace import Event
from agentic.registry import Registry

TASK = "Create a Stripe customer named Alice with email alice@example.com"
AGENTIC = str(Path(sys.executable).with_name("agentic"))

# The SDK's own way to another address; the connection to the fake is plain HTTP, the Host header is Stripe's.
PLAIN = """
import os, time
started = time.perf_counter()
import stripe
stripe.api_key, stripe.api_base, stripe.enable_telemetry = os.environ["KEY"], os.environ["BASE"], False
def call():
    return stripe.Customer.create(name="Alice", email="alice@example.com", headers={"Host": "api.stripe.com"}).id
call()
warm = time.perf_counter()
for _ in range(20):
    call()
print((time.perf_counter() - warm) / 20 * 1000)
"""


def milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def agentic(folder: Path, *arguments: str) -> dict[str, object]:
    done = subprocess.run(  # our own command
        [AGENTIC, *arguments, "--json"], capture_output=True, env={**os.environ, "AGENTIC_HOME": str(folder)}, check=False
    )
    return json.loads(done.stdout)


def shell(folder: Path) -> tuple[list[float], list[float]]:
    """Times of a first run with nothing running, and of further ones, in milliseconds."""
    cold: list[float] = []
    for _ in range(3):
        agentic(folder, "local", "stop")
        cold.append(milliseconds(lambda: agentic(folder, "run", TASK)))
    warm = [milliseconds(lambda: agentic(folder, "run", TASK)) for _ in range(15)]
    agentic(folder, "local", "stop")
    return cold, warm


def inside(folder: Path) -> tuple[list[float], list[float], dict[str, float]]:
    """Times of runs in one warm process, the platform's part of each, and a breakdown by hop (children included)."""
    hops: defaultdict[str, list[float]] = defaultdict(list)

    def notice(event: Event) -> None:
        if event.phase == "end":
            hops[f"{event.kind} {event.name.removeprefix('agentic-api-developer-dev-')}"].append(event.duration_ms)

    with LocalCloud(folder) as cloud:
        for _ in range(5):
            cloud.run(TASK)
        results = [cloud.run(TASK, on_event=notice) for _ in range(20)]
    totals = [result.timings_ms["total"] for result in results]
    return totals, [result.timings_ms["platform"] for result in results], {k: statistics.median(v) for k, v in hops.items()}


def plain() -> tuple[list[float], list[float]]:
    """Times of the plain script: a whole new interpreter with one call, and one call in a warm one."""
    spec = Registry.load().get("stripe")
    state: dict[str, dict[str, str]] = defaultdict(dict)
    fakes = Fakes(lambda name: state[name])
    fakes.add(spec)
    fakes.start()
    environment = {**os.environ, "KEY": fakes.secrets["stripe"]["api_key"], "BASE": fakes.url}
    cold: list[float] = []
    warm: list[float] = []
    one_call = PLAIN.replace("range(20)", "range(0)").replace(" / 20", "")

    def run(code: str) -> bytes:
        return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True).stdout

    try:
        for _ in range(5):
            cold.append(milliseconds(lambda: run(one_call)))
            warm.append(float(run(PLAIN)))
    finally:
        fakes.close()
    return cold, warm


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "state"
        cold, warm = shell(folder)
        totals, platform, hops = inside(folder)
        plain_cold, plain_warm = plain()
    base = statistics.median(plain_cold)
    rows = [
        ("plain script, new interpreter", plain_cold),
        ("plain call, warm interpreter", plain_warm),
        ("agentic run, nothing running", cold),
        ("agentic run, from the shell", warm),
        ("LocalCloud.run, inside a process", totals),
        ("  of that, the platform", platform),
    ]
    print(f"{'':36}{'median':>9}{'least':>9}{'most':>9}{'ratio':>8}   (ms; ratio to the plain script)")
    for name, values in rows:
        median = statistics.median(values)
        print(f"{name:36}{median:9.1f}{min(values):9.1f}{max(values):9.1f}{median / base:8.2f}")
    print("\nWhere a warm run inside a process goes (ms, medians, what a step calls is included in it):")
    for name, value in sorted(hops.items(), key=lambda item: -item[1]):
        print(f"  {name:44}{value:8.1f}")


if __name__ == "__main__":
    main()
