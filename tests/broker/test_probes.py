"""What GitHub's and Stripe's probes say of a write without an answer: done only where that is certain."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from agentic.apis import github_settle, stripe_settle
from agentic.core.lost_write import LostWrite
from agentic.core.wire import HttpRequest, HttpResponse

SENT_AT = 1_768_000_000.0
REPO = "https://api.github.com/repos/me/shop"
ISSUE = {"title": "Broken", "body": "It is.", "labels": ["bug"], "assignees": ["me"]}


def at(seconds: float) -> str:
    return datetime.fromtimestamp(SENT_AT + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def issue(number: int, made: float = 1, **changed: Any) -> dict[str, Any]:
    shown = {**ISSUE, "labels": [{"id": 1, "name": "bug"}], "assignees": [{"login": "me"}]}
    return {"id": number, "number": number, "created_at": at(made), "state": "open", **shown, **changed}


def answering(**answers: Any) -> Callable[[str], HttpResponse]:
    """`get`: by the last part of a URL's path, a status or a value; else 404."""

    def get(url: str) -> HttpResponse:
        answer = answers.get(url.partition("?")[0].rpartition("/")[2], 404)
        return HttpResponse(answer) if isinstance(answer, int) else HttpResponse(200, (), json.dumps(answer).encode())

    return get


def lost(method: str, url: str, body: object = None, *others: object) -> LostWrite:
    return LostWrite(
        request=HttpRequest(method, url, (), b"" if body is None else json.dumps(body).encode()),
        sent_at=SENT_AT,
        others=tuple(HttpResponse(201, (), json.dumps(other).encode()) for other in others),
    )


def test_one_new_issue_with_the_same_content_is_the_lost_one() -> None:
    found = github_settle.find_out(lost("POST", f"{REPO}/issues", ISSUE), answering(issues=[issue(7), issue(6, -900)]))
    assert found
    assert (found.status, json.loads(found.body)["number"]) == (201, 7)


@pytest.mark.parametrize(
    "there",
    [
        [],
        [issue(7, -900)],
        [issue(7, title="Broken!")],
        [issue(7, body="It is")],
        [issue(7, labels=[])],
        [issue(7, labels=[{"name": "bug"}, {"name": "more"}])],
        [issue(7, assignees=[{"login": "you"}])],
        [issue(7), issue(8)],
        [{**issue(7), "created_at": None}],
        500,
        404,
    ],
)
def test_older_other_several_or_no_issues_tell_nothing(there: Any) -> None:
    assert github_settle.find_out(lost("POST", f"{REPO}/issues", ISSUE), answering(issues=there)) is None


def test_an_issue_that_another_write_of_the_run_has_made_is_not_the_lost_one() -> None:
    write = lost("POST", f"{REPO}/issues", ISSUE, issue(7))
    assert github_settle.find_out(write, answering(issues=[issue(7)])) is None
    found = github_settle.find_out(write, answering(issues=[issue(7), issue(8)]))
    assert found
    assert json.loads(found.body)["number"] == 8


def test_a_comment_is_found_by_its_words() -> None:
    write = lost("POST", f"{REPO}/issues/7/comments", {"body": "Thanks"})
    found = github_settle.find_out(write, answering(comments=[{"id": 1, "body": "Thanks", "created_at": at(1)}]))
    assert found
    assert github_settle.find_out(write, answering(comments=[{"id": 1, "body": "thanks", "created_at": at(1)}])) is None


def test_what_is_deleted_is_gone_while_its_repository_is_there() -> None:
    write = lost("DELETE", f"{REPO}/labels/bug")
    answer = github_settle.find_out(write, answering(shop={"id": 1}))
    assert answer
    assert answer.status == 204
    assert github_settle.find_out(write, answering(shop={"id": 1}, bug={"name": "bug"})) is None
    # A key that sees nothing sees 404 everywhere.
    assert github_settle.find_out(write, answering()) is None


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_change_of_something_cannot_be_told_from_somebody_elses(method: str) -> None:
    assert github_settle.find_out(lost(method, f"{REPO}/issues/7", ISSUE), answering(**{"7": issue(7)})) is None


def test_a_deletion_at_stripe_is_told_by_what_is_there() -> None:
    write = lost("DELETE", "https://api.stripe.com/v1/customers/cus_1")
    for there in (404, {"id": "cus_1", "deleted": True}):
        answer = stripe_settle.find_out(write, answering(cus_1=there))
        assert answer
        assert json.loads(answer.body) == {"id": "cus_1", "deleted": True}
    for there in ({"id": "cus_1"}, 500, 403):
        assert stripe_settle.find_out(write, answering(cus_1=there)) is None
    assert stripe_settle.find_out(lost("POST", "https://api.stripe.com/v1/customers/cus_1"), answering(cus_1=404)) is None
