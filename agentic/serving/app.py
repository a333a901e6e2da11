"""The Starlette app: each route of the table behind the same walls, answered by its operation."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs]
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute

from agentic.core.errors import AgenticError, StorageError
from agentic.core.values import to_json
from agentic.serving import walls
from agentic.serving.asked import Asked
from agentic.serving.console_files import file_answer
from agentic.serving.following import follow
from agentic.serving.operations.table import OPERATIONS
from agentic.serving.problems import CONTENT_TYPE, Problem, problem_of
from agentic.serving.reading import read_body, read_query
from agentic.serving.routes import PAGES, ROUTES, Access, Route
from agentic.serving.serving import Caller, Serving

_FOLLOW = "follow_run"
Endpoint = Callable[[Request], Awaitable[Response]]


def app(serving: Serving) -> Starlette:
    """The HTTP API and the console of one stack."""
    by_path: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        if route.access is not Access.LOCAL or serving.machine is not None:
            by_path.setdefault(route.path, {})[route.method] = route
    routes = [_route(serving, path, methods) for path, methods in by_path.items()]
    for page in PAGES:
        routes.append(StarletteRoute(page.path, _guarded(serving, _page(serving)), methods=["GET"]))
    made = Starlette(routes=routes, exception_handlers={HTTPException: _unrouted(serving)})
    # A redirection would name the host that the request named, before anything here has looked at it.
    made.router.redirect_slashes = False
    return made


def _route(serving: Serving, path: str, methods: dict[str, Route]) -> StarletteRoute:
    async def answer(request: Request) -> Response:
        # A HEAD is a GET whose body nobody reads.
        route = methods["GET" if request.method == "HEAD" else request.method]
        walls.check_origin(serving, request.headers, request.method)
        caller = await _caller(serving, route, request)
        asked = Asked(
            serving=serving,
            caller=caller,
            path=request.path_params,
            headers=dict(request.headers),
            body=read_body(route.body, await _content(request)) if route.body else None,
            query=read_query(route.query, request.query_params.multi_items()) if route.query else None,
        )
        if route.operation == _FOLLOW:
            return await follow(asked, request)
        found = await run_in_threadpool(OPERATIONS[route.operation], asked)
        return _json(route.status, found.value, dict(found.headers))

    return StarletteRoute(path, _guarded(serving, answer), methods=list(methods))


async def _caller(serving: Serving, route: Route, request: Request) -> Caller:
    if route.access is Access.OPEN:
        return Caller("", "")
    caller = serving.authentication.caller(dict(request.headers), request.scope)
    if caller is None:
        headers = {"WWW-Authenticate": serving.authentication.challenge}
        raise Problem(401, "unauthenticated", "it is not known who asks", hint="send an Authorization header", headers=headers)
    seconds = await run_in_threadpool(serving.counting.count, caller.name)
    if seconds:
        headers = {"Retry-After": str(seconds)}
        raise Problem(429, "too_many_requests", "too many requests in this minute", hint="wait", headers=headers)
    return caller


async def _content(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem(415, "content_type", "the body must be announced as application/json")
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > walls.MAX_BODY:
            raise Problem(413, "too_large", f"the body has more than {walls.MAX_BODY} bytes", headers={"Connection": "close"})
    return bytes(content)


def _guarded(serving: Serving, endpoint: Endpoint) -> Endpoint:
    """Every error as an answer; what is none of ours says nothing to the caller, and everything to the log."""

    async def guarded(request: Request) -> Response:
        try:
            walls.check_host(serving, request.headers)
            return await endpoint(request)
        except Problem as problem:
            return _problem(problem)
        except AgenticError as error:
            return _problem(problem_of(error))
        except (BotoCoreError, ClientError) as error:
            return _problem(problem_of(StorageError(f"{type(error).__name__}: {error}")))
        except ClientDisconnect:
            return _problem(Problem(400, "left", "the request broke off"))
        # A fault of ours: the caller gets an answer, its reason is for the log alone.
        except Exception as error:  # noqa: BLE001
            serving.unforeseen(error)
            return _problem(Problem(500, "internal", "this went wrong here, not in your request"))

    return guarded


def _page(serving: Serving) -> Endpoint:
    async def answer(request: Request) -> Response:
        return file_answer(serving.files, request.path_params.get("name", "index.html"), request.headers)

    return answer


def _unrouted(serving: Serving) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        async def refused(request: Request) -> Response:
            assert isinstance(error, HTTPException)  # noqa: S101 # as it is registered
            if error.status_code == 405:
                raise Problem(405, "method", f"{request.method} is not taken here", headers=error.headers)
            raise Problem(404, "not_found", "there is nothing at this address", hint="GET /openapi.json says what there is")

        return await _guarded(serving, refused)(request)

    return answer


def _problem(problem: Problem) -> Response:
    return _written(problem.status, problem.to_json(), CONTENT_TYPE, problem.headers)


def _json(status: int, value: Any, headers: dict[str, str]) -> Response:
    return _written(status, to_json(value), "application/json", headers)


def _written(status: int, value: Any, kind: str, headers: dict[str, str]) -> Response:
    content = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(content, status, {**walls.ALWAYS, "cache-control": "no-store", **headers}, kind)
