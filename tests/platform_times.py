"""The platform's time for each script of the shared corpus, printed once at the end of a test run, also of a distributed one.

A test says it with `record_property("platform_ms", …)`: milliseconds without those of the API. Its module is named after the
API (`test_<api>_corpus.py`), its parameter after the script. Workers of pytest-xdist print nothing themselves; what a test
recorded comes with its report.
"""

import re
import statistics
from collections.abc import Iterable

import pytest

PLATFORM_MS = "platform_ms"
_NAMED = re.compile(r"test_(?P<api>\w+?)(?:_corpus)?\.py::[^\[]*(?:\[(?P<script>.*)\])?")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in lines(report for report in terminalreporter.getreports("passed") if report.when == "call"):
        terminalreporter.write_line(line)


def lines(reports: Iterable[pytest.TestReport]) -> list[str]:
    """A line for each API that was measured: the median over its scripts, and each script's time by its number."""
    taken: dict[str, dict[str, float]] = {}
    for report in reports:
        for name, value in report.user_properties:
            if name == PLATFORM_MS and isinstance(value, int | float) and (found := _NAMED.search(report.nodeid)):
                taken.setdefault(found["api"], {})[(found["script"] or "").partition("_")[0]] = value
    return [
        f"{api} corpus, platform time: median {statistics.median(by_script.values()):.0f} ms"
        f" ({', '.join(f'{script} {value:.0f}' for script, value in sorted(by_script.items()))})"
        for api, by_script in sorted(taken.items())
    ]
