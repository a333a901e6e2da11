"""From start to result of a trivial script with the Stripe SDK at hand: the sandbox with all its layers against other ways.

`python bench/sandbox.py [ROUNDS]`. Every round measures each way once, in turn, so that a slow minute of the machine is
everybody's; printed are medians in milliseconds and how many times as long as the sandbox with all layers each takes.
"""

import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable

from agentic.apis.stripe import STRIPE
from agentic.sandbox import KERNEL, Pins, Sandbox, SandboxPolicy, Terms

SCRIPT = "import stripe\nprint(stripe.Customer.OBJECT_NAME)"
EXPECTED = "customer\n"


def sandboxed(terms: Terms) -> Sandbox:
    sandbox = Sandbox(STRIPE.sdk, python_path=(sysconfig.get_path("purelib"),), terms=terms)
    sandbox.start()
    return sandbox


def run_in(sandbox: Sandbox, pins: Pins | None = None) -> Callable[[], str]:
    policy = SandboxPolicy(STRIPE.environment, pins=pins)
    return lambda: sandbox.run(SCRIPT, policy).stdout


def cold() -> str:
    return subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True).stdout


def bubblewrap(program: str) -> Callable[[], str]:
    command = [program, "--unshare-all", "--ro-bind", "/", "/", "--die-with-parent", sys.executable, "-c", SCRIPT]
    return lambda: subprocess.run(command, capture_output=True, text=True, check=True).stdout


def bare_fork() -> str:
    """What a fork costs at the least: this process, with the SDK imported, forks and reads a pipe."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        os.dup2(writer, 1)
        sys.stdout = os.fdopen(1, "w", closefd=False)
        exec(compile(SCRIPT, "script.py", "exec"), {})  # noqa: S102
        sys.stdout.flush()
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        text = pipe.read()
    os.waitpid(pid, 0)
    return text


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    import stripe

    str(stripe.Customer)
    # One each: right after a run a zygote has no child ready yet.
    everything, pinned, nothing = sandboxed(Terms()), sandboxed(Terms()), sandboxed(Terms(require=(), without=KERNEL))
    pins = Pins(os.urandom(16).hex(), time.time(), serial=True)
    ways = {
        "sandbox, all layers": run_in(everything),
        "sandbox, all layers, pins": run_in(pinned, pins),
        "sandbox, no kernel layers": run_in(nothing),
        "os.fork of a warm process": bare_fork,
        "cold python, import stripe": cold,
    }
    if program := shutil.which("bwrap"):
        ways["bubblewrap, import stripe"] = bubblewrap(program)
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 3):
        for name, way in ways.items():
            if way is cold and number % 4:  # It takes as long as all others together, many times over.
                continue
            started = time.perf_counter()
            said = way()
            took = (time.perf_counter() - started) * 1000
            if said != EXPECTED:
                raise SystemExit(f"{name} said {said!r}")
            if number >= 3:
                times[name].append(took)
    everything.close()
    pinned.close()
    nothing.close()
    base = statistics.median(times["sandbox, all layers"])
    print(f"{'':28}{'median':>9}{'least':>9}   of all layers")
    for name, took in times.items():
        print(f"{name:28}{statistics.median(took):6.1f} ms{min(took):6.1f} ms{statistics.median(took) / base:10.2f} ×")
    if not program:
        print("bubblewrap is not installed: left out")


if __name__ == "__main__":
    main()
