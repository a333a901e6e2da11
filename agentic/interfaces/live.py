"""The live view of a run: who calls whom, verdict, API calls, as they happen."""

from collections.abc import Mapping
from typing import Any

from agentic.interfaces.terminal import Terminal, visible

_INDENT = {"orchestrator": 1, "generator": 2, "executor": 2}


class LiveView:
    """Writes one line per step. Events come as JSON, in the shape of `agentic.local.trace.Event`."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def __call__(self, event: Mapping[str, Any]) -> None:
        match event["kind"], event["phase"]:
            case "tool", "start":
                facts = event["facts"]
                agent = str(facts.get("agent", ""))
                self._step(_INDENT.get(agent, 1), visible(f"{agent} → {event['name']}"))
            case "tool", "end":
                self._answered(event)
            case "call", "end":
                self._call(event)
            case "queue", "start":
                self._step(1, f"waits for its turn: {event['facts']['before']} runs are before it")
            case _:
                pass

    def _answered(self, event: Mapping[str, Any]) -> None:
        said, good = _said(event["name"], event["facts"])
        if said:
            depth = _INDENT.get(str(event["facts"].get("agent", "")), 1) + 1
            self._step(depth, self._terminal.paint("dim" if good else "red", visible(said)))

    def _call(self, event: Mapping[str, Any]) -> None:
        status = event["facts"].get("status")
        style = "green" if isinstance(status, int) and status < 400 else "red"
        self._step(3, f"{visible(event['name'])}  {self._terminal.paint(style, str(status))}")

    def _step(self, depth: int, text: str) -> None:
        self._terminal.line("  " * depth + text)


def _said(tool: str, facts: Mapping[str, Any]) -> tuple[str, bool]:
    """What a tool answered, in a few words, and whether that is good. Empty where the next line says it anyway."""
    if facts.get("error"):
        return str(facts.get("message") or "refused"), False
    match tool:
        case "generate_code":
            return str(facts.get("code_key", "")), True
        case "validate_code":
            return ("valid", True) if facts.get("valid") else ("not valid", False)
        case "execute_code":
            status = facts.get("exit")
            return "stopped" if status is None else f"exit {status}", status == 0
        case _ if facts.get("status") in {"refused", "asks", "failed", "cancelled"}:
            return str(facts["status"]), False
        case _:
            return "", True
