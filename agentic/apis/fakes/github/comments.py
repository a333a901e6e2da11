"""What is said on issues and pull requests."""

from agentic.apis.fakes.github import errors
from agentic.apis.fakes.github.call import (
    API,
    NOTHING,
    WEB,
    Call,
    Reply,
    Routes,
    created,
    moment,
    must_text,
    new_id,
    node_id,
    page,
)
from agentic.apis.fakes.github.issues import (
    comments_of,
    reactions,
    save,
    the_issue,
)
from agentic.apis.fakes.github.repositories import the_repository
from agentic.apis.fakes.github.shapes import person
from agentic.apis.fakes.store import Object, ObjectStore


def comment_shape(store: ObjectStore, repository: Object, value: Object) -> Object:
    url = f"{API}/repos/{repository['full_name']}/issues/comments/{value['id']}"
    issue = store.get(f"issue:{repository['id']}", str(value["issue"])) or {}
    web = f"{WEB}/{repository['full_name']}/{'pull' if issue.get('pull') else 'issues'}/{value['issue']}"
    return {
        "url": url,
        "html_url": f"{web}#issuecomment-{value['id']}",
        "issue_url": f"{API}/repos/{repository['full_name']}/issues/{value['issue']}",
        "id": value["id"],
        "node_id": node_id("IssueComment", value["id"]),
        "user": person(store, value["user"]),
        "created_at": value["created_at"],
        "updated_at": value["updated_at"],
        "author_association": "MEMBER",
        "body": value["body"],
        "reactions": reactions(url, value.get("reactions", [])),
        "performed_via_github_app": None,
    }


def new_comment(store: ObjectStore, repository: Object, issue: int, user: str, body: str, date: str) -> Object:
    identifier = new_id(store)
    value: Object = {"id": identifier, "issue": issue, "user": user, "body": body, "created_at": date, "updated_at": date}
    return store.put(f"comment:{repository['id']}", str(identifier), value)


def _comments(call: Call) -> Reply:
    repository = the_repository(call)
    issue = the_issue(call, repository)
    found = comments_of(call.store, repository, issue["number"])
    if since := call.query.get("since"):
        found = [value for value in found if value["updated_at"] >= since]
    return page(call, found, lambda value: comment_shape(call.store, repository, value))


def _all_comments(call: Call) -> Reply:
    repository = the_repository(call)
    found = sorted(call.store.all(f"comment:{repository['id']}"), key=lambda value: value["_sequence"])
    return page(call, found, lambda value: comment_shape(call.store, repository, value))


def _comment(call: Call) -> Reply:
    repository = the_repository(call)
    issue = the_issue(call, repository)
    body = must_text(call, "body")
    if not body.strip():
        raise errors.validation_failed("IssueComment", "body", "missing_field")
    if issue["locked"] and not repository["writable"]:
        raise errors.forbidden("Unable to create comment because issue is locked.")
    value = new_comment(call.store, repository, issue["number"], call.me["login"], body, moment(call.now))
    save(call.store, repository, issue, call.now)
    return created(comment_shape(call.store, repository, value))


def _the_comment(call: Call, repository: Object, *, own: bool = False) -> Object:
    found = call.store.get(f"comment:{repository['id']}", call.ids[2])
    if found is None:
        raise errors.not_found()
    if own and found["user"] != call.me["login"] and not repository["writable"]:
        raise errors.forbidden()
    return found


def _show_comment(call: Call) -> Object:
    repository = the_repository(call)
    return comment_shape(call.store, repository, _the_comment(call, repository))


def _edit_comment(call: Call) -> Object:
    repository = the_repository(call)
    value = _the_comment(call, repository, own=True) | {"body": must_text(call, "body"), "updated_at": moment(call.now)}
    return comment_shape(call.store, repository, call.store.put(f"comment:{repository['id']}", call.ids[2], value))


def _delete_comment(call: Call) -> Reply:
    repository = the_repository(call)
    _the_comment(call, repository, own=True)
    call.store.remove(f"comment:{repository['id']}", call.ids[2])
    return NOTHING


_R = "/repos/{owner}/{repo}"
_I = f"{_R}/issues/{{number}}"
ROUTES: Routes = {
    f"GET {_I}/comments": _comments,
    f"POST {_I}/comments": _comment,
    f"GET {_R}/issues/comments": _all_comments,
    f"GET {_R}/issues/comments/{{id}}": _show_comment,
    f"PATCH {_R}/issues/comments/{{id}}": _edit_comment,
    f"DELETE {_R}/issues/comments/{{id}}": _delete_comment,
}
