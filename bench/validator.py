"""How long the validator takes for a Stripe script of 150 lines, with and without the checks against the SDK, beside
Python's parser and, where installed, bandit.

    python bench/validator.py [--rounds 200]

All in one process and one run: bandit through its own API (its start and configuration not counted), as the validator is
called. Prints medians in milliseconds and ratios. The figures hang on the machine; nothing is asserted. The target is
5 ms for the whole validator. The index of the SDK comes from the user's cache; the first time it is made, which takes seconds.
"""

import argparse
import ast
import dataclasses
import importlib.util
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from agentic.apis.stripe import STRIPE  # noqa: E402  (the script runs from anywhere)
from agentic.core.cache import cache_folder  # noqa: E402
from agentic.validator import SdkIndex, ValidationPolicy, validate  # noqa: E402
from agentic.validator.describe import cached_index, installed, packages_of  # noqa: E402

LINES = 150


def sample() -> str:
    """Scripts of the corpus one after another, up to whole top-level statements within 150 lines."""
    text = "\n".join(path.read_text() for path in sorted((ROOT / "tests" / "corpus" / "stripe").glob("*.py")))
    if not text:
        sys.exit("tests/corpus/stripe holds no scripts")
    last = max(node.end_lineno or 0 for node in ast.parse(text).body if (node.end_lineno or 0) <= LINES)
    return "\n".join(text.split("\n")[:last]) + "\n"


def median_ms(action: Callable[[], object], rounds: int) -> float:
    """The median time of `action`, after a few calls that do not count."""
    times: list[float] = []
    for _ in range(rounds + 5):
        begun = time.perf_counter()
        action()
        times.append(time.perf_counter() - begun)
    return statistics.median(times[5:]) * 1_000


def bandit_scan(path: Path) -> Callable[[], object]:
    """One scan by bandit in this process, its start not counted."""
    from bandit.core import config, manager

    def scan() -> None:
        run = manager.BanditManager(config.BanditConfig(), "file", quiet=True)
        run.discover_files([str(path)])
        run.run_tests()

    return scan


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    source = sample()
    content = cached_index(STRIPE.sdk, installed(packages_of(STRIPE.sdk)), cache_folder())
    if not content:
        sys.exit("the Stripe SDK is not installed")
    policy = ValidationPolicy.for_spec(STRIPE, SdkIndex(content))
    unchecked = dataclasses.replace(policy, sdk=None)
    verdict = validate(source, policy)
    nodes = sum(1 for _ in ast.walk(ast.parse(source)))
    parse = median_ms(lambda: ast.parse(source), rounds)
    plain = median_ms(lambda: validate(source, unchecked), rounds)
    whole = median_ms(lambda: validate(source, policy), rounds)
    load = median_ms(lambda: SdkIndex(content), rounds)
    print(f"script      {source.count(chr(10))} lines, {nodes} nodes, {verdict.summary}")
    print(f"ast.parse   {parse:8.2f} ms")
    print(f"validate    {whole:8.2f} ms   {whole / parse:5.1f} times ast.parse; {plain:.2f} ms without the SDK's index")
    print(f"load index  {load:8.2f} ms   once per process, {len(content) / 1024:,.0f} KiB")
    if importlib.util.find_spec("bandit") is None:
        print("bandit      not installed")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "script.py"
        path.write_text(source)
        other = median_ms(bandit_scan(path), max(rounds // 10, 5))
    print(f"bandit      {other:8.2f} ms   {other / whole:5.1f} times validate")


if __name__ == "__main__":
    main()
