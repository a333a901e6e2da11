"""`agentic runs`: what the run records say."""

import argparse
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.interfaces.report import show_result
from agentic.interfaces.terminal import Terminal, visible
from agentic.local import control


def listing(options: argparse.Namespace, terminal: Terminal) -> int:
    runs = _ask("list", {"limit": max(1, min(options.limit, 1000))}, terminal)
    if options.json:
        terminal.json({"runs": runs})
    for run in runs:
        task = visible(run["task"]).replace("\n", " ")
        terminal.line(
            f"{run['run_id']}  {run['created_at'][:19].replace('T', ' ')}  {run['status']:<10} {run['api']:<8} {task[:70]}"
        )
    if not runs:
        terminal.line("no runs yet")
    return 0


def show(options: argparse.Namespace, terminal: Terminal) -> int:
    result = _ask("show", {"run_id": options.run_id}, terminal)
    if not options.json:
        terminal.line(terminal.paint("bold", visible(result["task"])))
    show_result(result, terminal, control.home(), with_script=True)
    return 0


def _ask(operation: str, arguments: dict[str, Any], terminal: Terminal) -> Any:
    folder = control.home()
    control.ensure(folder, terminal.notice)
    with control.connect(folder) as remote:
        if remote is None:
            raise LocalCloudError("the background local cloud went away", hint="run the command again")
        return remote.request(operation, arguments, lambda event: None)
