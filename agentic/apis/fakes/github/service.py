"""The fake GitHub: who calls, what is asked, and the answer in GitHub's form."""

import functools
import json
import re
import secrets as random_source
import time
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, cast
from urllib.parse import parse_qsl, unquote

from agentic.apis.fakes.github import (
    about,
    branches,
    comments,
    commits,
    contents,
    errors,
    gists,
    issues,
    labels,
    pulls,
    releases,
    repositories,
    reviews,
    search,
    triage,
    users,
    world,
)
from agentic.apis.fakes.github.call import Call, Handler, Reply, Routes
from agentic.apis.fakes.store import Object, ObjectStore
from agentic.core.fake import FakeRequest, FakeResponse
from agentic.core.operation_paths import as_pattern, openness

_FAMILIES: tuple[Routes, ...] = (
    repositories.ROUTES,
    issues.ROUTES,
    comments.ROUTES,
    triage.ROUTES,
    labels.ROUTES,
    pulls.ROUTES,
    reviews.ROUTES,
    contents.ROUTES,
    branches.ROUTES,
    commits.ROUTES,
    releases.ROUTES,
    gists.ROUTES,
    users.ROUTES,
    search.ROUTES,
    about.ROUTES,
)
ROUTES: Routes = {operation: handler for family in _FAMILIES for operation, handler in family.items()}
_NUMBERED = re.compile(r"/(repositories|user|organizations)/(\d+)(/.*)?")
_JSON = "application/json; charset=utf-8"


class GitHubFake:
    """Answers as api.github.com does, for the operations in `ROUTES`, to one account; raw.githubusercontent.com and
    uploads.github.com belong to it. Nothing happens by itself: no workflow runs, no notification, no event.
    """

    def __init__(
        self,
        store: MutableMapping[str, str],
        secrets: Mapping[str, str],
        *,
        clock: Callable[[], float] = time.time,
        token: Callable[[int], str] = lambda length: random_source.token_hex(length)[:length],
    ) -> None:
        self._store = ObjectStore(store)
        self._key = secrets["token"]
        self._clock = clock
        self._token = token
        self._used = 0

    def respond(self, request: FakeRequest) -> FakeResponse:
        now = int(self._clock())
        try:
            world.prepare(self._store, now)
            reply = self._reply(request, now)
        except errors.ApiError as error:
            self._store.discard()
            reply = Reply(error.status, error.body)
        else:
            self._store.commit()
        body = reply.body if isinstance(reply.body, bytes) else b"" if reply.status == 204 else _json(reply.body)
        return FakeResponse(reply.status, body, self._headers(now) | dict(reply.headers))

    def _reply(self, request: FakeRequest, now: int) -> Reply:
        if request.host == "raw.githubusercontent.com":
            return self._elsewhere(request, now, "/{owner}/{repo}/{path...}", contents.raw_file)
        self._authenticate(request.headers.get("authorization", ""))
        if request.host == "uploads.github.com":
            return self._elsewhere(request, now, "/repos/{owner}/{repo}/releases/{id}/assets", releases.upload)
        if request.host != "api.github.com":
            raise errors.not_found()
        self._used += 1
        if request.path == "/rate_limit":
            limits = about.rate_limits(self._used, now)
            return Reply(200, {"resources": limits, "rate": limits["core"]})
        path = self._by_name(request.path.rstrip("/") or "/")
        handler, ids = _route(request.method, path)
        answer = handler(self._call(request, ids, now, self._by_number(path), _body(request)))
        return answer if isinstance(answer, Reply) else Reply(200, answer)

    def _elsewhere(self, request: FakeRequest, now: int, pattern: str, handler: Handler) -> Reply:
        found = _pattern(pattern).fullmatch(request.path)
        if found is None:
            raise errors.not_found()
        return cast("Reply", handler(self._call(request, tuple(map(unquote, found.groups())), now, request.path, {})))

    def _call(self, request: FakeRequest, ids: tuple[str, ...], now: int, link: str, body: Object) -> Call:
        return Call(
            store=self._store,
            me=self._store.get("account", world.ME) or {},
            query=dict(parse_qsl(request.query, keep_blank_values=True)),
            body=body,
            ids=ids,
            link=link,
            accept=request.headers.get("accept", ""),
            now=now,
            token=self._token,
            raw_query=request.query,
            data=request.body,
            content_type=request.headers.get("content-type", ""),
        )

    def _authenticate(self, header: str) -> None:
        scheme, _, value = header.partition(" ")
        given = value.strip() if scheme.lower() in ("bearer", "token") else ""
        if not given:
            raise errors.ApiError(401, "Requires authentication")
        if not random_source.compare_digest(given.encode(), self._key.encode()):
            raise errors.ApiError(401, "Bad credentials")

    def _by_name(self, path: str) -> str:
        """The path with the name where it has a number, which GitHub's own links have."""
        found = _NUMBERED.fullmatch(path)
        if found is None:
            return path
        kind, identifier, rest = found[1], found[2], found[3] or ""
        if kind == "repositories":
            value = self._store.get("repository", identifier)
            return f"/repos/{value['full_name']}{rest}" if value else path
        for value in self._store.all("account"):
            if str(value["id"]) == identifier:
                return f"/{'users' if kind == 'user' else 'orgs'}/{value['login']}{rest}"
        return path

    def _by_number(self, path: str) -> str:
        parts = path.split("/", 4)
        if (
            parts[1] == "repos"
            and len(parts) == 5
            and (value := repositories.find(self._store, unquote(parts[2]), unquote(parts[3])))
        ):
            return f"/repositories/{value['id']}/{parts[4]}"
        if parts[1] in ("users", "orgs") and len(parts) > 3:
            account = self._store.get("account", unquote(parts[2]).lower())
            base = "user" if parts[1] == "users" else "organizations"
            return f"/{base}/{account['id']}/{'/'.join(parts[3:])}" if account else path
        return path

    def _headers(self, now: int) -> dict[str, str]:
        core = about.rate_limits(self._used, now)["core"]
        limits = {f"X-RateLimit-{name.capitalize()}": str(value) for name, value in core.items()}
        return limits | {
            "Content-Type": _JSON,
            "X-RateLimit-Resource": "core",
            "X-GitHub-Media-Type": "github.v3; format=json",
            "X-GitHub-Api-Version-Selected": "2022-11-28",
            "X-GitHub-Request-Id": self._token(8).upper(),
        }


