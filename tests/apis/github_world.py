"""The fake GitHub behind PyGithub's own seam for connections, so that no port, no TLS and no redirected base URL is needed."""

import contextlib
import io
import json
import os
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import github
from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass, Requester

from agentic.apis.fakes.github import GitHubFake
from agentic.core.fake import FakeRequest, FakeResponse

TOKEN = "token_of_the_fake"
Answer = Callable[[FakeRequest], FakeResponse]


@dataclass
class GitHubWorld:
    """A fake with its store, a clock that tests set, and ids that are the same in each run."""

    store: dict[str, str] = field(default_factory=dict[str, str])
    now: float = 1_790_000_000.0
    made: int = 0
    asked: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self._fake = GitHubFake(self.store, {"token": TOKEN}, clock=lambda: self.now, token=self.token)

    def token(self, length: int) -> str:
        self.made += 1
        return f"{self.made:0{length}x}"[-length:]

    def respond(self, request: FakeRequest) -> FakeResponse:
        self.asked.append(f"{request.method} {request.path}")
        return self._fake.respond(request)

    def call(self, method: str, path: str, body: Any = None, *, host: str = "api.github.com", **headers: str) -> FakeResponse:
        """One request as the broker sends it. `path` may have a query."""
        where, _, query = path.partition("?")
        sent = {"authorization": f"Bearer {TOKEN}"} | {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.respond(FakeRequest(method, host, where, query, sent, data))

    def json(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The JSON of an answer that must be a success."""
        answer = self.call(method, path, body, **headers)
        assert answer.status < 300, (method, path, answer.status, answer.body)
        return json.loads(answer.body) if answer.body else None


@contextlib.contextmanager
def answering(answer: Answer) -> Iterator[None]:
    """PyGithub's requests go to `answer`, for as long as this lasts, and the SDK does not wait between them."""

    class Connection(HTTPSRequestsConnectionClass):
        def getresponse(self) -> Any:
            path, _, query = self.url.partition("?")
            headers = {name.lower(): str(value) for name, value in self.headers.items()}
            data = self.input.read() if hasattr(self.input, "read") else self.input or b""
            body = data.encode() if isinstance(data, str) else data
            return _Answered(answer(FakeRequest(self.verb, self.host, path, query, headers, body)))

    waits = github.Github.__init__.__defaults__ or ()
    Requester.injectConnectionClasses(HTTPRequestsConnectionClass, Connection)
    github.Github.__init__.__defaults__ = tuple(0.0 if isinstance(wait, float) else wait for wait in waits)
    try:
        yield
    finally:
        Requester.resetConnectionClasses()
        github.Github.__init__.__defaults__ = waits


class _Answered:
    """An answer as the SDK's connection gives it."""

    def __init__(self, response: FakeResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self._body = response.body

    def getheaders(self) -> list[tuple[str, str]]:
        return list(self.headers.items())

    def read(self) -> str:
        return self._body.decode()


@dataclass(frozen=True)
class Ran:
    """What a script did."""

    status: int
    stdout: str
    stderr: str


def run_script(text: str, answer: Answer, token: str = TOKEN) -> Ran:
    """Runs a script's text in this process, as `python script.py` would, with its requests answered by `answer`."""
    out, err = io.StringIO(), io.StringIO()
    status = 0
    before = os.environ.get("GITHUB_TOKEN")
    os.environ["GITHUB_TOKEN"] = token
    with answering(answer), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            exec(compile(text, "script.py", "exec"), {"__name__": "__main__"})  # noqa: S102 # our own scripts
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
        finally:
            os.environ.pop("GITHUB_TOKEN")
            if before is not None:
                os.environ["GITHUB_TOKEN"] = before
    return Ran(status, out.getvalue(), err.getvalue())


def links(response: FakeResponse) -> Mapping[str, str]:
    """The links of an answer by their relation: path and query."""
    found: dict[str, str] = {}
    for part in filter(None, response.headers.get("Link", "").split(", ")):
        url, _, relation = part.partition("; rel=")
        parsed = urllib.parse.urlsplit(url.strip("<>"))
        assert (parsed.scheme, parsed.netloc) == ("https", "api.github.com")
        found[relation.strip('"')] = f"{parsed.path}?{parsed.query}"
    return found
