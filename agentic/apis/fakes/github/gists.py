"""Gists: a few files, secret or public."""

import hashlib
from typing import Any, cast

from agentic.apis.fakes.github import errors
from agentic.apis.fakes.github.call import (
    API,
    NOTHING,
    Call,
    Reply,
    Routes,
    created,
    flag,
    moment,
    must_text,
    new_id,
    node_id,
    page,
    text,
)
from agentic.apis.fakes.github.shapes import person
from agentic.apis.fakes.store import Object, ObjectStore

_GIST = "https://gist.github.com"
_LANGUAGES = {
    "py": "Python",
    "md": "Markdown",
    "txt": "Text",
    "js": "JavaScript",
    "json": "JSON",
    "sh": "Shell",
    "html": "HTML",
}
_TYPES = {"py": "application/x-python", "md": "text/markdown", "js": "application/javascript", "json": "application/json"}


def _file(value: Object, name: str, content: str, *, whole: bool) -> Object:
    ending = name.rpartition(".")[2].lower()
    shown: Object = {
        "filename": name,
        "type": _TYPES.get(ending, "text/plain"),
        "language": _LANGUAGES.get(ending),
        "raw_url": f"https://gist.githubusercontent.com/{value['owner']}/{value['id']}/raw/{value['version']}/{name}",
        "size": len(content.encode()),
    }
    return shown | ({"truncated": False, "content": content, "encoding": "utf-8"} if whole else {})


def shape(store: ObjectStore, value: Object, *, whole: bool = True) -> Object:
    url = f"{API}/gists/{value['id']}"
    shown: Object = {
        "url": url,
        "forks_url": f"{url}/forks",
        "commits_url": f"{url}/commits",
        "id": value["id"],
        "node_id": value["id"],
        "git_pull_url": f"{_GIST}/{value['id']}.git",
        "git_push_url": f"{_GIST}/{value['id']}.git",
        "html_url": f"{_GIST}/{value['owner']}/{value['id']}",
        "files": {name: _file(value, name, content, whole=whole) for name, content in value["files"].items()},
        "public": value["public"],
        "created_at": value["created_at"],
        "updated_at": value["updated_at"],
        "description": value["description"],
        "comments": len(_comments_of(store, value)),
        "user": None,
        "comments_url": f"{url}/comments",
        "owner": person(store, value["owner"]),
        "truncated": False,
    }
    if whole:
        version = {"user": shown["owner"], "version": value["version"], "committed_at": value["updated_at"]}
        status = {"total": 0, "additions": 0, "deletions": 0}
        shown |= {"forks": [], "history": [version | {"change_status": status, "url": f"{url}/{value['version']}"}]}
    return shown


def _save(store: ObjectStore, value: Object) -> Object:
    value["version"] = hashlib.sha1(repr(value["files"]).encode(), usedforsecurity=False).hexdigest()
    return store.put("gist", value["id"], value)


def new_gist(store: ObjectStore, identifier: str, owner: str, files: dict[str, str], date: str, **fields: object) -> Object:
    value: Object = {"id": identifier, "owner": owner, "files": files, "public": False, "description": None}
    return _save(store, value | {"created_at": date, "updated_at": date} | fields)


def _files(call: Call) -> dict[str, Object | None]:
    given: Any = call.body.get("files")
    if not isinstance(given, dict):
        raise errors.not_supplied("files")
    files = cast("dict[str, Any]", given)
    for name, value in files.items():
        if value is not None and not isinstance(value, dict):
            raise errors.invalid_request(f"For 'properties/files', {name!r} is not an object.")
    return files


def _create(call: Call) -> Reply:
    files: dict[str, str] = {}
    for name, given in _files(call).items():
        content = (given or {}).get("content")
        if not isinstance(content, str) or not content:
            raise errors.validation_failed("Gist", "files", "missing_field")
        files[name] = content
    if not files:
        raise errors.validation_failed("Gist", "files", "missing_field")
    public = flag(call, "public")
    date = moment(call.now)
    value = new_gist(
        call.store, call.token(32), call.me["login"], files, date, public=public, description=text(call, "description")
    )
    return created(shape(call.store, value))


