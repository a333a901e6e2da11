"""After an operation that was killed: a half-written state, a lock that nobody holds, resources that were never noted."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from agentic.core.errors import DeploymentError
from agentic.deployment.engine import Engine, named

# How long a killed command's engine may take to notice that nobody is there for it.
_LEFTOVER_SECONDS = 60.0


def mend_checkpoint(backend: Path, stack: str) -> None:
    """Put the engine's last backup in the place of a state that was being written when the engine was killed.

    The engine writes its file in place and keeps the state before as a backup. Raises `DeploymentError` when neither is whole.
    """
    stacks = backend / ".pulumi" / "stacks"
    # What the engine's storage notes beside each file may be torn as well; without it the file is read as it is.
    for path in (*stacks.rglob(f"{stack}.json*.attrs"), *stacks.parent.glob("meta.yaml.attrs")):
        if not _whole(path):
            path.unlink()
    # The very first file, which says how the others are laid out; the engine writes it again.
    for path in stacks.parent.glob("meta.yaml"):
        if not path.read_bytes().strip():
            path.unlink()
    for path in stacks.rglob(f"{stack}.json"):
        backup = path.with_name(f"{path.name}.bak")
        if _whole(path):
            continue
        if not backup.exists():
            # It was the very first: nothing had been noted yet.
            path.unlink()
            continue
        if not _whole(backup):
            raise DeploymentError(f"the state of the stack {stack} is damaged, and so is its backup", hint=f"see {path}")
        path.write_bytes(backup.read_bytes())


def wait_for_leftover(backend: Path, stack: str) -> None:
    """Until the engine that a killed command left behind has ended. Raises `DeploymentError` when it does not."""
    deadline = time.monotonic() + _LEFTOVER_SECONDS
    while any(_held(path) for path in _locks(backend, stack)):
        if time.monotonic() > deadline:
            raise DeploymentError(f"another Pulumi engine is at work on the stack {stack}", hint="wait for it, or end it")
        time.sleep(0.1)


def release_lock(engine: Engine, backend: Path, stack: str) -> None:
    """Take away the lock of an engine that has ended without doing so. Only where nobody else can be at work."""
    if _locks(backend, stack):
        engine.run("cancel", "--yes")


def settle(engine: Engine, remove_others: Callable[[list[list[str]]], object]) -> None:
    """Bring state and cloud together after a killed operation, as far as the engine's state can tell.

    `remove_others` is given what the state knows as [type, id] and removes what else the stack has: it was made when nobody
    was there any more to note it. What the state has and the cloud has not is found by the refresh.
    """
    state = engine.export()
    resources: list[Mapping[str, Any]] = list(state.get("resources") or ())
    remove_others([[resource["type"], resource["id"]] for resource in resources if resource.get("id")])
    engine.run("refresh", "--yes", "--skip-preview", "--clear-pending-creates")


def pending_names(engine: Engine) -> list[str]:
    """What was being created when an update was killed, as `type name`."""
    pending: list[Mapping[str, Any]] = list(engine.export().get("pending_operations") or ())
    return [" ".join(named(item["resource"]["urn"])) for item in pending if item["type"] == "creating"]


def _whole(path: Path) -> bool:
    try:
        return isinstance(json.loads(path.read_bytes()), dict)
    except (OSError, ValueError):
        return False


def _locks(backend: Path, stack: str) -> list[Path]:
    return [path for path in (backend / ".pulumi" / "locks").rglob("*.json") if path.parent.name == stack]


def _held(lock: Path) -> bool:
    """Whether the process that wrote the lock is still an engine."""
    try:
        process = int(json.loads(lock.read_bytes())["pid"])
        return "pulumi" in Path(f"/proc/{process}/exe").readlink().name
    except (OSError, ValueError, KeyError, TypeError):
        return False
