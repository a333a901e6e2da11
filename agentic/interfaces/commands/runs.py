"""`agentic runs`: what the run records say, and a run done again from its record."""

import argparse
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentic.core.errors import ExitCode, LocalCloudError
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
from agentic.interfaces.http_stack import HttpStack, http_stack
from agentic.interfaces.live import LiveView
from agentic.interfaces.model_credentials import model_credentials
from agentic.interfaces.report import exit_code, show_result
from agentic.interfaces.terminal import Terminal, visible
from agentic.interfaces.timeline import show_timeline, usage
from agentic.local import control

if TYPE_CHECKING:
    from agentic.interfaces.deployed import DeployedStack
    from agentic.runs.recording import Recording


def listing(options: argparse.Namespace, terminal: Terminal) -> int:
    """The newest runs, of those that the options choose."""
    limit = max(1, min(options.limit, 1000))
    wanted = {name: getattr(options, name) for name in ("status", "api", "since", "task")}
    deployed = _deployed(options, terminal)
    if isinstance(deployed, HttpStack):
        runs = deployed.recent(limit, wanted)
    elif deployed:
        from agentic.runs.wanted import Wanted

        runs = deployed.recent(limit, Wanted.of(wanted, datetime.now(UTC)))
    else:
        runs = _ask("list", {"limit": limit, "stack": options.stack, "wanted": wanted}, terminal)
    if options.json:
        terminal.json({"runs": runs})
    for run in runs:
        task = visible(run["task"]).replace("\n", " ")
        terminal.line(
            f"{run['run_id']}  {run['created_at'][:19].replace('T', ' ')}  {run['status']:<10} {run['api']:<8} {task[:70]}"
        )
    if not runs:
        terminal.line("no such runs" if any(wanted.values()) else "no runs yet")
    return 0


def show(options: argparse.Namespace, terminal: Terminal) -> int:
    """One run, with everything that happened and when."""
    deployed = _deployed(options, terminal)
    asked = {"run_id": options.run_id, "stack": options.stack}
    result = deployed.result(options.run_id) if deployed else _ask("show", asked, terminal)
    if options.json:
        terminal.json(result)
        return 0
    terminal.line(terminal.paint("bold", visible(result["task"])))
    show_timeline(result, terminal)
    # The timeline has the calls, unless the run is older than that.
    show_result({**result, "calls": ()} if result["steps"] else result, terminal, control.home(), with_script=True)
    terminal.fields(usage(result))
    if result["status"] == "paused":
        show_question(result, terminal, control.home(), now=time.time())
        terminal.line(how_to_go_on(result, options))
    return 0


def replay(options: argparse.Namespace, terminal: Terminal) -> int:
    """Execute a run's script again, offline. Exit code 0 when it did the same, 1 when it did not."""
    from agentic.core.values import to_json
    from agentic.interfaces.replaying import replay as again
    from agentic.registry import Registry

    recording = _recording(options, terminal)
    replayed = again(recording, Registry.load().get(recording.api))
    outcome, calls = replayed.outcome, len(replayed.answered)
    if options.json:
        facts = {"run_id": recording.run_id, "same": replayed.same, "difference": replayed.difference}
        terminal.json({**facts, "calls": calls, "recorded_calls": len(recording.calls), "outcome": to_json(outcome)})
    elif replayed.same:
        ended = f"stopped there too: {outcome.reason}" if outcome.reason else f"exit {outcome.exit}"
        lines = len(outcome.stdout.splitlines())
        told = f"{_count(calls, 'call')} from the journal, {_count(lines, 'line')} of output, {ended}"
        terminal.line(f"{terminal.paint('green', '✓ the same again')}: {told}, {outcome.duration_ms / 1000:.2f} s")
    else:
        terminal.line(terminal.paint("red", f"✗ not the same: after {calls} of {_count(len(recording.calls), 'call')}"))
        terminal.line(f"  {visible(replayed.difference)}")
    return ExitCode.DONE if replayed.same else ExitCode.FAILED


def export(options: argparse.Namespace, terminal: Terminal) -> int:
    """Write a run as files. Exit code 1 when its script does not do the same again, so that no test could be written."""
    from agentic.interfaces.export.write import export as written
    from agentic.registry import Registry

    recording = _recording(options, terminal)
    folder = Path(options.to or recording.run_id)
    exported = written(recording, Registry.load().get(recording.api), folder)
    if options.json:
        test = next((name for name in exported.files if name.startswith("test_")), "")
        facts = {"run_id": recording.run_id, "folder": str(folder.absolute()), "script": "script.py", "test": test}
        terminal.json({**facts, "files": exported.files, "no_test_because": exported.untested})
    else:
        terminal.line(f"{folder}/script.py  the script by itself; its first lines say what it needs")
        if exported.untested:
            terminal.line(f"no test: {visible(exported.untested)}")
        else:
            name = next(name for name in exported.files if name.startswith("test_"))
            terminal.line(f"{folder}/{name}  replays it: `pytest {folder}`, with the SDK and pytest alone")
            if exported.replayed and exported.replayed.side_by_side:
                terminal.line("its threads ran side by side; the test has its output with threads that take turns")
    return ExitCode.FAILED if exported.untested and exported.replayed else ExitCode.DONE


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _recording(options: argparse.Namespace, terminal: Terminal) -> "Recording":
    from agentic.runs.recording import Recording

    deployed = _deployed(options, terminal)
    if deployed and not isinstance(deployed, HttpStack):
        return deployed.recording(options.run_id)
    return Recording.from_json(_ask("recording", {"run_id": options.run_id, "stack": options.stack}, terminal))


def approve(options: argparse.Namespace, terminal: Terminal) -> int:
    """Show the call that a run waits with, ask, and go on. Gives the exit code of what becomes of the run."""
    result, answers = _paused(options, terminal)
    check_can_ask(terminal, options.run_id, yes=options.yes)
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


def cancel(options: argparse.Namespace, terminal: Terminal) -> int:
    """End a run, wherever it is: in the queue, at work or before a person. What has ended stays as it is."""
    deployed = _deployed(options, terminal)
    asked = {"run_id": options.run_id, "stack": options.stack}
    result = deployed.cancel(options.run_id) if deployed else _ask("cancel", asked, terminal)
    if options.json:
        terminal.json(result)
    terminal.line(f"the run is {result['status']}")
    return 0


def _paused(options: argparse.Namespace, terminal: Terminal) -> tuple[dict[str, Any], Answers]:
    """A run that waits for a person, and where the answer goes."""
    deployed = _deployed(options, terminal)
    asked = {"run_id": options.run_id, "stack": options.stack}
    result = deployed.result(options.run_id) if deployed else _ask("show", asked, terminal)
    waiting(result)
    if deployed:
        return result, deployed
    secret = _secret(result["api"])
    credentials = model_credentials(result["usage"]["model"])
    return result, Background(control.home(), options.stack, LiveView(terminal), secret, credentials)


def _secret(api: str) -> Callable[[], Mapping[str, str]]:
    """The live API's key, looked up when a run on the real API needs it once more."""

    def found() -> Mapping[str, str]:
        from agentic.interfaces.keys import live_secret

        return live_secret(api)

    return found


def _deployed(options: argparse.Namespace, terminal: Terminal) -> "DeployedStack | HttpStack | None":
    """The stack that is asked by itself; None for the background local cloud."""
    if getattr(options, "http", False):
        return http_stack(options.stack, LiveView(terminal), local=options.local)
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
