"""A run's timeline for a person: each step and each call at its time, within 80 columns."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from agentic.interfaces.terminal import Terminal, visible

_WIDTH = 80
_TIME = 9
_METHOD = 6
_WAITING = ("paused", "given_up", "asks", "cancelled")
_STYLES = {"completed": "green", "failed": "red", "refused": "red", **dict.fromkeys(_WAITING, "yellow")}


def show_timeline(result: Mapping[str, Any], terminal: Terminal) -> None:
    """`result` is a run's as JSON. Nothing for a run of an older release, which has no times."""
    steps, calls = result["steps"], [call for call in result["calls"] if call.get("at")]
    if not steps:
        return
    began = steps[0]["at"]
    events = [(step["at"], 0, _step_lines(step)) for step in steps if not _told_by_another(step)]
    events += [(call["at"], 1, _call_lines(call)) for call in calls]
    terminal.line(terminal.paint("dim", f"{'':{_TIME}}  {_moment(result['created_at'])}  {visible(result['run_id'])}"))
    for at, _, lines in sorted(events, key=lambda event: event[:2]):
        shown = _elapsed(at - began)
        for text, style in lines:
            terminal.line(f"{terminal.paint('dim', f'{shown:>{_TIME}}')}  {terminal.paint(style, text) if style else text}")
            shown = ""
    terminal.line()


def usage(result: Mapping[str, Any]) -> dict[str, str]:
    """What the models took; nothing where none was asked."""
    used = result["usage"]
    if not used["model_calls"]:
        return {}
    cost = "" if used["cost_usd"] is None else f", {used['cost_usd']:.4f} USD"
    tokens = f"{used['input_tokens']:,} tokens in, {used['output_tokens']:,} out"
    return {"model": f"{visible(used['model'] or '-')}: {used['model_calls']} calls, {tokens}{cost}"}


def _told_by_another(step: Mapping[str, Any]) -> bool:
    """An attempt that ended where the run paused or was stopped: that is a step of its own."""
    return step["name"] == "ended" and step["facts"].get("reason") not in (None, "", "timeout", "killed", "memory", "output")


def _step_lines(step: Mapping[str, Any]) -> list[tuple[str, str]]:
    name, facts = str(step["name"]), step["facts"]
    style = _STYLES.get(name, "")
    said = visible(_said(name, facts))
    head = f"{name:<11}"
    room = _WIDTH - _TIME - 2 - len(head)
    lines = list(_wrapped(said, room)) or [""]
    return [(f"{head}{lines[0]}".rstrip(), style), *((f"{'':{len(head)}}{line}", style) for line in lines[1:])]


def _said(name: str, facts: Mapping[str, Any]) -> str:
    if name == "validated":
        return "valid" if facts.get("valid") else f"not valid: {facts.get('message', '')}"
    if name == "approved":
        return f"by {facts.get('by', '?')}{', and every write of this script' if facts.get('all') else ''}"
    if name == "given_up":
        return f"script {facts.get('round', '?')}: {facts.get('message', '')}"
    if name == "paused":
        return f"asks a person: {facts.get('method', '')} {_address(str(facts.get('url', '')))}"
    parts: list[str] = []
    if facts.get("round"):
        parts.append(f"script {facts['round'] + 1}")
    if facts.get("attempt"):
        parts.append(f"attempt {facts['attempt']}")
    if facts.get("reason"):
        parts.append(f"stopped: {facts['reason']}")
    if "exit" in facts:
        parts.append(f"exit {facts['exit']}")
    if facts.get("message"):
        parts.append(str(facts["message"]))
    return ", ".join(parts)


def _call_lines(call: Mapping[str, Any]) -> list[tuple[str, str]]:
    state, status = call["state"], call["status"]
    word = str(status) if status is not None else ("none" if state == "applied" else str(state))
    took = "replayed" if call["replayed"] else f"{call['duration_ms']:.0f} ms" if call["duration_ms"] else ""
    end = f" {word:>7} {took:>8}"
    method = _middle(visible(str(call["method"])), 2 * _METHOD)
    room = _WIDTH - _TIME - 4 - max(_METHOD, len(method)) - 1 - len(end)
    address = _middle(_address(visible(str(call["url"]))), room)
    good = state == "applied" and isinstance(status, int) and status < 400
    style = "red" if state in {"unknown", "refused"} else "" if good else "yellow"
    lines = [(f"  {method:<{_METHOD}} {address:<{room}}{end}".rstrip(), style)]
    if call.get("waited_ms"):
        lines.append((f"    held back for {call['waited_ms'] / 1000:.1f} s by a limit of the API's", "yellow"))
    if call["refused"]:
        reason = f"refused: {visible(call['refused'])}"
        lines += [(f"    {line}", style) for line in _wrapped(reason, _WIDTH - _TIME - 6)]
    if state == "unknown" and call["write"]:
        lines.append(("    nobody knows whether it was done", style))
    return lines


def _address(url: str) -> str:
    return url.removeprefix("https://")


def _middle(text: str, room: int) -> str:
    """At most `room` characters: beginning and end say most of an address."""
    return text if len(text) <= room else f"{text[: room // 2]}…{text[len(text) - (room - room // 2 - 1) :]}"


def _wrapped(text: str, room: int) -> Iterator[str]:
    line = ""
    for word in text.split():
        for part in (word[start : start + room] for start in range(0, len(word), room)):
            if line and len(line) + 1 + len(part) > room:
                yield line
                line = part
            else:
                line = f"{line} {part}" if line else part
    if line:
        yield line


def _elapsed(seconds: float) -> str:
    if seconds < 100:
        return f"{max(0.0, seconds):.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _moment(created_at: str) -> str:
    try:
        return f"{datetime.fromisoformat(created_at):%Y-%m-%d %H:%M:%S} UTC"
    except ValueError:
        return created_at
