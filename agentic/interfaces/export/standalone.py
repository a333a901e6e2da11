"""The generated script as a file of its own: what it was made for, what it needs, and where its key comes from."""

import re
import textwrap
from importlib import metadata

from agentic.core.spec import ApiSpec
from agentic.interfaces.terminal import visible
from agentic.runs.recording import Recording

_WIDTH = 100
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def header(recording: Recording, spec: ApiSpec) -> str:
    """Lines of comment, to stand before the script."""
    made, writes = len(recording.calls), sum(call.call.write for call in recording.calls)
    where = f"{spec.title}'s fake" if recording.target == "fake" else f"the real {spec.title} API"
    key = spec.secrets[0] if spec.secrets else None
    lines = [
        f"Run {recording.run_id} of agentic, {recording.created_at[:10]}, {recording.status}.",
        "",
        *textwrap.wrap(f"Task: {' '.join(visible(recording.task).split())}", _WIDTH),
        f"It ran against {where}: {_count(made, 'call')}, {_count(writes, 'write')} among them. Run again, it writes again.",
        "",
        f'    pip install "{spec.sdk.requirement}"{_installed(spec.sdk.requirement)}',
    ]
    if key:
        lines.append(f"    export {key.environment[0]}=...    # {key.title}; the key is not in this file")
    lines.append("    python script.py")
    if used := [name for name in spec.sdk.additions if re.search(rf"\b{re.escape(name)}\b", recording.code)]:
        lines += ["", f"It uses names that this SDK has only in agentic's sandbox: {', '.join(used[:5])}."]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines) + "\n"


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"


def _installed(requirement: str) -> str:
    """Which release the sandbox has."""
    name = _NAME.match(requirement)
    try:
        return f"    # it ran with {metadata.version(name[0])}" if name else ""
    except metadata.PackageNotFoundError:
        return ""
