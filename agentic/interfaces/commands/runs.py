"""`agentic runs`: what the run records say."""

import argparse
from typing import TYPE_CHECKING, Any

from agentic.core.errors import LocalCloudError
from agentic.interfaces.report import show_result
from agentic.interfaces.terminal import Terminal, visible
from agentic.local import control

if TYPE_CHECKING:
    from agentic.interfaces.deployed import DeployedStack


def listing(options: argparse.Namespace, terminal: Terminal) -> int:
    limit = max(1, min(options.limit, 1000))
    deployed = _deployed(options)
    runs = deployed.recent(limit) if deployed else _ask("list", {"limit": limit, "stack": options.stack}, terminal)
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
    deployed = _deployed(options)
    asked = {"run_id": options.run_id, "stack": options.stack}
    result = deployed.result(options.run_id) if deployed else _ask("show", asked, terminal)
    if not options.json:
        terminal.line(terminal.paint("bold", visible(result["task"])))
    show_result(result, terminal, control.home(), with_script=True)
    return 0


def _deployed(options: argparse.Namespace) -> "DeployedStack | None":
    if not options.stack or options.local:
        return None
    from agentic.interfaces.deployed import deployed_stack

    return deployed_stack(options.stack)


def _ask(operation: str, arguments: dict[str, Any], terminal: Terminal) -> Any:
    folder = control.home()
    control.ensure(folder, terminal.notice)
    with control.connect(folder) as remote:
        if remote is None:
            raise LocalCloudError("the background local cloud went away", hint="run the command again")
        return remote.request(operation, arguments, lambda event: None)
