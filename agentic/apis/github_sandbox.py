"""What PyGithub needs in the sandbox. Imported there, so it may import nothing of the registry."""

import contextlib
import importlib
import inspect
import json
from collections.abc import Callable
from typing import Any

import github
import requests
from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass, Requester

# PyGithub waits 0.25 s between any two requests and 1 s between writes, on its own account. Nobody here knows whether a fake or
# GitHub answers. GitHub's limits are 900 points a minute and 80 writes; a run makes one request after another, at most 100.
_BETWEEN_REQUESTS = 0.0
_BETWEEN_WRITES = 0.1
# A run has seconds; GitHub's limits are lifted after an hour.
_LONGEST_WAIT = 5
_ATTEMPTS = 3
# The standard library and HTTP client parts that the first call would import.
_MODULES = (
    "asyncio base64 calendar csv concurrent.futures dataclasses decimal encodings.idna github.GithubRetry http.client itertools"
    " json logging operator requests.adapters ssl statistics textwrap urllib3.util.retry urllib3.util.ssl_"
    " uuid zoneinfo"
)
_PERSON = {"login": "octocat", "id": 1, "url": "https://api.github.com/users/octocat", "type": "User"}
_LABEL = {"name": "bug", "color": "d73a4a", "url": "https://api.github.com/repos/acme/widgets/labels/bug"}
_ISSUE = {
    "number": 1,
    "title": "Warm up",
    "state": "open",
    "user": _PERSON,
    "labels": [_LABEL],
    "assignees": [_PERSON],
    "created_at": "2026-01-01T00:00:00Z",
    "url": "https://api.github.com/repos/acme/widgets/issues/1",
}
_REPOSITORY = {"full_name": "acme/widgets", "owner": _PERSON, "url": "https://api.github.com/repos/acme/widgets"}


def bootstrap() -> None:
    """Settings for one run, which a script may still choose otherwise: how long the SDK waits, and what it repeats."""
    _set_defaults(github.Github.__init__, seconds_between_requests=_BETWEEN_REQUESTS, seconds_between_writes=_BETWEEN_WRITES)
    retry = github.Github.default_retry
    retry.total = _ATTEMPTS
    retry.max_rate_limit_wait = _LONGEST_WAIT
    # After a server's error nobody knows whether a POST was done: repeated, it might be done twice.
    retry.allowed_methods = frozenset(retry.DEFAULT_ALLOWED_METHODS)


def warm_up() -> None:
    """Import and touch what scripts use, and take a few calls through the SDK without a connection."""
    bootstrap()
    for name in _MODULES.split():
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    Requester.injectConnectionClasses(HTTPRequestsConnectionClass, _Canned)
    try:
        client = github.Github(auth=github.Auth.Token("warm_up"))
        repository = client.get_repo("acme/widgets")
        for issue in repository.get_issues(state="open"):
            str((issue.title, issue.user.login, issue.created_at, [label.name for label in issue.labels]))
        str((list(repository.get_pulls()), list(repository.get_commits()), client.get_user().login))
    finally:
        Requester.resetConnectionClasses()
    # Once through the real HTTP client too, which finds no network here: half of a first call's time is spent in its first use.
    with contextlib.suppress(requests.RequestException):
        github.Github(auth=github.Auth.Token("warm_up"), retry=None).get_repo("acme/widgets")
    with contextlib.suppress(requests.RequestException):
        requests.get("https://api.github.com/zen", timeout=1)


class _Canned(HTTPSRequestsConnectionClass):
    """Answers each of the SDK's requests out of hand."""

    def getresponse(self) -> Any:
        end = self.url.partition("?")[0].rpartition("/")[2]
        return _CannedAnswer(_REPOSITORY if end == "widgets" else _PERSON if end == "user" else [_ISSUE])


class _CannedAnswer:
    status = 200

    def __init__(self, body: Any) -> None:
        self._body = body

    def getheaders(self) -> list[tuple[str, str]]:
        return [("content-type", "application/json; charset=utf-8")]

    def read(self) -> str:
        return json.dumps(self._body)


def _set_defaults(function: Callable[..., Any], **values: Any) -> None:
    """Other defaults for some of a function's parameters. They are bound early: constants come too late."""
    before = function.__defaults__ or ()
    names = list(inspect.signature(function).parameters)[-len(before) :]
    function.__defaults__ = tuple(values.get(name, value) for name, value in zip(names, before, strict=True))
