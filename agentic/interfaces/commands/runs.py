"""`agentic runs`: what the run records say."""

import argparse
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from agentic.core.errors import LocalCloudError
from agentic.interfaces.answers import Background
from agentic.interfaces.approval import (
    ALL,
    YES,
    Answers,
    check_can_ask,
    go_on,
    how_to_go_on,
    show_question,
    waiting,
)
from agentic.interfaces.live import LiveView
from agentic.interfaces.report import exit_code, show_result
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
    if result["status"] == "paused" and not options.json:
        show_question(result, terminal, control.home(), now=time.time())
        terminal.line(how_to_go_on(result, options))
    return 0


def approve(options: argparse.Namespace, terminal: Terminal) -> int:
    """Show the call that a run waits with, ask, and go on. Gives the exit code of what becomes of the run."""
    result, answers = _paused(options, terminal)
    check_can_ask(terminal, yes=options.yes)
    first = "" if not options.yes else ALL if options.all else YES
    folder = control.home()
    result = go_on(result, answers, terminal, folder, first=first, every=options.all)
    show_result(result, terminal, folder)
    if result["status"] == "paused":
        terminal.error("the run waits for your approval", how_to_go_on(result, options))
    return exit_code(result)


def reject(options: argparse.Namespace, terminal: Terminal) -> int:
    """Do not allow what a run waits with: the run ends, and nothing is sent."""
    result, answers = _paused(options, terminal)
    call = f"{result['pending']['method']} {result['pending']['url']}"
    result = answers.reject(options.run_id)
    if options.json:
        terminal.json(result)
    terminal.line(f"not sent: {visible(call)}; the run has ended")
    return 0


def _paused(options: argparse.Namespace, terminal: Terminal) -> tuple[dict[str, Any], Answers]:
    """A run that waits for a person, and where the answer goes."""
    deployed = _deployed(options)
    asked = {"run_id": options.run_id, "stack": options.stack}
    result = deployed.result(options.run_id) if deployed else _ask("show", asked, terminal)
    waiting(result)
    if deployed:
        return result, deployed
    secret = _secret(result["api"])
    return result, Background(control.home(), options.stack, LiveView(terminal), secret)


def _secret(api: str) -> Callable[[], Mapping[str, str]]:
    """The live API's key, looked up when a run on the real API needs it once more."""

    def found() -> Mapping[str, str]:
        from agentic.interfaces.keys import live_secret

        return live_secret(api)

    return found


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
