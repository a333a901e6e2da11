"""Commits, what lies between two of them, and what is said about them."""

from agentic.apis.fakes.github import errors, git
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
from agentic.apis.fakes.github.repositories import the_repository, writable
from agentic.apis.fakes.github.shapes import person
from agentic.apis.fakes.store import Object, ObjectStore


def shape(store: ObjectStore, repository: Object, value: Object) -> Object:
    """A commit as it stands in lists."""
    name, sha = repository["full_name"], value["sha"]
    url = f"{API}/repos/{name}/commits/{sha}"
    who = person(store, value["login"]) if value["login"] else None
    return {
        "sha": sha,
        "node_id": node_id("Commit", repository["id"]),
        "commit": inner(repository, value) | {"comment_count": 0},
        "url": url,
        "html_url": f"{WEB}/{name}/commit/{sha}",
        "comments_url": f"{url}/comments",
        "author": who,
        "committer": who,
        "parents": [_parent(name, parent) for parent in value["parents"]],
    }


def inner(repository: Object, value: Object) -> Object:
    """What git itself knows of a commit."""
    name = repository["full_name"]
    return {
        "author": value["who"],
        "committer": value["who"],
        "message": value["message"],
        "tree": {"sha": value["tree"], "url": f"{API}/repos/{name}/git/trees/{value['tree']}"},
        "url": f"{API}/repos/{name}/git/commits/{value['sha']}",
        "verification": {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None},
    }


def _parent(name: str, sha: str) -> Object:
    return {"sha": sha, "url": f"{API}/repos/{name}/commits/{sha}", "html_url": f"{WEB}/{name}/commit/{sha}"}


def file_shape(repository: Object, sha: str, value: Object) -> Object:
    name, path = repository["full_name"], value["filename"]
    return value | {
        "blob_url": f"{WEB}/{name}/blob/{sha}/{path}",
        "raw_url": f"{WEB}/{name}/raw/{sha}/{path}",
        "contents_url": f"{API}/repos/{name}/contents/{path}?ref={sha}",
    }


def _list(call: Call) -> Reply:
    repository, query = the_repository(call), call.query
    if not call.store.all(f"branch:{repository['id']}"):
        raise errors.ApiError(409, "Git Repository is empty.")
    found = git.history(call.store, repository, git.resolve(call.store, repository, query.get("sha")))
    if since := query.get("since"):
        found = [value for value in found if value["who"]["date"] >= since]
    if until := query.get("until"):
        found = [value for value in found if value["who"]["date"] <= until]
    if author := query.get("author", "").lower():
        found = [v for v in found if author in ((v["login"] or "").lower(), v["who"]["email"].lower())]
    if path := query.get("path", "").strip("/"):
        found = [value for value in found if _touches(call, repository, value, path)]
    return page(call, found, lambda value: shape(call.store, repository, value))


def _touches(call: Call, repository: Object, value: Object, path: str) -> bool:
    names = [change["filename"] for change in changes(call.store, repository, value)]
    return any(name == path or name.startswith(f"{path}/") for name in names)


def changes(store: ObjectStore, repository: Object, value: Object) -> list[Object]:
    """The files that a commit changes."""
    before = store.get(f"commit:{repository['id']}", value["parents"][0]) if value["parents"] else None
    return git.changes(store, before["files"] if before else {}, value["files"])


def _show(call: Call) -> Object:
    repository = the_repository(call)
    if not call.store.all(f"branch:{repository['id']}"):
        raise errors.ApiError(409, "Git Repository is empty.")
    try:
        value = git.resolve(call.store, repository, call.ids[2])
    except errors.ApiError:
        raise errors.ApiError(422, f"No commit found for SHA: {call.ids[2]}") from None
    files = [file_shape(repository, value["sha"], change) for change in changes(call.store, repository, value)]
    added, removed = sum(file["additions"] for file in files), sum(file["deletions"] for file in files)
    stats = {"total": added + removed, "additions": added, "deletions": removed}
    return shape(call.store, repository, value) | {"stats": stats, "files": files}


def _show_inner(call: Call) -> Object:
    repository = the_repository(call)
    value = git.resolve(call.store, repository, call.ids[2])
    parents = [_parent(repository["full_name"], parent) for parent in value["parents"]]
    web = f"{WEB}/{repository['full_name']}/commit/{value['sha']}"
    return inner(repository, value) | {"sha": value["sha"], "html_url": web, "parents": parents}


