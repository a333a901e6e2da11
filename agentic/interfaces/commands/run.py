"""`agentic run` and `agentic exec`: through the background local cloud, or in this process with --no-background."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agentic.core.errors import AgenticError, UsageError
from agentic.core.limits import read_limits
from agentic.interfaces.answers import Background, InProcess, until_done
from agentic.interfaces.approval import go_on, how_to_go_on
from agentic.interfaces.live import LiveView
from agentic.interfaces.model_credentials import model_credentials
from agentic.interfaces.report import exit_code, show_result
from agentic.interfaces.terminal import Terminal
from agentic.local import control


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Carry out the task (or the person's script) and show it. Gives the exit code."""
    request = _request(options)
    if options.command == "run" and not options.json:
        terminal.line(terminal.paint("bold", options.task))
        if request["run"]["model"] == "offline" and not options.http:
            terminal.line(terminal.paint("dim", "  offline model: answers from recipes, no AI is asked (--model chooses one)"))
    view = LiveView(terminal)
    folder = control.home()
    request["secret"] = _secret(options.api) if options.live and options.api else None
    if options.http:
        from agentic.interfaces.http_stack import http_stack

        asked = http_stack(options.stack, view, local=options.local)
        result = go_on(asked.run(request["run"]), asked, terminal, folder)
    elif options.stack and not options.local:
        from agentic.interfaces.deployed import deployed_stack

        # The key is in the stack's own secret.
        deployed = deployed_stack(options.stack)
        result = go_on(deployed.run(request["run"]), deployed, terminal, folder)
    elif options.no_background:
        terminal.notice("starting a local cloud for this run alone")
        result = _here(request, view, folder, options.stack, terminal)
    else:
        control.ensure(folder, terminal.notice)
        with control.connect(folder) as remote:
            if remote is None:
                raise AgenticError("the background local cloud went away", hint="run the command again")
            if options.live and not options.api:
                request["secret"] = _secret(_routed(folder, request["run"], options.stack))
            result = remote.request("run", {**request, "stack": options.stack}, view)
        result = go_on(
            result,
            Background(folder, options.stack, view, lambda: request["secret"] or {}, request["credentials"]),
            terminal,
            folder,
        )
    show_result(result, terminal, folder)
    if result["status"] == "paused":
        terminal.error("the run waits for your approval", how_to_go_on(result, options))
    return exit_code(result)


def script(file: str) -> str:
    """The text of a script file, or of standard input for `-`."""
    try:
        if file == "-":
            return sys.stdin.buffer.read().decode("utf-8")
        with open(file, "rb") as source:  # noqa: PTH123 # "rb" of a path the person typed; a Path adds nothing
            return source.read().decode("utf-8")
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 text (byte {error.start})") from error


def _request(options: argparse.Namespace) -> dict[str, Any]:
    if options.http and (options.live or options.no_background):
        raise UsageError(
            "--http asks a stack that is there, with the keys that it has", hint="leave --live and --no-background out"
        )
    code = script(options.file) if options.command == "exec" else None
    task = options.task if code is None else f"Run {options.file}"
    model = options.model if code is None else ""
    if (not options.stack or options.local) and not options.http:
        model = model or "offline"
    return {
        "run": {
            "task": task,
            "api": options.api,
            "model": model,
            "writes": options.writes,
            "live": options.live,
            "session": getattr(options, "session", ""),
            "limits": read_limits(options.limit or ()),
            "code": code,
        },
        "credentials": model_credentials(model),
    }


def _secret(api: str) -> dict[str, str]:
    from agentic.interfaces.keys import live_secret

    return live_secret(api)


def _routed(folder: Path, fields: Mapping[str, Any], stack: str) -> str:
    """The API that the task is for: its key goes with the run."""
    with control.connect(folder) as remote:
        if remote is None:
            raise AgenticError("the background local cloud went away", hint="run the command again")
        return str(remote.request("route", {"run": fields, "stack": stack}, lambda event: None)["api"])


def _here(request: dict[str, Any], view: LiveView, folder: Path, stack: str, terminal: Terminal) -> dict[str, Any]:
    from agentic.core.values import to_json
    from agentic.local.cloud import LocalCloud
    from agentic.local.project import STACK

    def tell(event: Any) -> None:
        view(to_json(event))

    stack = stack or STACK
    with LocalCloud(folder) as cloud:
        asked = cloud.request(request["run"], stack=stack)
        live = request["run"]["live"]
        secret: Mapping[str, str] = request["secret"] or (_secret(cloud.routed(asked)) if live else {})

        def carried_out() -> Any:
            return cloud.carry_out(asked, stack=stack, secret=secret, credentials=request["credentials"], on_event=tell)

        result = to_json(until_done(cloud, asked.run_id, stack, carried_out))
        return go_on(result, InProcess(cloud, stack, view, lambda: secret, request["credentials"]), terminal, folder)
