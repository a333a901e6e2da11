"""Pull requests: an issue with a head and a base, reviews and comments on lines."""

from agentic.apis.fakes.github import commits, errors, git, issues
from agentic.apis.fakes.github.call import (
    API,
    NOTHING,
    WEB,
    Call,
    Reply,
    Routes,
    created,
    flag,
    moment,
    must_text,
    node_id,
    number,
    page,
    text,
)
from agentic.apis.fakes.github.repositories import the_repository, writable
from agentic.apis.fakes.github.shapes import person, repository as repository_shape
from agentic.apis.fakes.store import Object, ObjectStore

_SORTS = {"created": "created_at", "updated": "updated_at", "popularity": "created_at", "long-running": "created_at"}


def shape(store: ObjectStore, repository: Object, value: Object) -> Object:
    """A pull request as it stands in lists."""
    name, pull = repository["full_name"], value["pull"]
    url, web = f"{API}/repos/{name}/pulls/{value['number']}", f"{WEB}/{name}/pull/{value['number']}"
    issue = issues.shape(store, repository, value)
    same = ("labels", "user", "title", "body", "state", "locked", "assignee", "assignees", "milestone", "number", "draft")
    same += ("created_at", "updated_at", "closed_at", "author_association", "active_lock_reason")
    links = {"self": url, "html": web, "issue": issue["url"], "comments": issue["comments_url"], "commits": f"{url}/commits"}
    return {field: issue[field] for field in same} | {
        "url": url,
        "id": value["id"] + 1,
        "node_id": node_id("PullRequest", value["id"] + 1),
        "html_url": web,
        "diff_url": f"{web}.diff",
        "patch_url": f"{web}.patch",
        "issue_url": issue["url"],
        "commits_url": f"{url}/commits",
        "review_comments_url": f"{url}/comments",
        "review_comment_url": f"{API}/repos/{name}/pulls/comments{{/number}}",
        "comments_url": issue["comments_url"],
        "statuses_url": f"{API}/repos/{name}/statuses/{head_sha(store, repository, pull)}",
        "merged_at": pull["merged_at"],
        "merge_commit_sha": pull["merge_sha"],
        "requested_reviewers": [person(store, login) for login in pull["reviewers"]],
        "requested_teams": [],
        "head": _side(store, repository, pull["head"], head_sha(store, repository, pull)),
        "base": _side(store, repository, pull["base"], pull["base_sha"]),
        "_links": {kind: {"href": target} for kind, target in links.items()},
        "auto_merge": None,
    }


def _side(store: ObjectStore, repository: Object, branch: str, sha: str) -> Object:
    shown = repository_shape(store, repository)
    return {"label": f"{repository['owner']}:{branch}", "ref": branch, "sha": sha, "user": shown["owner"], "repo": shown}


def head_sha(store: ObjectStore, repository: Object, pull: Object) -> str:
    """The head follows its branch for as long as the pull request is open and the branch there."""
    branch = store.get(f"branch:{repository['id']}", pull["head"])
    return str(branch["sha"] if branch and not pull["merged_at"] else pull["head_sha"])


def _whole(call: Call, repository: Object, value: Object) -> Object:
    pull = value["pull"]
    own, files = _own_commits(call, repository, pull), changed(call, repository, pull)
    merged = pull["merged_at"] is not None
    open_ = value["state"] == "open"
    return shape(call.store, repository, value) | {
        "merged": merged,
        "mergeable": True if open_ else None,
        "rebaseable": True if open_ else None,
        "mergeable_state": "clean" if open_ else "unknown",
        "merged_by": person(call.store, value["closed_by"]) if merged else None,
        "comments": len(issues.comments_of(call.store, repository, value["number"])),
        "review_comments": len(line_comments(call, repository, value["number"])),
        "maintainer_can_modify": False,
        "commits": len(own),
        "additions": sum(file["additions"] for file in files),
        "deletions": sum(file["deletions"] for file in files),
        "changed_files": len(files),
    }


def new_pull(
    store: ObjectStore, repository: Object, user: str, title: str, date: str, head: str, base: str, **fields: object
) -> Object:
    """Keep a pull request between two branches that are there."""
    tips = {name: git.resolve(store, repository, name)["sha"] for name in (head, base)}
    pull: Object = {"head": head, "base": base, "head_sha": tips[head], "base_sha": tips[base], "draft": False}
    pull |= {"merged_at": None, "merge_sha": None, "reviewers": []}
    return issues.new_issue(store, repository, user, title, date, pull=pull, **fields)


def the_pull(call: Call, repository: Object) -> Object:
    found = issues.the_issue(call, repository)
    if not found["pull"]:
        raise errors.not_found()
    return found


