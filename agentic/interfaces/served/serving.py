"""The local cloud's stack as the HTTP API is given it, and the ASGI app that finds it again after a restart."""

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from agentic.agents.of_exports import front_door_of, services_of, submitter_of
from agentic.core.errors import AgenticError, UsageError
from agentic.core.names import StackNames
from agentic.core.values import Target
from agentic.interfaces.served.link import Link
from agentic.interfaces.served.machine import InstalledJudge
from agentic.registry import Registry
from agentic.serving.app import app
from agentic.serving.console_files import console_files
from agentic.serving.looking import Looking
from agentic.serving.models import offline_only
from agentic.serving.problems import CONTENT_TYPE, Problem
from agentic.serving.quotas import RequestCounts
from agentic.serving.serving import Authentication, Machine, Serving

_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_LOOK_SECONDS = 0.3


def served(
    exports: Mapping[str, Any],
    clients: Callable[[str], Any],
    *,
    authentication: Authentication,
    machine: Machine,
    hosts: frozenset[str],
    unforeseen: Callable[[Exception], None],
) -> Starlette:
    """The app of a stack of the local cloud, from its exports and clients. `unforeseen` is told of faults of this program."""
    stack = str(exports["environment"])
    if "queue" not in exports or "caller_requests" not in exports:
        raise UsageError(f"the stack {stack} is older than this version", hint=f"run `agentic up --local --stack {stack}`")
    services = services_of(exports, clients)
    door = front_door_of(exports, services, stack)
    registry = Registry.load()
    specs = {api: registry.get(api) for api in exports["apis"]}
    serving = Serving(
        door=door,
        looking=Looking(services, StackNames(stack)),
        submitter=submitter_of(exports, services, door),
        specs=specs,
        authentication=authentication,
        counting=RequestCounts(
            lambda: clients("dynamodb"), str(exports["table"]), int(exports["caller_requests"]), services.clock
        ),
        judge=InstalledJudge(specs),
        stack=stack,
        target=Target.FAKE,
        read_model=offline_only,
        hosts=hosts,
        scheme="http",
        machine=machine,
        files=console_files(),
        look_seconds=_LOOK_SECONDS,
        unforeseen=unforeseen,
    )
    return app(serving)


class LinkedApp:
    """Asks whatever app the link has now."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        try:
            current: Starlette = await run_in_threadpool(self._link.current)
        except AgenticError as error:
            problem = Problem(503, error.code, error.message, hint=error.hint)
            content = json.dumps(problem.to_json()).encode()
            await Response(content, problem.status, media_type=CONTENT_TYPE)(scope, receive, send)
            return
        await current(scope, receive, send)
