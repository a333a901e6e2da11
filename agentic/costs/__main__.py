"""`python -m agentic.costs` prints the cost tables of docs/deploying.md, one per backend, for the default settings."""

import sys

from agentic.core.settings import Settings
from agentic.costs import estimate


def table(settings: Settings) -> str:
    """A stack with one API as a table in Markdown; `?` marks what is not certain."""
    found = estimate(settings, 1)
    rows = [
        f"| {line.what}{'' if line.certain else ' ?'} | {line.idle_usd:.2f} | {line.run_usd:.6f} | {line.note} |"
        for line in found.items
    ]
    total = f"| **all of `{settings.backend}`** | **{found.idle_usd:.2f}** | **{found.run_usd:.6f}** | |"
    return "\n".join(["| what | USD a month, idle | USD per run | |", "|---|---|---|---|", *rows, total]) + "\n"


if __name__ == "__main__":
    sys.stdout.write("\n".join(table(Settings(backend=backend)) for backend in ("harness", "classic", "workflow")))
