"""`agentic local`: start, look at, reach, stop the background local cloud of this state folder."""

import argparse
import shlex
import time

from agentic.core.errors import ExitCode
from agentic.interfaces.terminal import Terminal
from agentic.local import control


def start(options: argparse.Namespace, terminal: Terminal) -> int:
    control.ensure(control.home(), terminal.notice)
    return status(options, terminal)


def status(options: argparse.Namespace, terminal: Terminal) -> int:
    """Exit code 0 when it runs, 1 when not."""
    found = control.status(control.home())
    if options.json:
        terminal.json({"running": bool(found), **(found or {})})
    elif found is None:
        terminal.line(f"no local cloud is running for {control.home()}")
    else:
        minutes = (time.time() - found["started"]) / 60
        stale = "" if found["digest"] == control.program_digest() else " (stale: the next run replaces it)"
        terminal.line(f"running: process {found['pid']}, up {minutes:.0f} min, {found['runs']} runs in progress{stale}")
        terminal.fields({"endpoint": found["endpoint"], "state": str(control.home())})
    return ExitCode.DONE if found else ExitCode.FAILED


def stop(options: argparse.Namespace, terminal: Terminal) -> int:
    stopped = control.stop(control.home())
    if options.json:
        terminal.json({"stopped": stopped})
    terminal.line("stopped" if stopped else "nothing was running")
    return ExitCode.DONE


def credentials(options: argparse.Namespace, terminal: Terminal) -> int:
    """Lines for a shell: `eval "$(agentic local credentials)"`, then `aws s3 ls` looks into the local account."""
    control.ensure(control.home(), terminal.notice)
    with control.held(control.home(), "credentials", {}) as variables:
        found = {str(name): str(value) for name, value in variables.items()}
    if options.json:
        terminal.json(found)
    for name, value in found.items():
        terminal.line(f"export {name}={shlex.quote(value)}")
    return ExitCode.DONE
