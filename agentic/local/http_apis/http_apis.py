"""All HTTP APIs of the local cloud: what programs have declared of them, and the listener in front of each."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local.agents.function_policies import FunctionPolicies
from agentic.local.endpoint.front import Front
from agentic.local.http_apis.callers import Callers
from agentic.local.http_apis.declarations import (
    ApiDeclaration,
    AuthorizerDeclaration,
    IntegrationDeclaration,
    Part,
    RouteDeclaration,
    StageDeclaration,
)
from agentic.local.http_apis.listener import AccessLog, Declared, Listener
from agentic.local.http_apis.tokens import Issuers
from agentic.local.identities import Identities
from agentic.local.permissions import Permissions
from agentic.local.services import FunctionService


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class _Api:
    declaration: ApiDeclaration
    front: Front
    listener: Listener
    parts: dict[tuple[type, str], Part] = field(default_factory=dict[tuple[type, str], Part])

    def declared(self) -> Declared:
        found = list(self.parts.values())
        return Declared(
            self.declaration,
            routes=tuple(part for part in found if isinstance(part, RouteDeclaration)),
            integrations={part.id: part for part in found if isinstance(part, IntegrationDeclaration)},
            authorizers={part.id: part for part in found if isinstance(part, AuthorizerDeclaration)},
            stage=next((part for part in found if isinstance(part, StageDeclaration)), None),
        )


class HttpApis:
    """Alive from construction to `close`. An API answers as soon as it has a stage; its parts may come in any order.

    `logs` is the folder of the access logs.
    """

    def __init__(
        self,
        functions: FunctionService,
        identities: Identities,
        permissions: Permissions,
        policies: FunctionPolicies,
        logs: Path,
        *,
        issuers: Issuers | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._functions = functions
        self._callers = Callers(identities, permissions, issuers or Issuers(), clock)
        self._policies = policies
        self._logs = logs
        self._apis: dict[str, _Api] = {}
        self._lock = threading.Lock()

    def create(self, declaration: ApiDeclaration) -> str:
        """Make the API, or keep the one with this id, and give its address."""
        with self._lock:
            known = self._apis.get(declaration.id)
            if known is None:
                front = Front()
                log = AccessLog(self._logs / f"http-api-{declaration.id}.log")
                listener = Listener(self._functions, self._callers, self._policies, log, front.port)
                known = self._apis[declaration.id] = _Api(declaration, front, listener)
                listener.declare(known.declared())
                front.start(listener)
            return f"http://127.0.0.1:{known.front.port}"

    def remove(self, api_id: str) -> None:
        """End the API's listener; one that is gone is no error."""
        with self._lock:
            gone = self._apis.pop(api_id, None)
        if gone is not None:
            gone.front.close()

    def put(self, api_id: str, part: Part) -> None:
        """Add a part to an API, or replace the one of this kind and id. Raises `LocalCloudError` where there is no such API."""
        with self._lock:
            api = self._apis.get(api_id)
            if api is None:
                raise LocalCloudError(f"there is no HTTP API {api_id}")
            api.parts[type(part), part.id] = part
            api.listener.declare(api.declared())

    def take(self, api_id: str, kind: type[Part], part_id: str) -> None:
        """Remove a part; one that is gone is no error."""
        with self._lock:
            api = self._apis.get(api_id)
            if api is not None and api.parts.pop((kind, part_id), None) is not None:
                api.listener.declare(api.declared())

    def url(self, api_id: str) -> str:
        """The API's address of this start; empty for one that does not exist."""
        known = self._apis.get(api_id)
        return f"http://127.0.0.1:{known.front.port}" if known else ""

    def current(self, exports: Mapping[str, Any]) -> Mapping[str, Any]:
        """A stack's exports, with the address that its HTTP API has since this start."""
        url = self.url(str(exports.get("http_api", "")))
        return {**exports, "http_url": url} if url else exports

    def __len__(self) -> int:
        return len(self._apis)

    def close(self) -> None:
        """End all listeners. May be called again."""
        for api_id in list(self._apis):
            self.remove(api_id)
