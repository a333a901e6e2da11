"""What stacks have made in the account so far: for checks between resources, for finding them again, for a restart."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class MadeResource:
    """One resource that exists. `inputs` are those of the program, before default tags."""

    stack: str
    type: str
    name: str
    id: str
    inputs: Mapping[str, Any]
    default_tags: Mapping[str, str] = field(default_factory=dict[str, str])


class Ledger(Protocol):
    """Keeps what one stack has made beyond the process's end."""

    def made(self, resource: MadeResource) -> None: ...

    def gone(self, token: str, resource_id: str) -> None: ...

    def close(self) -> None: ...


@dataclass(slots=True)
class Made:
    """The account's resources by type and id. Guarded by its lock."""

    trust: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    """Role ARN to trust document."""
    resources: dict[tuple[str, str], MadeResource] = field(default_factory=dict[tuple[str, str], MadeResource])
    lock: threading.Lock = field(default_factory=threading.Lock)

    def known(self, token: str, resource_id: str) -> MadeResource | None:
        with self.lock:
            return self.resources.get((token, resource_id))

    def of_stack(self, stack: str) -> tuple[MadeResource, ...]:
        """The stack's resources in the order of their creation."""
        with self.lock:
            return tuple(resource for resource in self.resources.values() if resource.stack == stack)
