"""The `agentic` command: arguments, dispatch, and the one place where an error becomes a line and an exit code.

Each command imports what it needs when it runs: `agentic run` must answer at once.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from agentic.core.errors import AgenticError, ExitCode
from agentic.core.limits import NAMES as LIMITS
from agentic.core.values import WriteMode
from agentic.interfaces.terminal import Terminal, own_output

_EPILOG = """\
exit codes: 0 done, 1 failed, 2 usage or configuration, 3 paused for approval, 4 refused, 5 asks back, 130 cancelled"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"agentic: {message}\n  {self.format_usage().strip()}\n")
        raise SystemExit(ExitCode.USAGE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit code. No traceback of ours reaches the person."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if not given:
        parser().print_help(sys.stderr)
        return ExitCode.USAGE
    try:
        options = parser().parse_args(given)
        with own_output() as out:
            terminal = Terminal.standard(out, json_only=getattr(options, "json", False))
            try:
                return int(_dispatch(options, terminal))
            except AgenticError as error:
                return _report(error, terminal)
    except KeyboardInterrupt:
        sys.stderr.write("\nagentic: cancelled\n")
        return ExitCode.CANCELLED
    except BrokenPipeError:
        # The reader has left (`agentic … | head`): nothing more to say, and nothing to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except OSError as error:
        sys.stderr.write(f"agentic: {error.strerror or error}{f': {error.filename}' if error.filename else ''}\n")
        return ExitCode.FAILED


def parser() -> argparse.ArgumentParser:
    """The whole command line; `docs` tests read it."""
    top = _Parser(prog="agentic", description="Let an AI do real work with web APIs, safely.", epilog=_EPILOG)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="carry out a task", epilog=_EPILOG)
    run.add_argument("task", help='what to do, such as "Create a Stripe customer named Alice"')
    models = "offline (default on the local cloud), bedrock:ID, anthropic:ID, openai:ID, ollama:ID"
    run.add_argument("--model", default="", help=models)
    run.add_argument("--session", default="", help="a name: runs under it know what the earlier ones did")
    _run_options(run)

    validate = commands.add_parser("validate", help="check a script without running it")
    validate.add_argument("file", help="the script, or - for standard input")
    validate.add_argument("--api", default="", help="the API the script is for (default: told from its imports and addresses)")
    _json(validate)

    execute = commands.add_parser("exec", help="check a script of yours, then run it in the sandbox", epilog=_EPILOG)
    execute.add_argument("file", help="the script, or - for standard input")
    _run_options(execute)

    runs = commands.add_parser("runs", help="look at runs").add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = runs.add_parser("list", help="the newest runs")
    listing.add_argument("--limit", type=int, default=20, help="how many (default 20)")
    listing.add_argument("--status", default="", metavar="STATUS", help="only these, such as failed or failed,refused")
    listing.add_argument("--api", default="", help="only runs for this API")
    listing.add_argument("--since", default="", metavar="WHEN", help="30m, 2h, 7d ago, or a date with or without a time (UTC)")
    listing.add_argument("--task", default="", metavar="WORDS", help="only tasks that have all these words")
    _which_stack(listing, http=True)
    _json(listing)
    for action, text in (
        ("show", "one run: what happened when, its script, its result"),
        ("replay", "execute a run's script again, offline, with the recorded answers: is it the same?"),
        ("export", "a run as files: its script by itself, and a pytest that replays it"),
    ):
        command = runs.add_parser(action, help=text)
        command.add_argument("run_id")
        if action == "export":
            command.add_argument("--to", default="", metavar="FOLDER", help="a new folder (default: one of the run's name)")
        _which_stack(command, http=action == "show")
        _json(command)

    sessions = commands.add_parser("sessions", help="what runs with --session know of each other").add_subparsers(
        dest="action", required=True, metavar="ACTION"
    )
    for action, text in (
        ("list", "your sessions"),
        ("show", "what the next run in a session is told"),
        ("clear", "forget a session; its runs stay"),
    ):
        command = sessions.add_parser(action, help=text)
        if action != "list":
            command.add_argument("name")
        _which_stack(command, http=True)
        _json(command)
    approve = runs.add_parser("approve", help="allow the write that a paused run waits with, and go on", epilog=_EPILOG)
    approve.add_argument("run_id")
    approve.add_argument("--all", action="store_true", help="and all further writes of the same script")
    approve.add_argument("--yes", action="store_true", help="do not ask")
    _which_stack(approve, http=True)
    _json(approve)
    reject = runs.add_parser("reject", help="do not allow it: the run ends")
    reject.add_argument("run_id")
    _which_stack(reject, http=True)
    _json(reject)
    cancel = runs.add_parser("cancel", help="end a run now; one that has ended stays as it is")
    cancel.add_argument("run_id")
    _which_stack(cancel, http=True)
    _json(cancel)

    serve = commands.add_parser("serve", help="the HTTP API and the web console on this machine")
    serve.add_argument("--port", type=int, default=8460, help="where it listens on 127.0.0.1 (default 8460; 0: a free one)")
    serve.add_argument(
        "--stack", default="", help="a stack of the local cloud, made with `agentic up --local` (default: its own)"
    )
    _json(serve)

    _stack_commands(commands)

    local = commands.add_parser("local", help="the background local cloud").add_subparsers(
        dest="action", required=True, metavar="ACTION"
    )
    for action, text in (
        ("start", "start it"),
        ("status", "is it running"),
        ("credentials", "print variables with which AWS's own tools reach it"),
        ("stop", "stop it"),
    ):
        _json(local.add_parser(action, help=text))

    keys = commands.add_parser("keys", help="API keys, kept in the system's keyring or in a stack's secret").add_subparsers(
        dest="action", required=True, metavar="ACTION"
    )
    for action, text in (("set", "ask for a key and keep it"), ("status", "is a key there, and of which kind")):
        command = keys.add_parser(action, help=text)
        command.add_argument("api")
        command.add_argument("--stack", default="", metavar="NAME", help="the key of this deployed stack, not the keyring's")
        command.add_argument("--local", action="store_true", help="the stack of that name on the local cloud")
        command.add_argument("--check", action="store_true", help="ask the API whether the key is valid (it only reads)")
        _json(command)

    plugins = commands.add_parser("plugins", help="API plugins").add_subparsers(dest="action", required=True, metavar="ACTION")
    _json(plugins.add_parser("list", help="what is installed"))
    plugins_doctor = plugins.add_parser("doctor", help="try each plugin out: SDK, fake, recipes, key")
    plugins_doctor.add_argument("name", nargs="?", default="", help="only this plugin")
    plugins_doctor.add_argument("--check-keys", action="store_true", help="ask the APIs whether your keys are valid")
    _json(plugins_doctor)
    _plugin_kit(plugins)

    doctor = commands.add_parser("doctor", help="what works here and what does not")
    doctor.add_argument("--aws", action="store_true", help="look at the AWS account instead, before a stack is deployed")
    doctor.add_argument(
        "--stack", default="", metavar="NAME", help="with --aws: the stack's settings to look with (default dev)"
    )
    _json(doctor)
    return top


