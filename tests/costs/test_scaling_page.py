"""The figures of docs/scaling.md are those of the estimate."""

import re
from pathlib import Path

import pytest

from agentic.core.settings import Settings
from agentic.costs import estimate
from agentic.costs.usage import HOURS_PER_MONTH

PAGE = (Path(__file__).parent.parent.parent / "docs" / "scaling.md").read_text()


@pytest.mark.parametrize(("column", "backend"), [(1, "harness"), (2, "workflow")])
def test_what_a_month_costs_is_what_the_estimate_says(column: int, backend: str) -> None:
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if re.match(r"\| 1[0,]* \|", line)]
    assert [row[0] for row in rows] == ["1", "100", "10,000"]
    for row in rows:
        runs = int(row[0].replace(",", "")) * 60 * HOURS_PER_MONTH
        found = estimate(Settings(backend=backend), 1, runs_per_month=runs)
        assert row[column] == f"{found.month_usd:,.0f}"


@pytest.mark.parametrize(("column", "backend"), [(1, "harness"), (2, "workflow")])
def test_what_a_run_costs_is_what_the_estimate_says(column: int, backend: str) -> None:
    (row,) = [line.split("|")[1:-1] for line in PAGE.splitlines() if line.startswith("| US dollars |")]
    assert row[column].strip() == f"{estimate(Settings(backend=backend), 1).run_usd:.4f}"
