"""A repository's labels and milestones."""

import re

from agentic.apis.fakes.github import errors
from agentic.apis.fakes.github.call import (
    API,
    NOTHING,
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
    page,
    text,
)
from agentic.apis.fakes.github.repositories import the_repository, writable
from agentic.apis.fakes.github.shapes import label, person
from agentic.apis.fakes.store import Object, ObjectStore

_COLOR = re.compile(r"[0-9a-fA-F]{6}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})")


def new_label(store: ObjectStore, repository: Object, name: str, color: str, description: str | None) -> Object:
    value: Object = {"id": new_id(store), "name": name, "color": color, "description": description, "default": False}
    return store.put(f"label:{repository['id']}", name.lower(), value)


def _list(call: Call) -> Reply:
    repository = the_repository(call)
    found = sorted(call.store.all(f"label:{repository['id']}"), key=lambda value: value["_sequence"])
    return page(call, found, lambda value: label(value, repository["full_name"]))


def _the_label(call: Call, repository: Object) -> Object:
    found = call.store.get(f"label:{repository['id']}", call.ids[2].lower())
    if found is None:
        raise errors.not_found()
    return found


def _show(call: Call) -> Object:
    repository = the_repository(call)
    return label(_the_label(call, repository), repository["full_name"])


def _create(call: Call) -> Reply:
    repository = writable(call)
    name = _free(call, repository, must_text(call, "name"))
    color = _color(text(call, "color") or "ededed")
    return created(label(new_label(call.store, repository, name, color, text(call, "description")), repository["full_name"]))


def _update(call: Call) -> Object:
    repository = writable(call)
    value = _the_label(call, repository)
    before = value["name"]
    if (name := text(call, "new_name") or before).lower() != before.lower():
        _free(call, repository, name)
    value |= {"name": name, "color": _color(text(call, "color") or value["color"])}
    value["description"] = text(call, "description", value["description"])
    call.store.remove(f"label:{repository['id']}", before.lower())
    call.store.put(f"label:{repository['id']}", name.lower(), value)
    _in_issues(call, repository, before, name)
    return label(value, repository["full_name"])


def _delete(call: Call) -> Reply:
    repository = writable(call)
    value = _the_label(call, repository)
    call.store.remove(f"label:{repository['id']}", value["name"].lower())
    _in_issues(call, repository, value["name"], None)
    return NOTHING


def _in_issues(call: Call, repository: Object, before: str, after: str | None) -> None:
    for issue in call.store.all(f"issue:{repository['id']}"):
        if before in issue["labels"] and before != after:
            issue["labels"] = [after if name == before else name for name in issue["labels"] if after or name != before]
            call.store.put(f"issue:{repository['id']}", str(issue["number"]), issue)


def _free(call: Call, repository: Object, name: str) -> str:
    if not name.strip():
        raise errors.validation_failed("Label", "name", "missing_field")
    if call.store.get(f"label:{repository['id']}", name.lower()):
        raise errors.validation_failed("Label", "name", "already_exists")
    return name


def _color(value: str) -> str:
    if not _COLOR.fullmatch(value):
        raise errors.validation_failed("Label", "color")
    return value.lower()


def milestone_shape(store: ObjectStore, repository: Object, value: Object) -> Object:
    name = repository["full_name"]
    url = f"{API}/repos/{name}/milestones/{value['number']}"
    issues = [issue for issue in store.all(f"issue:{repository['id']}") if issue["milestone"] == value["number"]]
    return {
        "url": url,
        "html_url": f"{WEB}/{name}/milestone/{value['number']}",
        "labels_url": f"{url}/labels",
        "id": value["id"],
        "node_id": node_id("Milestone", value["id"]),
        "number": value["number"],
        "title": value["title"],
        "description": value["description"],
        "creator": person(store, value["creator"]),
        "open_issues": sum(issue["state"] == "open" for issue in issues),
        "closed_issues": sum(issue["state"] == "closed" for issue in issues),
        "state": value["state"],
        "created_at": value["created_at"],
        "updated_at": value["updated_at"],
        "due_on": value["due_on"],
        "closed_at": value["closed_at"],
    }


def new_milestone(store: ObjectStore, repository: Object, creator: str, title: str, date: str, **fields: object) -> Object:
    value: Object = {
        "id": new_id(store),
        "number": store.count(f"milestone:{repository['id']}"),
        "title": title,
        "description": None,
        "creator": creator,
        "state": "open",
        "created_at": date,
        "updated_at": date,
        "due_on": None,
        "closed_at": None,
    } | fields
    return store.put(f"milestone:{repository['id']}", str(value["number"]), value)


