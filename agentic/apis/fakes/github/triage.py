"""What is done with issues without changing their words: labels, assignees, locks, reactions."""

from agentic.apis.fakes.github import errors
from agentic.apis.fakes.github.call import (
    NOTHING,
    Call,
    Handler,
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
    texts,
)
from agentic.apis.fakes.github.issues import (
    REACTIONS,
    add_labels,
    assign,
    labels_of,
    save,
    shape,
    the_issue,
)
from agentic.apis.fakes.github.repositories import the_repository, writable
from agentic.apis.fakes.github.shapes import person
from agentic.apis.fakes.store import Object, ObjectStore

_LOCKS = ("off-topic", "too heated", "resolved", "spam")


def _labels(call: Call) -> Reply:
    repository = the_repository(call)
    return page(call, labels_of(call.store, repository, the_issue(call, repository)), lambda value: value)


def _change_labels(kind: str) -> Handler:
    """add, set or clear: by a body {"labels": […]} or, as GitHub takes it too, a bare list."""

    def handle(call: Call) -> Reply | list[Object]:
        repository = writable(call)
        value = the_issue(call, repository)
        names = texts(call, "labels")
        if kind == "add" and names is None:
            raise errors.not_supplied("labels")
        if kind != "add":
            value["labels"] = []
        add_labels(call, repository, value, [] if kind == "clear" else names or [])
        save(call.store, repository, value, call.now)
        return NOTHING if kind == "clear" else labels_of(call.store, repository, value)

    return handle


def _remove_label(call: Call) -> list[Object]:
    repository = writable(call)
    value = the_issue(call, repository)
    wanted = call.ids[3].lower()
    if wanted not in [name.lower() for name in value["labels"]]:
        raise errors.ApiError(404, "Label does not exist")
    value["labels"] = [name for name in value["labels"] if name.lower() != wanted]
    save(call.store, repository, value, call.now)
    return labels_of(call.store, repository, value)


def _assignees(call: Call) -> Reply:
    repository = writable(call)
    value = the_issue(call, repository)
    assign(call, repository, value, texts(call, "assignees") or [])
    return created(shape(call.store, repository, save(call.store, repository, value, call.now)))


def _unassign(call: Call) -> Object:
    repository = writable(call)
    value = the_issue(call, repository)
    gone = [login.lower() for login in texts(call, "assignees") or []]
    value["assignees"] = [login for login in value["assignees"] if login.lower() not in gone]
    return shape(call.store, repository, save(call.store, repository, value, call.now))


def _lock(*, locked: bool) -> Handler:
    def handle(call: Call) -> Reply:
        repository = writable(call)
        value = the_issue(call, repository)
        reason = chosen(text(call, "lock_reason"), "lock_reason", _LOCKS, "Issue") if locked else None
        save(call.store, repository, value | {"locked": locked, "lock_reason": reason}, call.now)
        return NOTHING

    return handle


def _react(call: Call) -> Reply:
    repository = the_repository(call)
    value = the_issue(call, repository)
    content = chosen(must_text(call, "content"), "content", REACTIONS, "Reaction")
    kept: Object = {"id": new_id(call.store), "user": call.me["login"], "content": content, "created_at": moment(call.now)}
    save(call.store, repository, value | {"reactions": [*value.get("reactions", []), kept]})
    return Reply(201, _reaction(call.store, kept))


def _list_reactions(call: Call) -> Reply:
    found = the_issue(call, the_repository(call)).get("reactions", [])
    return page(call, found, lambda value: _reaction(call.store, value))


def _reaction(store: ObjectStore, value: Object) -> Object:
    return value | {"node_id": node_id("Reaction", value["id"]), "user": person(store, value["user"])}


_R = "/repos/{owner}/{repo}"
_I = f"{_R}/issues/{{number}}"
ROUTES: Routes = {
    f"PUT {_I}/lock": _lock(locked=True),
    f"DELETE {_I}/lock": _lock(locked=False),
    f"GET {_I}/labels": _labels,
    f"POST {_I}/labels": _change_labels("add"),
    f"PUT {_I}/labels": _change_labels("set"),
    f"DELETE {_I}/labels": _change_labels("clear"),
    f"DELETE {_I}/labels/{{name}}": _remove_label,
    f"POST {_I}/assignees": _assignees,
    f"DELETE {_I}/assignees": _unassign,
    f"GET {_I}/reactions": _list_reactions,
    f"POST {_I}/reactions": _react,
}