def _plugin_kit(plugins: Any) -> None:
    new = plugins.add_parser("new", help="write a package for an API of your own")
    new.add_argument("name", help="the API's name: lower-case letters, digits, underscores")
    new.add_argument("--sdk", default="requests", metavar="PACKAGE", help="the SDK that scripts use (default: requests)")
    new.add_argument("--host", default="", help="where the API is, such as api.acme.dev")
    new.add_argument("--openapi", default="", metavar="FILE", help="an OpenAPI 3 description, JSON or YAML")
    new.add_argument("--into", default=".", metavar="FOLDER", help="where the package's folder is made (default: here)")
    _json(new)
    lock = plugins.add_parser("lock", help="pin an installed plugin's SDK, with hashes, for the functions")
    lock.add_argument("name", help="the plugin, installed from its folder (pip install -e)")
    _json(lock)


def _stack_commands(commands: Any) -> None:
    for name, text, changes in (
        ("up", "make a stack, or bring it up to date", True),
        ("preview", "what up would do", False),
        ("refresh", "compare a stack's state with what there is", False),
        ("destroy", "remove a stack", True),
        ("outputs", "a stack's outputs", False),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("--stack", required=True, help="the stack's name, such as dev")
        command.add_argument("--local", action="store_true", help="on the local cloud instead of AWS")
        if changes:
            command.add_argument("--yes", action="store_true", help="do not ask")
        if name in {"up", "preview"}:
            command.add_argument("--config", action="append", metavar="KEY=VALUE", help="set one of its settings, and keep it")
        _json(command)


def _which_stack(command: argparse.ArgumentParser, *, http: bool = False) -> None:
    command.add_argument("--stack", default="", help="a stack made with `agentic up` (default: the local cloud's own)")
    command.add_argument("--local", action="store_true", help="that stack is on the local cloud, not on AWS")
    if http:
        command.add_argument("--http", action="store_true", help="ask the stack's HTTP API, and need no other right there")


def _run_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--api", default="", help="the API to use (default: the one that the task or the script tells)")
    command.add_argument("--live", action="store_true", help="use the real API with your key, not its fake")
    modes = [mode.value for mode in WriteMode]
    command.add_argument(
        "--writes",
        choices=modes,
        help="may the script change things (default: allow on fakes and test keys, else approve: you are asked)",
    )
    command.add_argument(
        "--limit",
        action="append",
        metavar="NAME=N",
        help=f"allow this run less than its stack does, such as writes=3 ({', '.join(LIMITS)}); repeatable",
    )
    command.add_argument("--no-background", action="store_true", help="leave no process behind")
    _which_stack(command, http=True)
    _json(command)


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def _dispatch(options: argparse.Namespace, terminal: Terminal) -> int:
    match options.command, getattr(options, "action", None):
        case "run" | "exec", None:
            from agentic.interfaces.commands.run import run

            return run(options, terminal)
        case "validate", None:
            from agentic.interfaces.commands.validate import validate

            return validate(options, terminal)
        case "serve", None:
            from agentic.interfaces.commands.serve import serve

            return serve(options, terminal)
        case "up" | "preview" | "refresh" | "destroy" | "outputs", None:
            from agentic.interfaces.commands import stacks

            return int(getattr(stacks, options.command)(options, terminal))
        case "runs", action:
            from agentic.interfaces.commands import runs

            return runs.listing(options, terminal) if action == "list" else int(getattr(runs, str(action))(options, terminal))
        case "sessions", action:
            from agentic.interfaces.commands import sessions

            return {"list": sessions.listing, "show": sessions.show, "clear": sessions.clear}[str(action)](options, terminal)
        case "local", action:
            from agentic.interfaces.commands import local

            return int(getattr(local, str(action))(options, terminal))
        case "keys", action:
            from agentic.interfaces.commands import keys

            return keys.save(options, terminal) if action == "set" else keys.status(options, terminal)
        case "plugins", "list" | "doctor" as action:
            from agentic.interfaces.commands import plugins

            return plugins.listing(options, terminal) if action == "list" else plugins.doctor(options, terminal)
        case "plugins", "new" | "lock" as action:
            from agentic.interfaces.commands import plugins_new

            return plugins_new.new(options, terminal) if action == "new" else plugins_new.lock(options, terminal)
        case _:
            from agentic.interfaces.commands.doctor import doctor

            return doctor(options, terminal)


def _report(error: AgenticError, terminal: Terminal) -> int:
    if terminal.json_only:
        status = "refused" if error.exit_code == ExitCode.REFUSED else "failed"
        terminal.json({"status": status, "error": {"code": error.code, "message": error.message, "hint": error.hint}})
    else:
        terminal.error(error.message, error.hint)
    return int(error.exit_code)


if __name__ == "__main__":
    sys.exit(main())
