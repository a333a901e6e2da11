"""How a run's result is shown, and which exit code it means."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agentic.core.errors import ExitCode
from agentic.interfaces.terminal import Terminal, visible

_EXIT = {
    "completed": ExitCode.DONE,
    "failed": ExitCode.FAILED,
    "paused": ExitCode.PAUSED,
    "refused": ExitCode.REFUSED,
    "asks": ExitCode.ASKS,
    "cancelled": ExitCode.CANCELLED,
}
_MARKS = {"completed": ("green", "✓"), "asks": ("yellow", "?"), "paused": ("yellow", "…")}


def exit_code(result: Mapping[str, Any]) -> ExitCode:
    """2 where the run failed because of how it was asked for, else by its status."""
    error: Mapping[str, Any] = result["error"] or {}
    if result["status"] == "failed" and error.get("code") in {"unknown_model", "missing_credentials", "usage"}:
        return ExitCode.USAGE
    return _EXIT.get(result["status"], ExitCode.FAILED)


def show_result(result: Mapping[str, Any], terminal: Terminal, folder: Path, *, with_script: bool = False) -> None:
    """The result for a person: answer, script, calls, times. As JSON where that was asked for."""
    if terminal.json_only:
        terminal.json(result)
        return
    style, mark = _MARKS.get(result["status"], ("red", "✗"))
    total = result["timings_ms"].get("total")
    took = f" in {total / 1000:.2f} s" if total else ""
    terminal.line(f"{terminal.paint(style, f'{mark} {result["status"]}')}{took}")
    terminal.line()
    error = result["error"]
    if result["status"] == "completed":
        terminal.line(visible(result["answer"]))
        terminal.line()
    _output(result, terminal)
    if with_script and result["code"]:
        terminal.line(visible(result["code"]))
    terminal.fields(_facts(result, folder))
    if error and result["status"] != "completed":
        terminal.error(error["message"], error["hint"])


def _output(result: Mapping[str, Any], terminal: Terminal) -> None:
    outcome = result["outcome"]
    if not outcome or (outcome["reason"] == "sandbox" and result["error"]):  # Nothing ran; the error says why.
        return
    shown = outcome["stdout"].strip() if outcome["stdout"].strip() != result["answer"].strip() else ""
    for text, style in ((shown, "dim"), (outcome["stderr"].strip(), "yellow")):
        for line in visible(text).splitlines():
            terminal.line(f"  {terminal.paint(style, line)}")
        if text:
            terminal.line()


def _facts(result: Mapping[str, Any], folder: Path) -> dict[str, str]:
    facts = {"run": result["run_id"]}
    if result["code_ref"]:
        facts["script"] = script_path(result["code_ref"], folder)
    for number, version in enumerate(result.get("earlier", ()), 1):
        facts[f"script {number}"] = (
            f"{script_path(version['code_ref'], folder)}  given up: {visible(version['error']['message'])}"
        )
    for number, call in enumerate(result["calls"]):
        note = f"  refused: {visible(call['refused'])}" if call["refused"] else ""
        facts["calls" if number == 0 else " " * number] = (
            f"{visible(call['method'])} {visible(call['url'])}  {call['status']}{note}"
        )
    times = result["timings_ms"]
    if "platform" in times:
        parts = (f"platform {times['platform']:.0f} ms", f"model {times['model']:.0f} ms", f"API {times['api']:.0f} ms")
        facts["time"] = ", ".join(parts)
    return facts


def script_path(code_ref: Mapping[str, str], folder: Path) -> str:
    """Where a person finds the script: its file where this machine has it, else its key."""
    found = sorted(folder.glob(f"objects/*/{code_ref['key']}"))
    return str(_near(found[0])) if found else code_ref["key"]


def _near(path: Path) -> Path:
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path
