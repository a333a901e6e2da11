"""Issues and their comments, labels, assignees and locks. A pull request is an issue with more to it."""

from agentic.apis.fakes.github import errors
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
    ordered,
    page,
    text,
    texts,
)
from agentic.apis.fakes.github.labels import milestone_shape, new_label
from agentic.apis.fakes.github.repositories import people, the_repository
from agentic.apis.fakes.github.shapes import label, person
from agentic.apis.fakes.store import Object, ObjectStore

_SORTS = {"created": "created_at", "updated": "updated_at", "comments": "_comments"}
_REASONS = ("completed", "not_planned", "reopened", "duplicate")
REACTIONS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes")


def shape(store: ObjectStore, repository: Object, value: Object) -> Object:
    name = repository["full_name"]
    url = f"{API}/repos/{name}/issues/{value['number']}"
    pull = value["pull"]
    web = f"{WEB}/{name}/{'pull' if pull else 'issues'}/{value['number']}"
    milestone = store.get(f"milestone:{repository['id']}", str(value["milestone"])) if value["milestone"] else None
    shown: Object = {
        "url": url,
        "repository_url": f"{API}/repos/{name}",
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": web,
        "id": value["id"],
        "node_id": node_id("Issue", value["id"]),
        "number": value["number"],
        "title": value["title"],
        "user": person(store, value["user"]),
        "labels": labels_of(store, repository, value),
        "state": value["state"],
        "locked": value["locked"],
        "assignee": person(store, value["assignees"][0]) if value["assignees"] else None,
        "assignees": [person(store, login) for login in value["assignees"]],
        "milestone": milestone_shape(store, repository, milestone) if milestone else None,
        "comments": len(comments_of(store, repository, value["number"])),
        "created_at": value["created_at"],
        "updated_at": value["updated_at"],
        "closed_at": value["closed_at"],
        "author_association": "MEMBER" if repository["writable"] else "NONE",
        "active_lock_reason": value["lock_reason"],
        "body": value["body"],
        "closed_by": person(store, value["closed_by"]) if value["closed_by"] else None,
        "reactions": reactions(url, value.get("reactions", [])),
        "timeline_url": f"{url}/timeline",
        "performed_via_github_app": None,
        "state_reason": value["state_reason"],
    }
    if pull:
        diff = {"diff_url": f"{web}.diff", "patch_url": f"{web}.patch", "merged_at": pull["merged_at"]}
        shown |= {
            "draft": pull["draft"],
            "pull_request": {"url": f"{API}/repos/{name}/pulls/{value['number']}", "html_url": web, **diff},
        }
    return shown


def labels_of(store: ObjectStore, repository: Object, value: Object) -> list[Object]:
    known = (store.get(f"label:{repository['id']}", name.lower()) for name in value["labels"])
    return [label(item, repository["full_name"]) for item in known if item]


def comments_of(store: ObjectStore, repository: Object, issue: int) -> list[Object]:
    found = [value for value in store.all(f"comment:{repository['id']}") if value["issue"] == issue]
    return sorted(found, key=lambda value: value["_sequence"])


def new_issue(store: ObjectStore, repository: Object, user: str, title: str, date: str, **fields: object) -> Object:
    """Keep an issue under the repository's next number."""
    known: Object = {
        "id": new_id(store),
        "number": store.count(f"issue:{repository['id']}"),
        "title": title,
        "body": None,
        "user": user,
        "labels": [],
        "assignees": [],
        "milestone": None,
        "state": "open",
        "state_reason": None,
        "locked": False,
        "lock_reason": None,
        "created_at": date,
        "updated_at": date,
        "closed_at": None,
        "closed_by": None,
        "pull": None,
    }
    return save(store, repository, known | fields)


def save(store: ObjectStore, repository: Object, value: Object, now: float | None = None) -> Object:
    if now is not None:
        value["updated_at"] = moment(now)
    return store.put(f"issue:{repository['id']}", str(value["number"]), value)


def the_issue(call: Call, repository: Object) -> Object:
    found = call.store.get(f"issue:{repository['id']}", call.ids[2])
    if found is None:
        raise errors.not_found()
    return found


def add_labels(call: Call, repository: Object, value: Object, names: list[str]) -> None:
    """Labels that the repository does not have yet are made."""
    for name in names:
        known = call.store.get(f"label:{repository['id']}", name.lower())
        known = known or new_label(call.store, repository, name, "ededed", None)
        if known["name"] not in value["labels"]:
            value["labels"].append(known["name"])


def assign(call: Call, repository: Object, value: Object, logins: list[str]) -> None:
    """Whoever does not belong to the repository is left out without an error."""
    known = {login.lower(): login for login in people(call, repository)}
    for login in logins:
        if (found := known.get(login.lower())) and found not in value["assignees"]:
            value["assignees"].append(found)


