"""`python -m agentic.sandbox FILE --api stripe`: one file in the sandbox, without the validator, against the API's fake.

For the escape suite and for whoever wants to attack: the walls are those of every run, the API is never the real one.
"""

import argparse
import sys
import sysconfig
from typing import Any

from agentic.broker.broker import Broker
from agentic.broker.ca import Authority
from agentic.broker.ledger import MemoryLedger
from agentic.broker.relay import Relay
from agentic.broker.transport import FakeTransport, Transport
from agentic.core.errors import AgenticError, ExitCode
from agentic.core.names import new_grant
from agentic.core.spec import ApiSpec
from agentic.core.values import Target, to_json
from agentic.interfaces.commands.run import script
from agentic.interfaces.terminal import Terminal, visible
from agentic.local.fakes import Fakes
from agentic.registry import Registry
from agentic.sandbox import KERNEL, Sandbox, SandboxPolicy, Terms

_RUN = "run_0000000000000000"


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 when the script ended well, 1 when it did not, 2 when it could not be tried."""
    options = _parser().parse_args(arguments)
    terminal = Terminal.standard(json_only=options.json)
    try:
        result = _try(options, Registry.load().get(options.api))
    except AgenticError as error:
        if options.json:
            terminal.json({"error": {"code": error.code, "message": error.message, "hint": error.hint}})
        else:
            terminal.error(error.message, error.hint)
        return ExitCode.USAGE
    except KeyboardInterrupt:
        return ExitCode.CANCELLED
    _show(result, terminal)
    return ExitCode.DONE if result["outcome"]["success"] else ExitCode.FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m agentic.sandbox", description="one file in the sandbox, without the validator, against the API's fake"
    )
    parser.add_argument("file", help="the script, or - for standard input")
    parser.add_argument("--api", default="stripe", help="the API whose SDK and broker it gets (default: stripe)")
    parser.add_argument("--seconds", type=float, default=30.0, help="its time limit (default: 30)")
    parser.add_argument(
        "--without",
        default="",
        metavar="LAYERS",
        help=f"leave these layers out, to see what they are good for (names by commas: {', '.join(sorted(KERNEL))})",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    return parser


def _try(options: argparse.Namespace, spec: ApiSpec) -> dict[str, Any]:
    code = script(options.file)
    without = frozenset(name.strip() for name in options.without.split(",") if name.strip())
    terms = Terms(require=(), without=without) if without else Terms()
    states: dict[str, dict[str, str]] = {}
    fakes = Fakes(lambda name: states.setdefault(name, {}))
    fakes.add(spec)
    fakes.start()
    try:
        grant = new_grant(_RUN)
        ledger = MemoryLedger(grant, spec.name, run_id=_RUN)
        transports: dict[Target, Transport] = {Target.FAKE: FakeTransport(fakes.url)} if spec.fake else {}
        broker = Broker(spec, ledger, lambda _secret_id: fakes.secrets.get(spec.name, {}), transports)
        relay = Relay(
            [host.name for host in spec.hosts],
            lambda request, _origin: broker.call(grant, request),
            Authority(),
            refusal=spec.refusal,
        )
        with Sandbox(spec.sdk, python_path=(sysconfig.get_path("purelib"),), terms=terms) as sandbox:
            outcome = sandbox.run(code, SandboxPolicy(spec.environment, seconds=options.seconds), relay)
    finally:
        fakes.close()
    return {"outcome": to_json(outcome), "calls": to_json(ledger.calls), "error": None}


def _show(result: dict[str, Any], terminal: Terminal) -> None:
    if terminal.json_only:
        terminal.json(result)
        return
    outcome = result["outcome"]
    for text, style in ((outcome["stdout"], ""), (outcome["stderr"], "yellow")):
        for line in visible(text).splitlines():
            terminal.line(terminal.paint(style, line) if style else line)
    terminal.line()
    ended = f"stopped: {outcome['reason']}" if outcome["reason"] else f"exit {outcome['exit']}"
    calls = [
        f"{call['method']} {visible(call['url'])}  {call['status']}  {visible(call['refused'])}" for call in result["calls"]
    ]
    rows = {"ended": f"{ended}, {outcome['duration_ms']:.0f} ms", "layers": ", ".join(outcome["layers"])}
    terminal.fields(rows | {"calls" if number == 0 else " " * number: call for number, call in enumerate(calls)})


if __name__ == "__main__":
    sys.exit(main())