def between(store: ObjectStore, repository: Object, base: Object, head: Object) -> tuple[list[Object], int, Object]:
    """The commits of `head` that `base` lacks, oldest first; how many `base` has that `head` lacks; and where they part."""
    ours, theirs = git.history(store, repository, head), git.history(store, repository, base)
    known = {value["sha"] for value in theirs}
    own = {value["sha"] for value in ours}
    common = next((value for value in ours if value["sha"] in known), base)
    return [value for value in reversed(ours) if value["sha"] not in known], sum(v["sha"] not in own for v in theirs), common


def _compare(call: Call) -> Object:
    repository = the_repository(call)
    left, found, right = call.ids[2].partition("...")
    if not found:
        raise errors.not_found()
    owner = f"{repository['owner']}:"
    base = git.resolve(call.store, repository, left.removeprefix(owner))
    head = git.resolve(call.store, repository, right.removeprefix(owner))
    ahead, behind, common = between(call.store, repository, base, head)
    status = ("diverged" if behind else "ahead") if ahead else "behind" if behind else "identical"
    name = repository["full_name"]
    url, web = f"{API}/repos/{name}/compare/{left}...{right}", f"{WEB}/{name}/compare/{left}...{right}"
    return {
        "url": url,
        "html_url": web,
        "permalink_url": web,
        "diff_url": f"{web}.diff",
        "patch_url": f"{web}.patch",
        "base_commit": shape(call.store, repository, base),
        "merge_base_commit": shape(call.store, repository, common),
        "status": status,
        "ahead_by": len(ahead),
        "behind_by": behind,
        "total_commits": len(ahead),
        "commits": [shape(call.store, repository, value) for value in ahead],
        "files": [file_shape(repository, head["sha"], v) for v in git.changes(call.store, common["files"], head["files"])],
    }


def _comments(call: Call) -> Reply:
    repository = the_repository(call)
    wanted = git.resolve(call.store, repository, call.ids[2])["sha"] if len(call.ids) > 2 else None
    found = [v for v in call.store.all(f"commit_comment:{repository['id']}") if wanted in (None, v["commit_id"])]
    return page(call, found[::-1], lambda value: _comment_shape(call.store, repository, value))


def _comment(call: Call) -> Reply:
    repository = writable(call)
    commit = git.resolve(call.store, repository, call.ids[2])
    identifier, date = new_id(call.store), moment(call.now)
    value: Object = {
        "id": identifier,
        "commit_id": commit["sha"],
        "user": call.me["login"],
        "body": must_text(call, "body"),
        "path": call.body.get("path"),
        "position": call.body.get("position"),
        "line": call.body.get("line"),
        "created_at": date,
        "updated_at": date,
    }
    call.store.put(f"commit_comment:{repository['id']}", str(identifier), value)
    return created(_comment_shape(call.store, repository, value))


def _delete_comment(call: Call) -> Reply:
    repository = writable(call)
    if call.store.get(f"commit_comment:{repository['id']}", call.ids[2]) is None:
        raise errors.not_found()
    call.store.remove(f"commit_comment:{repository['id']}", call.ids[2])
    return NOTHING


def _comment_shape(store: ObjectStore, repository: Object, value: Object) -> Object:
    name = repository["full_name"]
    return value | {
        "url": f"{API}/repos/{name}/comments/{value['id']}",
        "html_url": f"{WEB}/{name}/commit/{value['commit_id']}#commitcomment-{value['id']}",
        "node_id": node_id("CommitComment", value["id"]),
        "user": person(store, value["user"]),
        "author_association": "MEMBER",
    }


def _status(call: Call) -> Object:
    """No checks run here: a commit has no status, which GitHub calls pending."""
    repository = the_repository(call)
    sha, name = git.resolve(call.store, repository, call.ids[2])["sha"], repository["full_name"]
    url = f"{API}/repos/{name}/commits/{sha}"
    return {"state": "pending", "statuses": [], "sha": sha, "total_count": 0, "commit_url": url, "url": f"{url}/status"}


def _checks(call: Call) -> Object:
    the_repository(call)
    return {"total_count": 0, "check_runs": []}


_R = "/repos/{owner}/{repo}"
ROUTES: Routes = {
    f"GET {_R}/commits": _list,
    f"GET {_R}/commits/{{ref...}}": _show,
    f"GET {_R}/git/commits/{{sha}}": _show_inner,
    f"GET {_R}/compare/{{basehead...}}": _compare,
    f"GET {_R}/comments": _comments,
    f"GET {_R}/commits/{{ref}}/comments": _comments,
    f"POST {_R}/commits/{{ref}}/comments": _comment,
    f"DELETE {_R}/comments/{{id}}": _delete_comment,
    f"GET {_R}/commits/{{ref}}/status": _status,
    f"GET {_R}/commits/{{ref}}/check-runs": _checks,
}