def edit(call: Call, repository: Object, value: Object) -> None:
    """Set what a PATCH of an issue or a pull request may set."""
    if "title" in call.body and not (text(call, "title") or "").strip():
        raise errors.validation_failed("Issue", "title", "missing_field")
    for name in ("title", "body"):
        if name in call.body:
            value[name] = text(call, name)
    if (names := texts(call, "labels")) is not None:
        value["labels"] = []
        add_labels(call, repository, value, names)
    if (logins := texts(call, "assignees")) is not None:
        value["assignees"] = []
        assign(call, repository, value, logins)
    if "milestone" in call.body:
        value["milestone"] = _milestone(call, repository)
    state = chosen(text(call, "state"), "state", ("open", "closed"), "Issue")
    if state and state != value["state"]:
        closing = state == "closed"
        reason = chosen(text(call, "state_reason"), "state_reason", _REASONS, "Issue")
        value["state"] = state
        value["state_reason"] = (reason or "completed") if closing else "reopened"
        value["closed_at"] = moment(call.now) if closing else None
        value["closed_by"] = call.me["login"] if closing else None
    save(call.store, repository, value, call.now)


def selected(call: Call, values: list[Object]) -> list[Object]:
    """Those that fit the query's state, labels, assignee, creator, milestone and since."""
    query, state = call.query, call.query.get("state", "open")
    if state != "all":
        values = [value for value in values if value["state"] == state]
    for name in filter(None, query.get("labels", "").split(",")):
        values = [value for value in values if name.lower() in [known.lower() for known in value["labels"]]]
    if (wanted := query.get("assignee", "")) and wanted != "*":
        values = [v for v in values if (not v["assignees"] if wanted == "none" else wanted in v["assignees"])]
    elif wanted:
        values = [value for value in values if value["assignees"]]
    if creator := query.get("creator"):
        values = [value for value in values if value["user"].lower() == creator.lower()]
    if (wanted := query.get("milestone", "")) and wanted != "*":
        values = [v for v in values if str(v["milestone"] or "none") == wanted]
    if since := query.get("since"):
        values = [value for value in values if value["updated_at"] >= since]
    return values


def _list(call: Call) -> Reply:
    repository = the_repository(call)
    values = selected(call, call.store.all(f"issue:{repository['id']}"))
    for value in values:
        value["_comments"] = len(comments_of(call.store, repository, value["number"]))
    return page(call, ordered(call, values, _SORTS, "created"), lambda value: shape(call.store, repository, value))


def _everywhere(call: Call) -> Reply:
    """The issues of all repositories that concern this account."""
    found: list[Object] = []
    for repository in call.store.all("repository"):
        issues = selected(call, call.store.all(f"issue:{repository['id']}"))
        kind, me = call.query.get("filter", "assigned"), call.me["login"]
        if kind in ("assigned", "created"):
            issues = [v for v in issues if (me in v["assignees"] if kind == "assigned" else v["user"] == me)]
        found += [value | {"_comments": 0, "_repository": repository} for value in issues]
    return page(call, ordered(call, found, _SORTS, "created"), lambda value: shape(call.store, value["_repository"], value))


def _create(call: Call) -> Reply:
    repository = the_repository(call)
    if not repository["has_issues"]:
        raise errors.ApiError(410, "Issues are disabled for this repo")
    title = must_text(call, "title")
    if not title.strip():
        raise errors.validation_failed("Issue", "title", "missing_field")
    value = new_issue(call.store, repository, call.me["login"], title, moment(call.now), body=text(call, "body"))
    if repository["writable"]:
        add_labels(call, repository, value, texts(call, "labels") or [])
        assign(call, repository, value, (texts(call, "assignees") or []) + (texts(call, "assignee") or []))
        value["milestone"] = _milestone(call, repository)
    return created(shape(call.store, repository, save(call.store, repository, value)))


def _milestone(call: Call, repository: Object) -> int | None:
    wanted = number(call, "milestone")
    if wanted is not None and call.store.get(f"milestone:{repository['id']}", str(wanted)) is None:
        raise errors.validation_failed("Issue", "milestone")
    return wanted


def _update(call: Call) -> Object:
    repository = the_repository(call)
    value = the_issue(call, repository)
    if not repository["writable"] and value["user"] != call.me["login"]:
        raise errors.forbidden()
    edit(call, repository, value)
    return shape(call.store, repository, value)


def reactions(url: str, kept: list[Object]) -> Object:
    counts = {name: sum(item["content"] == name for item in kept) for name in REACTIONS}
    return {"url": f"{url}/reactions", "total_count": len(kept), **counts}


def _events(call: Call) -> Reply:
    the_issue(call, the_repository(call))
    return page(call, [], lambda value: value)


def _show(call: Call) -> Object:
    repository = the_repository(call)
    return shape(call.store, repository, the_issue(call, repository))


_R = "/repos/{owner}/{repo}"
_I = f"{_R}/issues/{{number}}"
ROUTES: Routes = {
    f"GET {_R}/issues": _list,
    f"POST {_R}/issues": _create,
    "GET /issues": _everywhere,
    "GET /user/issues": _everywhere,
    f"GET {_I}": _show,
    f"PATCH {_I}": _update,
    f"GET {_I}/events": _events,
    f"GET {_I}/timeline": _events,
}
