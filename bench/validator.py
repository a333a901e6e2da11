"""How long the validator takes for a script of 150 lines, beside Python's parser and, where installed, bandit.

    python bench/validator.py [--rounds 200]

Prints medians in milliseconds and ratios. The figures hang on the machine; nothing is asserted.
"""

import argparse
import ast
import importlib.util
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from agentic.validator import ValidationPolicy, validate  # noqa: E402  (the script runs from anywhere)

LINES = 150
POLICY = ValidationPolicy(
    modules=frozenset({"stripe", "github", "requests", "pyowm"}),
    environment=frozenset({"STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET", "GITHUB_TOKEN", "OPENWEATHER_API_KEY"}),
    hosts=frozenset({"api.stripe.com", "api.github.com", "api.openweathermap.org"}),
)


def sample() -> str:
    """Scripts of the corpus one after another, up to whole top-level statements within 150 lines."""
    text = "\n".join(path.read_text() for path in sorted((ROOT / "tests" / "corpus").glob("*/*.py")))
    if not text:
        sys.exit("tests/corpus holds no scripts")
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
    verdict = validate(source, POLICY)
    nodes = sum(1 for _ in ast.walk(ast.parse(source)))
    parse = median_ms(lambda: ast.parse(source), rounds)
    whole = median_ms(lambda: validate(source, POLICY), rounds)
    print(f"script      {source.count(chr(10))} lines, {nodes} nodes, {verdict.summary}")
    print(f"ast.parse   {parse:8.2f} ms")
    print(f"validate    {whole:8.2f} ms   {whole / parse:5.1f} times ast.parse")
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