def _the_gist(call: Call, *, own: bool = False) -> Object:
    found = call.store.get("gist", call.ids[0])
    if found is None or (own and found["owner"] != call.me["login"]):
        raise errors.not_found()
    return found


def _update(call: Call) -> Object:
    value = _the_gist(call, own=True)
    if "description" in call.body:
        value["description"] = text(call, "description")
    for name, change in (_files(call) if "files" in call.body else {}).items():
        before = value["files"].pop(name, None)
        if change is None or change.get("content") == "":
            continue
        content = change.get("content", before)
        if not isinstance(content, str):
            raise errors.validation_failed("Gist", "files", "missing_field")
        value["files"][str(change.get("filename") or name)] = content
    if not value["files"]:
        raise errors.validation_failed("Gist", "files", "missing_field")
    value["updated_at"] = moment(call.now)
    return shape(call.store, _save(call.store, value))


def _delete(call: Call) -> Reply:
    _the_gist(call, own=True)
    call.store.remove("gist", call.ids[0])
    return NOTHING


def _listed(call: Call, values: list[Object]) -> Reply:
    if since := call.query.get("since"):
        values = [value for value in values if value["updated_at"] >= since]
    return page(call, values, lambda value: shape(call.store, value, whole=False))


def _mine(call: Call) -> Reply:
    return _listed(call, [value for value in call.store.all("gist") if value["owner"] == call.me["login"]])


def _public(call: Call) -> Reply:
    return _listed(call, [value for value in call.store.all("gist") if value["public"]])


def _of_user(call: Call) -> Reply:
    if call.store.get("account", call.ids[0].lower()) is None:
        raise errors.not_found()
    owner = call.ids[0].lower()
    return _listed(call, [v for v in call.store.all("gist") if v["owner"].lower() == owner and v["public"]])


def _starred(call: Call) -> Reply:
    return _listed(call, [value for value in call.store.all("gist") if call.store.get("gist_star", value["id"])])


def _star(call: Call) -> Reply:
    call.store.put("gist_star", _the_gist(call)["id"], {"at": moment(call.now)})
    return NOTHING


def _unstar(call: Call) -> Reply:
    call.store.remove("gist_star", _the_gist(call)["id"])
    return NOTHING


def _has_star(call: Call) -> Reply:
    if call.store.get("gist_star", _the_gist(call)["id"]) is None:
        raise errors.not_found()
    return NOTHING


def _comments_of(store: ObjectStore, value: Object) -> list[Object]:
    return [comment for comment in reversed(store.all("gist_comment")) if comment["gist"] == value["id"]]


def _comments(call: Call) -> Reply:
    return page(call, _comments_of(call.store, _the_gist(call)), lambda value: _comment_shape(call.store, value))


def _comment(call: Call) -> Reply:
    gist = _the_gist(call)
    identifier, date = new_id(call.store), moment(call.now)
    value: Object = {"id": identifier, "gist": gist["id"], "user": call.me["login"], "body": must_text(call, "body")}
    value |= {"created_at": date, "updated_at": date}
    return created(_comment_shape(call.store, call.store.put("gist_comment", str(identifier), value)))


def _comment_shape(store: ObjectStore, value: Object) -> Object:
    shown = {key: value[key] for key in ("id", "body", "created_at", "updated_at")}
    url = f"{API}/gists/{value['gist']}/comments/{value['id']}"
    return shown | {"url": url, "node_id": node_id("GistComment", value["id"]), "user": person(store, value["user"])}


ROUTES: Routes = {
    "GET /gists": _mine,
    "POST /gists": _create,
    "GET /gists/public": _public,
    "GET /gists/starred": _starred,
    "GET /gists/{id}": lambda call: shape(call.store, _the_gist(call)),
    "PATCH /gists/{id}": _update,
    "DELETE /gists/{id}": _delete,
    "GET /gists/{id}/star": _has_star,
    "PUT /gists/{id}/star": _star,
    "DELETE /gists/{id}/star": _unstar,
    "GET /gists/{id}/comments": _comments,
    "POST /gists/{id}/comments": _comment,
    "GET /users/{username}/gists": _of_user,
}
