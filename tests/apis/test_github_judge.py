"""Every GitHub recipe runs against an independent GitHub too, and each difference from our fake is written down.

The judge is the npm package `emulate` (see `emulate_judge`); without Node, npm or the registry these tests are skipped.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import emulate_judge
import pytest
from emulate_judge import Judge, NoJudgeError
from github_world import TOKEN, Answer, GitHubWorld, run_script

from agentic.agents.offline.rewrite import constants, with_constants
from agentic.apis.github import GITHUB
from agentic.apis.recipes.github import RECIPES
from agentic.broker.rules import Allowed, Rules
from agentic.core.fake import FakeRequest, FakeResponse
from agentic.core.wire import HttpRequest

LISTED = Path(__file__).parents[2] / "docs" / "limitations" / "fakes-github.md"
RULES = Rules(GITHUB)
# Recipes for which the judge has no route: it knows neither gists nor stars.
LACKED = {"create_gist", "star_repository", "unstar_repository"}
# What all recipes are pointed at, the same in both.
VALUES = {"REPOSITORY": "octocat/judged", "QUERY": "judged"}


@dataclass
class Heard:
    """What was asked, by operation, and answered. `respond` passes everything on."""

    answer: Answer
    token: str
    calls: list[tuple[str, int, Any]] = field(default_factory=list[tuple[str, int, Any]])

    def respond(self, request: FakeRequest) -> FakeResponse:
        answer = self.answer(request)
        url = f"https://{request.host}{request.path}"
        judged = RULES.judge(HttpRequest(request.method, url, (("Content-Type", "application/json"),), request.body))
        assert isinstance(judged, Allowed), judged
        body = json.loads(answer.body) if answer.body else None
        self.calls.append((f"{request.method} {judged.operation.path}", answer.status, body))
        return answer

    def prepare(self) -> None:
        """A repository with three issues, one of them closed, a branch that is ahead, and a release."""
        self._call("POST", "/user/repos", {"name": "judged", "auto_init": True, "description": "Judged"})
        for number in (1, 2, 3):
            self._call("POST", "/repos/octocat/judged/issues", {"title": f"Issue {number}", "body": "As it says"})
        self._call("PATCH", "/repos/octocat/judged/issues/2", {"state": "closed"})
        main = self._call("GET", "/repos/octocat/judged/git/ref/heads/main")["object"]["sha"]
        self._call("POST", "/repos/octocat/judged/git/refs", {"ref": "refs/heads/feature/search", "sha": main})
        new = {"message": "Search", "content": "c2VhcmNo", "branch": "feature/search"}
        self._call("PUT", "/repos/octocat/judged/contents/search.txt", new)
        self._call("POST", "/repos/octocat/judged/releases", {"tag_name": "v1.0.0", "name": "v1.0.0"})
        self.calls.clear()

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        data = b"" if body is None else json.dumps(body).encode()
        answer = self.respond(FakeRequest(method, "api.github.com", path, "", headers, data))
        assert answer.status < 300, (method, path, answer)
        return json.loads(answer.body)


@dataclass(frozen=True)
class Compared:
    differences: frozenset[str]
    statuses: dict[str, tuple[int, int]]


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    try:
        with emulate_judge.running(tmp_path_factory.mktemp("judge")) as judge:
            yield judge
    except NoJudgeError as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def compared(judge: Judge) -> Compared:
    """All recipes, one after another, on both."""
    ours, theirs = Heard(GitHubWorld().respond, TOKEN), Heard(judge.respond, emulate_judge.TOKEN)
    ours.prepare()
    theirs.prepare()
    found: set[str] = set()
    statuses: dict[str, tuple[int, int]] = {}
    for recipe in RECIPES:
        values = {name: value for name, value in VALUES.items() if name in constants(recipe.script)}
        script = with_constants(recipe.script, values)
        done = [run_script(script, side.respond, side.token) for side in (ours, theirs)]
        statuses[recipe.name] = (done[0].status, done[1].status)
        found |= set(_differences(ours.calls, theirs.calls))
        ours.calls.clear()
        theirs.calls.clear()
    return Compared(frozenset(found), statuses)


def _differences(ours: list[tuple[str, int, Any]], theirs: list[tuple[str, int, Any]]) -> Iterator[str]:
    """Of calls that both got, in order: another status, a field that we lack, a value of another type."""
    for (operation, status, body), (same, other_status, other) in zip(ours, theirs, strict=False):
        assert operation == same
        if status != other_status:
            yield f"{operation} answers {status} here, {other_status} there"
            return
        one, another = _first(body), _first(other)
        yield from (f"{operation} has `{name}` there only" for name in another if name not in one)
        for name, value in one.items():
            there = another.get(name)
            if value is not None and there is not None and type(value) is not type(there):
                yield f"{operation} has `{name}` of type {type(value).__name__} here, {type(there).__name__} there"


def _first(body: Any) -> dict[str, Any]:
    body = body[0] if isinstance(body, list) and body else body
    return body if isinstance(body, dict) else {}


def _listed() -> set[str]:
    section = LISTED.read_text("utf-8").partition("## Beside `emulate`")[2].partition("\n## ")[0]
    return set(re.findall(r"^- (\w+ /.* there(?: only)?)$", section, re.MULTILINE))


def test_each_recipe_ends_alike_on_both_unless_the_judge_lacks_the_route(compared: Compared):
    assert {name for name, (_, there) in compared.statuses.items() if there} == LACKED
    assert all(here == 0 for here, _ in compared.statuses.values())


def test_each_difference_is_in_the_document_and_none_that_is_gone(compared: Compared):
    assert compared.differences == _listed()


def test_control_a_fake_that_differs_is_told(judge: Judge):
    """An answer without a number, and one with a text for a number, are differences."""
    right = [("GET /x", 200, {"number": 1, "title": "One"})]
    assert list(_differences([("GET /x", 200, {"title": "One"})], right)) == ["GET /x has `number` there only"]
    assert list(_differences([("GET /x", 200, {"number": "1", "title": "One"})], right)) == [
        "GET /x has `number` of type str here, int there"
    ]
    assert list(_differences([("GET /x", 404, {})], right)) == ["GET /x answers 404 here, 200 there"]
    assert list(_differences(right, right)) == []


def test_the_judge_is_no_copy_of_ours(judge: Judge):
    """It gives other ids and other words, so it is asked, and not our fake by mistake."""
    headers = {"authorization": f"Bearer {emulate_judge.TOKEN}"}
    answer = judge.respond(FakeRequest("GET", "api.github.com", "/gists", "", headers))
    assert answer.status == 404
    assert b"emulate" in answer.body
