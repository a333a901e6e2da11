"""A plugin's code that belongs to the script's process (settings of the SDK, its warm-up), taken along without the plugin."""

import ast
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from agentic.core.errors import UsageError

PACKAGE = "replayed.sdk"


@dataclass(frozen=True, slots=True)
class TakenAlong:
    """`files` are sources by their module's name in `PACKAGE`; `references` are where "module:callable" stands now."""

    files: dict[str, str]
    references: dict[str, str]


def take_along(references: tuple[str, ...]) -> TakenAlong:
    """The modules that the references name, and what these import of their own package. Raises `UsageError`."""
    files: dict[str, str] = {}
    pending = [reference.partition(":")[0] for reference in references if reference]
    while pending:
        name = pending.pop()
        if _flat(name) not in files:
            files[_flat(name)], more = _rewritten(name)
            pending += more
    moved: dict[str, str] = {"": ""}
    for reference in filter(None, references):
        module, _, function = reference.partition(":")
        moved[reference] = f"{PACKAGE}.{_flat(module)}:{function}"
    return TakenAlong(files, moved)


def _rewritten(name: str) -> tuple[str, list[str]]:
    """A module's source with imports of its own package made ones of ours, and the modules that these name."""
    source = _source(name)
    if source is None:
        raise UsageError(f"the plugin's module {name} is not there as source, so no test can be exported")
    lines = source.splitlines(keepends=True)
    found: list[str] = []
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    for node in sorted(nodes, key=lambda node: node.lineno, reverse=True):
        parts, names = _import(node, name)
        if not names:
            continue
        found += names
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        before = lines[first].encode()[: node.col_offset].decode()
        after = lines[last].encode()[node.end_col_offset :].decode()
        lines[first : last + 1] = [f"{before}{'; '.join(parts)}{after}"]
    return "".join(lines), found


def _import(node: ast.Import | ast.ImportFrom, within: str) -> tuple[list[str], list[str]]:
    """The statements in the place of one, and the modules of the plugin that it imports."""
    own = within.partition(".")[0]
    parts: list[str] = []
    names: list[str] = []
    base = ""
    if isinstance(node, ast.ImportFrom):
        base = importlib.util.resolve_name("." * node.level + (node.module or ""), within.rpartition(".")[0])
    for alias in node.names:
        whole = f"{base}.{alias.name}".lstrip(".")
        called = "" if alias.name == "*" else f" as {alias.asname or alias.name}"
        if base and whole.partition(".")[0] == own and _source(whole) is not None:
            parts.append(f"from {PACKAGE} import {_flat(whole)}{called}")
            names.append(whole)
        elif base.partition(".")[0] == own and _source(base) is not None:
            parts.append(f"from {PACKAGE}.{_flat(base)} import {alias.name}{called}")
            names.append(base)
        elif not base and alias.asname and whole.partition(".")[0] == own and _source(whole) is not None:
            parts.append(f"import {PACKAGE}.{_flat(whole)}{called}")
            names.append(whole)
        else:
            parts.append(f"from {base} import {alias.name}{called}" if base else f"import {alias.name}{_as(alias)}")
    return parts, names


def _as(alias: ast.alias) -> str:
    return f" as {alias.asname}" if alias.asname else ""


def _source(name: str) -> str | None:
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    origin = Path(spec.origin or "") if spec else Path()
    return origin.read_text("utf-8") if origin.suffix == ".py" and origin.name != "__init__.py" else None


def _flat(name: str) -> str:
    return name.replace(".", "_")
