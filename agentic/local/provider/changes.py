"""What a change of inputs means for a resource: nothing, an update in place, or a replacement. No rule means no guess."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from agentic.core.errors import LocalCloudError
from agentic.local.program.table import Inputs, ResourceType


@dataclass(frozen=True, slots=True)
class Change:
    """Names of changed inputs, and of those that need a new resource; `delete_first` when old and new cannot coexist."""

    changed: tuple[str, ...]
    replaces: tuple[str, ...]
    delete_first: bool


def change(kind: ResourceType, old: Inputs, new: Inputs) -> Change:
    """Compare inputs. Raises `LocalCloudError` that names a changed input without a rule."""
    lifecycle = kind.lifecycle
    changed = tuple(name for name in sorted({*old, *new}) if not same(old.get(name), new.get(name)))
    if not changed or lifecycle is None:
        return Change(changed, (), delete_first=False)
    making_new = {*lifecycle.identity, *lifecycle.replaces}
    lawless = [name for name in changed if name not in making_new and name not in lifecycle.updates]
    if lawless:
        names = ", ".join(lawless)
        raise LocalCloudError(
            f"a change of {names} has no rule in the local cloud: it is not known whether AWS would update or replace",
            hint="add it to the type's Lifecycle (agentic/local/program/resources)",
        )
    replaces = tuple(name for name in changed if name in making_new)
    keeps_name = bool(lifecycle.identity) and not any(name in lifecycle.identity for name in changed)
    return Change(changed, replaces, delete_first=bool(replaces) and keeps_name)


def same(old: Any, new: Any) -> bool:
    """Whether two values are one to AWS: policies by their content, archives by their digest."""
    if isinstance(old, str) and isinstance(new, str):
        return old == new or (old.startswith("{") and _parsed(old) is not None and _parsed(old) == _parsed(new))
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        first, second = cast(Mapping[str, Any], old), cast(Mapping[str, Any], new)
        if first.get("hash") and "archive" in first:
            return first["hash"] == second.get("hash")
        return first.keys() == second.keys() and all(same(first[name], second[name]) for name in first)
    if isinstance(old, list) and isinstance(new, list):
        left, right = cast(list[Any], old), cast(list[Any], new)
        return len(left) == len(right) and all(same(*pair) for pair in zip(left, right, strict=True))
    return old == new


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
