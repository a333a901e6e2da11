"""`agentic sessions`: what is remembered from run to run, and how to forget it."""

import argparse
from collections.abc import Mapping
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.interfaces.terminal import Terminal, visible
from agentic.local import control


def listing(options: argparse.Namespace, terminal: Terminal) -> int:
    sessions = _ask("list", "", options, terminal)
    if options.json:
        terminal.json({"sessions": sessions})
    for session in sessions:
        used, runs = session["used_at"][:19].replace("T", " "), session["runs"]
        terminal.line(f"{used}  {runs:>4} run{' ' if runs == 1 else 's'}  {visible(session['name'])}")
    if not sessions:
        terminal.line('no sessions yet; begin one: agentic run "…" --session NAME')
    return 0


def show(options: argparse.Namespace, terminal: Terminal) -> int:
    turns = _ask("show", options.name, options, terminal)
    if options.json:
        terminal.json({"name": options.name, "turns": turns})
    for turn in turns:
        terminal.line(terminal.paint("bold", visible(turn["task"])))
        terminal.line(f"  {turn['run_id']}  {turn['status']}  {turn['api']}")
        terminal.line(f"  {visible(turn['answer'])}")
        if turn["ids"]:
            terminal.line(f"  ids: {', '.join(map(visible, turn['ids']))}")
    if not turns:
        terminal.line("nothing is remembered under this name")
    return 0


def clear(options: argparse.Namespace, terminal: Terminal) -> int:
    forgotten = _ask("clear", options.name, options, terminal)
    if options.json:
        terminal.json({"name": options.name, "forgotten": forgotten})
    terminal.line(f"forgotten: {forgotten} of its turns; the runs themselves stay (`agentic runs list`)")
    return 0


def _ask(action: str, name: str, options: argparse.Namespace, terminal: Terminal) -> Any:
    if options.http:
        from agentic.interfaces.http_stack import http_stack
        from agentic.interfaces.live import LiveView

        return http_stack(options.stack, LiveView(terminal), local=options.local).sessions(action, name)
    if options.stack and not options.local:
        from agentic.interfaces.deployed import deployed_stack

        return deployed_stack(options.stack).sessions(action, name)
    folder = control.home()
    control.ensure(folder, terminal.notice)
    asked: Mapping[str, Any] = {"action": action, "name": name, "stack": options.stack}
    with control.connect(folder) as remote:
        if remote is None:
            raise LocalCloudError("the background local cloud went away", hint="run the command again")
        return remote.request("sessions", asked, lambda event: None)
