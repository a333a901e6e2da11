"""Reviews of pull requests, comments on their lines, and who is asked for one."""

from agentic.apis.fakes.github import errors, issues
from agentic.apis.fakes.github.call import (
    API,
    WEB,
    Call,
    Reply,
    Routes,
    chosen,
    created,
    moment,
    must_text,
    new_id,
    node_id,
    number,
    page,
    text,
    texts,
)
from agentic.apis.fakes.github.pulls import changed, head_sha, line_comments, shape, the_pull
from agentic.apis.fakes.github.repositories import people, the_repository, writable
from agentic.apis.fakes.github.shapes import person
from agentic.apis.fakes.store import Object, ObjectStore

_EVENTS = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}


def _reviews(call: Call) -> Reply:
    repository = the_repository(call)
    value = the_pull(call, repository)
    found = [item for item in call.store.all(f"review:{repository['id']}") if item["pull"] == value["number"]]
    return page(call, found[::-1], lambda item: _review_shape(call.store, repository, item))


def _review(call: Call) -> Reply:
    repository = the_repository(call)
    value = the_pull(call, repository)
    event = chosen(text(call, "event"), "event", tuple(_EVENTS), "PullRequestReview")
    if event in ("APPROVE", "REQUEST_CHANGES") and value["user"] == call.me["login"]:
        what = "approve" if event == "APPROVE" else "request changes on"
        raise errors.ApiError(422, "Unprocessable Entity", errors=[f"Can not {what} your own pull request"])
    body = text(call, "body") or ""
    if event in ("REQUEST_CHANGES", "COMMENT") and not body and not call.body.get("comments"):
        raise errors.validation_failed("PullRequestReview", "body", "missing_field")
    identifier = new_id(call.store)
    kept: Object = {
        "id": identifier,
        "pull": value["number"],
        "user": call.me["login"],
        "body": body,
        "state": _EVENTS.get(event or "", "PENDING"),
        "commit_id": head_sha(call.store, repository, value["pull"]),
        "submitted_at": moment(call.now),
    }
    call.store.put(f"review:{repository['id']}", str(identifier), kept)
    issues.save(call.store, repository, value, call.now)
    return Reply(200, _review_shape(call.store, repository, kept))


def _review_shape(store: ObjectStore, repository: Object, value: Object) -> Object:
    name = repository["full_name"]
    pull = f"{API}/repos/{name}/pulls/{value['pull']}"
    return {
        "id": value["id"],
        "node_id": node_id("PullRequestReview", value["id"]),
        "user": person(store, value["user"]),
        "body": value["body"],
        "state": value["state"],
        "html_url": f"{WEB}/{name}/pull/{value['pull']}#pullrequestreview-{value['id']}",
        "pull_request_url": pull,
        "_links": {"pull_request": {"href": pull}},
        "submitted_at": value["submitted_at"],
        "commit_id": value["commit_id"],
        "author_association": "MEMBER",
    }


def _list_line_comments(call: Call) -> Reply:
    repository = the_repository(call)
    pull = the_pull(call, repository)["number"] if len(call.ids) > 2 else None
    found = line_comments(call, repository, pull)
    return page(call, found, lambda value: _line_comment_shape(call.store, repository, value))


def _comment_on_line(call: Call) -> Reply:
    repository = the_repository(call)
    value = the_pull(call, repository)
    path, line = must_text(call, "path"), number(call, "line") or number(call, "position")
    if path not in [file["filename"] for file in changed(call, repository, value["pull"])]:
        raise errors.validation_failed("PullRequestReviewComment", "pull_request_review_thread.path", "invalid")
    identifier, date = new_id(call.store), moment(call.now)
    kept: Object = {
        "id": identifier,
        "pull": value["number"],
        "user": call.me["login"],
        "body": must_text(call, "body"),
        "path": path,
        "line": line,
        "commit_id": must_text(call, "commit_id"),
        "created_at": date,
        "updated_at": date,
    }
    call.store.put(f"review_comment:{repository['id']}", str(identifier), kept)
    return created(_line_comment_shape(call.store, repository, kept))


def _line_comment_shape(store: ObjectStore, repository: Object, value: Object) -> Object:
    name = repository["full_name"]
    return {key: item for key, item in value.items() if key != "pull"} | {
        "url": f"{API}/repos/{name}/pulls/comments/{value['id']}",
        "html_url": f"{WEB}/{name}/pull/{value['pull']}#discussion_r{value['id']}",
        "pull_request_url": f"{API}/repos/{name}/pulls/{value['pull']}",
        "node_id": node_id("PullRequestReviewComment", value["id"]),
        "user": person(store, value["user"]),
        "author_association": "MEMBER",
        "position": value["line"],
        "side": "RIGHT",
    }


def _reviewers(call: Call) -> Object:
    value = the_pull(call, the_repository(call))
    return {"users": [person(call.store, login) for login in value["pull"]["reviewers"]], "teams": []}


def _ask_for_review(call: Call) -> Reply:
    repository = writable(call)
    value = the_pull(call, repository)
    known = {login.lower(): login for login in people(call, repository)}
    for login in texts(call, "reviewers") or []:
        if login.lower() not in known or login.lower() == value["user"].lower():
            whom = f"Reviews may only be requested from collaborators. {login} is none, or the author."
            raise errors.ApiError(422, whom)
        if known[login.lower()] not in value["pull"]["reviewers"]:
            value["pull"]["reviewers"].append(known[login.lower()])
    return created(shape(call.store, repository, issues.save(call.store, repository, value, call.now)))


def _unask(call: Call) -> Object:
    repository = writable(call)
    value = the_pull(call, repository)
    gone = texts(call, "reviewers") or []
    value["pull"]["reviewers"] = [login for login in value["pull"]["reviewers"] if login not in gone]
    return shape(call.store, repository, issues.save(call.store, repository, value, call.now))


_R = "/repos/{owner}/{repo}"
_P = f"{_R}/pulls/{{number}}"
ROUTES: Routes = {
    f"GET {_P}/reviews": _reviews,
    f"POST {_P}/reviews": _review,
    f"GET {_R}/pulls/comments": _list_line_comments,
    f"GET {_P}/comments": _list_line_comments,
    f"POST {_P}/comments": _comment_on_line,
    f"GET {_P}/requested_reviewers": _reviewers,
    f"POST {_P}/requested_reviewers": _ask_for_review,
    f"DELETE {_P}/requested_reviewers": _unask,
}
