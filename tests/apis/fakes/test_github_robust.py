"""No body, query or path makes the fake GitHub fail: what it does not understand, it answers with GitHub's own errors."""

import json
import re
from typing import Any

import pytest
from github_world import GitHubWorld

from agentic.apis.fakes.github import ROUTES

_VALUES = {"owner": "acme", "repo": "widgets", "number": "13", "org": "acme", "username": "ada", "id": "1", "sha": "main"}
_VALUES |= {"ref": "main", "path": "README.md", "branch": "main", "basehead": "main...develop", "tag": "v1.2.0", "name": "bug"}
_FIELDS = (
    *(
        "title",
        "body",
        "name",
        "labels",
        "assignees",
        "milestone",
        "state",
        "state_reason",
        "files",
        "public",
        "message",
        "content",
    ),
    *(
        "sha",
        "branch",
        "ref",
        "head",
        "base",
        "tag_name",
        "target_commitish",
        "due_on",
        "color",
        "new_name",
        "description",
        "event",
    ),
    *(
        "reviewers",
        "comments",
        "path",
        "line",
        "position",
        "commit_id",
        "names",
        "private",
        "text",
        "author",
        "committer",
        "content",
    ),
)
_JUNK: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    "",
    " ",
    "main",
    "../x",
    "ü\u0000",
    [],
    [None],
    [{}],
    {},
    {"a": None},
    {"a": {"content": 5}},
)
_QUERIES = ("per_page=0&page=0", "per_page=-1&page=x", "state=nonsense&sort=nonsense&direction=up", "since=yesterday&until=%00")
_QUERIES += (
    "q=%22&sort=x&order=y",
    "q=stars:%3Ex",
    "q=is:+label:",
    "ref=&sha=&path=/&author=",
    "labels=,,&assignee=*&milestone=*",
)


def _filled(route: str) -> tuple[str, str]:
    method, _, path = route.partition(" ")
    return method, re.sub(r"\{(\w+)(?:\.\.\.)?\}", lambda found: _VALUES.get(found[1], "1"), path)


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_no_body_and_no_query_makes_it_fail(route: str):
    world = GitHubWorld()
    method, path = _filled(route)
    bodies: list[Any] = [b"", b"{", b"[]", b"5", b"\xff\xfe", b'{"title": NaN}']
    bodies += [dict.fromkeys(_FIELDS, junk) for junk in _JUNK]
    bodies += [{field: 5} for field in _FIELDS]
    for body in bodies if method != "GET" else [None]:
        _answered(world, method, path, body)
    for query in _QUERIES:
        _answered(world, method, f"{path}?{query}", None)


def _answered(world: GitHubWorld, method: str, path: str, body: Any) -> None:
    """Any status but the server's own errors; the fake raises what it does not expect."""
    answer = world.call(method, path, body)
    assert answer.status in {200, 201, 204, 400, 401, 403, 404, 409, 410, 422}
    if answer.status >= 400 and answer.headers["Content-Type"].startswith("application/json"):
        assert set(json.loads(answer.body)) >= {"message", "documentation_url", "status"}


@pytest.mark.parametrize(
    "path", ["", "/", "//", "/repos", "/repos/", "/repos/a", "/%", "/repos/%2F/%2F", "/repositories/x", "/user/9/x", "/é"]
)
def test_no_path_makes_it_fail(path: str):
    for method in ("GET", "POST", "DELETE", "BREW"):
        _answered(GitHubWorld(), method, path, None)