def fake_github(store: MutableMapping[str, str], secrets: Mapping[str, str]) -> GitHubFake:
    """The factory that the plugin names."""
    return GitHubFake(store, secrets)


def _json(body: Any) -> bytes:
    return json.dumps(_visible(body), ensure_ascii=False).encode()


def _visible(value: Any) -> Any:
    """Without the fields that are the fake's own. GitHub itself has one whose name starts like theirs."""
    if isinstance(value, list):
        return [_visible(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    fields = cast("Object", value)
    return {name: _visible(item) for name, item in fields.items() if name == "_links" or not name.startswith("_")}


def _body(request: FakeRequest) -> Object:
    """The JSON body, whatever its type says. A list stands for labels: the one place where GitHub takes one."""
    if not request.body or request.path == "/markdown/raw":
        return {}
    try:
        value: Any = json.loads(request.body)
    except ValueError:
        raise errors.ApiError(400, "Problems parsing JSON") from None
    if isinstance(value, list):
        return {"labels": value}
    if not isinstance(value, dict):
        raise errors.ApiError(400, "Body should be a JSON object")
    return cast("Object", value)


def _route(method: str, path: str) -> tuple[Handler, tuple[str, ...]]:
    for operation, handler in _most_literal_first():
        verb, _, pattern = operation.partition(" ")
        if verb == method and (found := _pattern(pattern).fullmatch(path)):
            return handler, tuple(map(unquote, found.groups()))
    raise errors.not_found()


@functools.cache
def _most_literal_first() -> list[tuple[str, Handler]]:
    return sorted(ROUTES.items(), key=lambda item: openness(item[0]))


@functools.cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(as_pattern(path, one="([^/]+)", several="(.+)"))