def _milestones(call: Call) -> Reply:
    repository, state = the_repository(call), call.query.get("state", "open")
    found = [value for value in call.store.all(f"milestone:{repository['id']}") if state in ("all", value["state"])]
    by_date = call.query.get("sort", "due_on") == "due_on"
    found.sort(key=lambda value: (value["due_on"] or "9999" if by_date else "", value["number"]))
    if call.query.get("direction") == "desc":
        found.reverse()
    return page(call, found, lambda value: milestone_shape(call.store, repository, value))


def _the_milestone(call: Call, repository: Object) -> Object:
    found = call.store.get(f"milestone:{repository['id']}", call.ids[2])
    if found is None:
        raise errors.not_found()
    return found


def _show_milestone(call: Call) -> Object:
    repository = the_repository(call)
    return milestone_shape(call.store, repository, _the_milestone(call, repository))


def _create_milestone(call: Call) -> Reply:
    repository = writable(call)
    title = _free_title(call, repository, must_text(call, "title"))
    more = {"description": text(call, "description"), "due_on": _due(call, None), "state": _state(call, "open")}
    value = new_milestone(call.store, repository, call.me["login"], title, moment(call.now), **more)
    return created(milestone_shape(call.store, repository, value))


def _update_milestone(call: Call) -> Object:
    repository = writable(call)
    value = _the_milestone(call, repository)
    if (title := text(call, "title")) and title != value["title"]:
        value["title"] = _free_title(call, repository, title)
    value["description"] = text(call, "description", value["description"])
    value["due_on"] = _due(call, value["due_on"])
    state = _state(call, value["state"])
    if state != value["state"]:
        value |= {"state": state, "closed_at": moment(call.now) if state == "closed" else None}
    value["updated_at"] = moment(call.now)
    call.store.put(f"milestone:{repository['id']}", call.ids[2], value)
    return milestone_shape(call.store, repository, value)


def _delete_milestone(call: Call) -> Reply:
    repository = writable(call)
    gone = _the_milestone(call, repository)
    call.store.remove(f"milestone:{repository['id']}", call.ids[2])
    for issue in call.store.all(f"issue:{repository['id']}"):
        if issue["milestone"] == gone["number"]:
            call.store.put(f"issue:{repository['id']}", str(issue["number"]), issue | {"milestone": None})
    return NOTHING


def _milestone_labels(call: Call) -> Reply:
    repository = the_repository(call)
    wanted = _the_milestone(call, repository)["number"]
    issues = (issue for issue in call.store.all(f"issue:{repository['id']}") if issue["milestone"] == wanted)
    names = sorted({name.lower() for issue in issues for name in issue["labels"]})
    known = [found for name in names if (found := call.store.get(f"label:{repository['id']}", name))]
    return page(call, known, lambda value: label(value, repository["full_name"]))


def _free_title(call: Call, repository: Object, title: str) -> str:
    if not title.strip():
        raise errors.validation_failed("Milestone", "title", "missing_field")
    if any(value["title"] == title for value in call.store.all(f"milestone:{repository['id']}")):
        raise errors.validation_failed("Milestone", "title", "already_exists")
    return title


def _state(call: Call, before: str) -> str:
    return chosen(text(call, "state", before), "state", ("open", "closed"), "Milestone") or before


def _due(call: Call, before: str | None) -> str | None:
    """A due date; GitHub keeps the day alone."""
    given = text(call, "due_on", before)
    if given and not _TIME.fullmatch(given):
        raise errors.invalid_request(f"For 'properties/due_on', {given!r} is not a date-time.")
    return f"{given[:10]}T00:00:00Z" if given else None


_R = "/repos/{owner}/{repo}"
ROUTES: Routes = {
    f"GET {_R}/labels": _list,
    f"POST {_R}/labels": _create,
    f"GET {_R}/labels/{{name}}": _show,
    f"PATCH {_R}/labels/{{name}}": _update,
    f"DELETE {_R}/labels/{{name}}": _delete,
    f"GET {_R}/milestones": _milestones,
    f"POST {_R}/milestones": _create_milestone,
    f"GET {_R}/milestones/{{number}}": _show_milestone,
    f"PATCH {_R}/milestones/{{number}}": _update_milestone,
    f"DELETE {_R}/milestones/{{number}}": _delete_milestone,
    f"GET {_R}/milestones/{{number}}/labels": _milestone_labels,
}
