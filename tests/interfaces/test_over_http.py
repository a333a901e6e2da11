"""`--http`: what the command line asks of an HTTP API, what it asks again, and what it makes of each answer."""

import http.server
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import pytest
from botocore.credentials import Credentials

from agentic.core.errors import AgenticError, ExitCode
from agentic.interfaces.http_stack import HttpStack, as_live
from agentic.interfaces.live import LiveView
from agentic.interfaces.over_http import HttpApi, Signature, Token
from agentic.interfaces.terminal import Terminal

RUN = "run_0123456789abcdef"


@dataclass
class Answered:
    """One answer of the server. `headers` beside its length."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    method: str
    target: str
    headers: dict[str, str]
    body: Any


class Server:
    """Answers with what it was given, in turn; the last one again and again."""

    def __init__(self) -> None:
        self.answers: list[Answered] = []
        self.asked: list[Asked] = []
        handler = type("Handler", (_Handler,), {"server_": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    server_: Server

    def do(self) -> None:
        text = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server_.asked.append(Asked(self.command, self.path, headers, json.loads(text or b"null")))
        answers = self.server_.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = do  # noqa: N815 # http.server's names

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def api(server: Server, pauses: list[float]) -> HttpApi:
    return HttpApi(server.url, Token("secret-token"), pauses.append)


def problem(status: int, code: str, **more: Any) -> Answered:
    detail = {"type": "about:blank", "title": "x", "status": status, "detail": f"told {code}", "code": code, "hint": "next"}
    return Answered(detail, status, more)


def raised(api: HttpApi, method: str = "get") -> AgenticError:
    with pytest.raises(AgenticError) as caught:
        getattr(api, method)("/runs")
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "exit_code"),
    [
        (404, "unknown_run", ExitCode.USAGE),
        (409, "refused", ExitCode.REFUSED),
        (422, "unknown_api", ExitCode.USAGE),
        (413, "too_large", ExitCode.FAILED),
        (429, "busy", ExitCode.FAILED),
        (500, "internal", ExitCode.FAILED),
    ],
)
def test_a_problem_is_an_error_under_its_own_code(
    server: Server, api: HttpApi, status: int, code: str, exit_code: ExitCode
) -> None:
    server.answers = [problem(status, code)]
    error = raised(api)
    assert (error.code, error.message, error.hint, error.exit_code) == (code, f"told {code}", "next", exit_code)
    assert len(server.asked) == 1


@pytest.mark.parametrize(("status", "words"), [(401, "AGENTIC_HTTP_TOKEN"), (403, "execute-api:Invoke")])
def test_who_is_not_let_in_is_told_what_is_missing(server: Server, api: HttpApi, status: int, words: str) -> None:
    server.answers = [Answered({"message": "no"}, status)]
    error = raised(api)
    assert words in error.hint
    assert "secret-token" not in f"{error.message} {error.hint}"


def test_what_fails_in_passing_is_asked_again(server: Server, api: HttpApi, pauses: list[float]) -> None:
    server.answers = [Answered({"message": "Service Unavailable"}, 503), Answered(b"<html>", 502), Answered({"runs": []})]
    assert api.get("/runs") == {"runs": []}
    assert len(server.asked) == 3
    server.answers = [Answered({"message": "Too Many Requests"}, 429, {"Retry-After": "7"}), Answered({"runs": []})]
    api.get("/runs")
    assert pauses[-1] == 7


def test_what_goes_on_failing_is_given_up(server: Server, api: HttpApi) -> None:
    server.answers = [Answered({"message": "Service Unavailable"}, 503)]
    assert raised(api).message == "Service Unavailable"
    assert len(server.asked) == 5


def test_a_server_that_is_not_there_is_one_line(server: Server, api: HttpApi) -> None:
    server.close()
    error = raised(api)
    assert error.code == "http_api"
    assert "does not answer" in error.message


def test_a_run_is_handed_in_once_however_often_it_is_sent(server: Server, api: HttpApi) -> None:
    """The control: a decision has no key, and is not sent again."""
    server.answers = [Answered({"message": "x"}, 503), Answered({"run_id": RUN}, 202)]
    api.post("/runs", {"task": "x"}, key="one")
    assert [asked.headers["idempotency-key"] for asked in server.asked] == ["one", "one"]
    server.answers = [Answered({"message": "x"}, 503)]
    before = len(server.asked)
    raised(api, "post")
    assert len(server.asked) == before + 1


def test_a_full_queue_is_the_persons_to_wait_for(server: Server, api: HttpApi, pauses: list[float]) -> None:
    server.answers = [problem(429, "busy", **{"Retry-After": "10"})]
    with pytest.raises(AgenticError, match="told busy"):
        api.post("/runs", {"task": "x"}, key="one")
    assert (len(server.asked), pauses) == (1, [])


@pytest.mark.parametrize("url", ["http://api.example", "http://localhost.example:1", "ftp://api.example"])
def test_nothing_is_sent_over_a_plain_connection(url: str) -> None:
    with pytest.raises(AgenticError, match="only https"):
        HttpApi(url, Token("t"))


def test_a_token_and_a_signature_say_who_asks(server: Server, api: HttpApi) -> None:
    server.answers = [Answered({})]
    api.get("/runs", limit=5, api="", status="failed,refused")
    assert (server.asked[-1].target, server.asked[-1].headers["authorization"]) == (
        "/runs?limit=5&status=failed%2Crefused",
        "Bearer secret-token",
    )
    HttpApi(server.url, Signature(lambda: Credentials("AKID", "secret"), "eu-west-1")).post("/runs", {"task": "x"})
    signed = server.asked[-1].headers["authorization"]
    assert signed.startswith("AWS4-HMAC-SHA256 Credential=AKID/")
    assert "/eu-west-1/execute-api/aws4_request" in signed


def quiet() -> Terminal:
    return Terminal(StringIO(), StringIO(), colour=False, interactive=False)


def event(kind: str, **data: Any) -> dict[str, Any]:
    return {"id": "i", "type": kind, "at": 1.0, "data": data}


def page(*events: dict[str, Any], after: str, done: bool = False) -> Answered:
    return Answered({"events": list(events), "next": after, "done": done})


CALL = {"method": "POST", "url": "https://api.example/v1/things", "status": 200, "refused": ""}


def test_a_run_is_followed_to_its_end_with_the_live_view(server: Server, api: HttpApi) -> None:
    out = StringIO()
    stack = HttpStack(api, LiveView(Terminal(out, StringIO(), colour=False, interactive=False)))
    server.answers = [
        Answered({"run_id": RUN}, 202),
        page(event("status", status="queued", position=3), after="a"),
        page(event("step", name="generating", facts={}), event("call", **{**CALL, "status": None}), after="b"),
        page(event("call", **CALL), event("status", status="completed", position=None), after="c", done=True),
        Answered({"run_id": RUN, "status": "completed"}),
    ]
    assert stack.run({"task": "x", "api": "", "live": False, "code": None, "limits": {}})["status"] == "completed"
    assert server.asked[0].body == {"task": "x"}
    assert [asked.target for asked in server.asked[1:4]] == [
        f"/runs/{RUN}/events?{query}wait=20" for query in ("", "after=a&", "after=b&")
    ]
    told = out.getvalue()
    assert "3 runs are before it" in told
    assert "orchestrator → invoke_generator" in told
    assert told.count("POST https://api.example/v1/things") == 1


def test_a_run_that_waits_is_shown_and_goes_on_from_there(server: Server, api: HttpApi) -> None:
    pending = {"digest": "d", "lane": "", "asked_at": 2.5}
    stack = HttpStack(api, LiveView(quiet()))
    server.answers = [
        Answered({"run_id": RUN}, 202),
        page(event("pending", **pending), event("status", status="paused", position=None), after="a"),
        page(after="a"),
        Answered({"run_id": RUN, "status": "paused", "pending": pending}),
    ]
    assert stack.run({"task": "x"})["status"] == "paused"
    server.answers = [
        Answered({"run_id": RUN, "status": "executing"}, 202),
        # It waits again before anybody has looked: its status is as it was told.
        page(event("pending", **{**pending, "digest": "e"}), after="b"),
        page(after="b"),
        Answered({"run_id": RUN, "status": "paused", "pending": {**pending, "digest": "e"}}),
    ]
    del server.asked[:]
    assert stack.approve(RUN, pending, every=True)["pending"]["digest"] == "e"
    assert server.asked[0].body == {"digest": "d", "lane": "", "asked_at": 2.5, "every": True}
    assert server.asked[1].target == f"/runs/{RUN}/events?after=a&wait=20"


def test_the_newest_runs_come_in_pages(server: Server, api: HttpApi) -> None:
    stack = HttpStack(api, LiveView(quiet()))
    server.answers = [
        Answered({"runs": [{"run_id": "1"}], "next": "c"}),
        Answered({"runs": [{"run_id": "2"}, {"run_id": "3"}], "next": "d"}),
    ]
    wanted = {"status": "", "api": "stripe", "since": "", "task": "two words"}
    assert [run["run_id"] for run in stack.recent(3, wanted)] == ["1", "2", "3"]
    assert [asked.target for asked in server.asked] == [
        "/runs?limit=3&api=stripe&words=two+words",
        "/runs?limit=2&cursor=c&api=stripe&words=two+words",
    ]


def test_what_the_live_view_does_not_tell_is_left_out() -> None:
    assert as_live(event("end", status="completed", error=None, answer="")) is None
    assert as_live(event("step", name="queued", facts={})) is None
    assert as_live(event("status", status="executing", position=None)) is None