def _list(call: Call) -> Reply:
    repository, query = the_repository(call), call.query
    found = [value for value in call.store.all(f"issue:{repository['id']}") if value["pull"]]
    state = query.get("state", "open")
    if state != "all":
        found = [value for value in found if value["state"] == state]
    if base := query.get("base"):
        found = [value for value in found if value["pull"]["base"] == base]
    if head := query.get("head"):
        found = [value for value in found if head in (f"{repository['owner']}:{value['pull']['head']}", value["pull"]["head"])]
    by = _SORTS.get(query.get("sort", "created"), "created_at")
    down = query.get("direction", "desc" if query.get("sort", "created") == "created" else "asc") == "desc"
    found.sort(key=lambda value: (value[by], value["number"]), reverse=down)
    return page(call, found, lambda value: shape(call.store, repository, value))


def _create(call: Call) -> Reply:
    repository = the_repository(call)
    head, base = must_text(call, "head"), must_text(call, "base")
    owner, _, branch = head.rpartition(":")
    if owner not in ("", repository["owner"]):
        raise errors.validation_failed("PullRequest", "head")
    for field, name in (("head", branch), ("base", base)):
        if call.store.get(f"branch:{repository['id']}", name) is None:
            raise errors.validation_failed("PullRequest", field)
    issue = number(call, "issue")
    title = must_text(call, "title") if issue is None else ""
    known = [value for value in call.store.all(f"issue:{repository['id']}") if value["pull"] and value["state"] == "open"]
    if any((value["pull"]["head"], value["pull"]["base"]) == (branch, base) for value in known):
        there = f"A pull request already exists for {repository['owner']}:{branch}."
        raise errors.validation_failed("PullRequest", "base", "custom", there)
    tips = [git.resolve(call.store, repository, name) for name in (base, branch)]
    if not commits.between(call.store, repository, *tips)[0]:
        there = f"No commits between {base} and {branch}"
        raise errors.validation_failed("PullRequest", "base", "custom", there)
    value = new_pull(call.store, repository, call.me["login"], title, moment(call.now), branch, base, body=text(call, "body"))
    value["pull"]["draft"] = flag(call, "draft")
    issues.save(call.store, repository, value)
    return created(_whole(call, repository, value))


def _show(call: Call) -> Object:
    repository = the_repository(call)
    return _whole(call, repository, the_pull(call, repository))


def _update(call: Call) -> Object:
    repository = writable(call)
    value = the_pull(call, repository)
    if base := text(call, "base"):
        value["pull"]["base"], value["pull"]["base_sha"] = base, git.resolve(call.store, repository, base)["sha"]
    issues.edit(call, repository, value)
    return _whole(call, repository, value)


def _own_commits(call: Call, repository: Object, pull: Object) -> list[Object]:
    base = git.resolve(call.store, repository, pull["base_sha"])
    head = git.resolve(call.store, repository, head_sha(call.store, repository, pull))
    return commits.between(call.store, repository, base, head)[0]


def changed(call: Call, repository: Object, pull: Object) -> list[Object]:
    base = git.resolve(call.store, repository, pull["base_sha"])
    head = git.resolve(call.store, repository, head_sha(call.store, repository, pull))
    common = commits.between(call.store, repository, base, head)[2]
    found = git.changes(call.store, common["files"], head["files"])
    return [commits.file_shape(repository, head["sha"], value) for value in found]


def _commits(call: Call) -> Reply:
    repository = the_repository(call)
    found = _own_commits(call, repository, the_pull(call, repository)["pull"])
    return page(call, found, lambda value: commits.shape(call.store, repository, value))


def _files(call: Call) -> Reply:
    repository = the_repository(call)
    return page(call, changed(call, repository, the_pull(call, repository)["pull"]), lambda value: value)


def _merged(call: Call) -> Reply:
    if the_pull(call, the_repository(call))["pull"]["merged_at"] is None:
        raise errors.not_found()
    return NOTHING


def line_comments(call: Call, repository: Object, pull: int | None) -> list[Object]:
    found = call.store.all(f"review_comment:{repository['id']}")
    return [value for value in reversed(found) if pull is None or value["pull"] == pull]


_R = "/repos/{owner}/{repo}"
_P = f"{_R}/pulls/{{number}}"
ROUTES: Routes = {
    f"GET {_R}/pulls": _list,
    f"POST {_R}/pulls": _create,
    f"GET {_P}": _show,
    f"PATCH {_P}": _update,
    f"GET {_P}/commits": _commits,
    f"GET {_P}/files": _files,
    f"GET {_P}/merge": _merged,
}
