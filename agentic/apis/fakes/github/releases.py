"""Releases, their tags and the files attached to them."""

import base64

from agentic.apis.fakes.github import errors, git
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
    new_id,
    node_id,
    page,
    text,
)
from agentic.apis.fakes.github.repositories import the_repository, writable
from agentic.apis.fakes.github.shapes import person
from agentic.apis.fakes.store import Object, ObjectStore

_UPLOADS = "https://uploads.github.com"


def shape(store: ObjectStore, repository: Object, value: Object) -> Object:
    name, identifier = repository["full_name"], value["id"]
    url = f"{API}/repos/{name}/releases/{identifier}"
    shown = {key: value[key] for key in ("id", "tag_name", "target_commitish", "name", "body", "draft", "prerelease")}
    return shown | {
        "url": url,
        "assets_url": f"{url}/assets",
        "upload_url": f"{_UPLOADS}/repos/{name}/releases/{identifier}/assets{{?name,label}}",
        "html_url": f"{WEB}/{name}/releases/tag/{value['tag_name']}",
        "author": person(store, value["author"]),
        "node_id": node_id("Release", identifier),
        "immutable": False,
        "created_at": value["created_at"],
        "published_at": value["published_at"],
        "updated_at": value["created_at"],
        "assets": [_asset_shape(store, repository, asset) for asset in _assets_of(store, repository, identifier)],
        "tarball_url": f"{API}/repos/{name}/tarball/{value['tag_name']}",
        "zipball_url": f"{API}/repos/{name}/zipball/{value['tag_name']}",
    }


def new_release(store: ObjectStore, repository: Object, author: str, tag: str, date: str, **fields: object) -> Object:
    identifier = new_id(store)
    value: Object = {
        "id": identifier,
        "tag_name": tag,
        "target_commitish": repository["default_branch"],
        "name": None,
        "body": None,
        "draft": False,
        "prerelease": False,
        "author": author,
        "created_at": date,
        "published_at": date,
    } | fields
    return store.put(f"release:{repository['id']}", str(identifier), value)


def _published(call: Call, repository: Object) -> list[Object]:
    found = [value for value in call.store.all(f"release:{repository['id']}") if not value["draft"]]
    return sorted(found, key=lambda value: (value["created_at"], value["_sequence"]), reverse=True)


def _list(call: Call) -> Reply:
    repository = the_repository(call)
    found = sorted(call.store.all(f"release:{repository['id']}"), key=lambda v: (v["created_at"], v["_sequence"]), reverse=True)
    if not repository["writable"]:
        found = [value for value in found if not value["draft"]]
    return page(call, found, lambda value: shape(call.store, repository, value))


def _create(call: Call) -> Reply:
    repository = writable(call)
    tag = must_text(call, "tag_name")
    if not tag.strip() or any(letter in tag for letter in " ~^:?*[\\"):
        raise errors.validation_failed("Release", "tag_name", "custom", "tag_name is not well-formed")
    if any(value["tag_name"] == tag for value in _published(call, repository)):
        raise errors.validation_failed("Release", "tag_name", "already_exists")
    target = text(call, "target_commitish") or repository["default_branch"]
    draft = flag(call, "draft")
    if not call.store.all(f"branch:{repository['id']}"):
        raise errors.ApiError(422, "Validation Failed", errors=["Repository is empty."])
    if not draft and call.store.get(f"tag:{repository['id']}", tag) is None:
        try:
            tip = git.resolve(call.store, repository, target)
        except errors.ApiError:
            raise errors.validation_failed("Release", "target_commitish") from None
        call.store.put(f"tag:{repository['id']}", tag, {"name": tag, "sha": tip["sha"]})
    date = moment(call.now)
    value = new_release(
        call.store,
        repository,
        call.me["login"],
        tag,
        date,
        target_commitish=target,
        name=text(call, "name"),
        body=text(call, "body"),
        draft=draft,
        prerelease=flag(call, "prerelease"),
        published_at=None if draft else date,
    )
    return created(shape(call.store, repository, value))


def _the_release(call: Call, repository: Object) -> Object:
    found = call.store.get(f"release:{repository['id']}", call.ids[2])
    if found is None:
        raise errors.not_found()
    return found


def _show(call: Call) -> Object:
    repository = the_repository(call)
    return shape(call.store, repository, _the_release(call, repository))


def _latest(call: Call) -> Object:
    repository = the_repository(call)
    for value in _published(call, repository):
        if not value["prerelease"]:
            return shape(call.store, repository, value)
    raise errors.not_found()


def _by_tag(call: Call) -> Object:
    repository = the_repository(call)
    for value in _published(call, repository):
        if value["tag_name"] == call.ids[2]:
            return shape(call.store, repository, value)
    raise errors.not_found()


def _update(call: Call) -> Object:
    repository = writable(call)
    value = _the_release(call, repository)
    for name in ("name", "body"):
        if name in call.body:
            value[name] = text(call, name)
    value["tag_name"] = text(call, "tag_name", value["tag_name"])
    value["draft"] = flag(call, "draft", default=value["draft"])
    value["prerelease"] = flag(call, "prerelease", default=value["prerelease"])
    if not value["draft"] and value["published_at"] is None:
        value["published_at"] = moment(call.now)
    return shape(call.store, repository, call.store.put(f"release:{repository['id']}", call.ids[2], value))


def _delete(call: Call) -> Reply:
    """The tag stays, as it does at GitHub."""
    repository = writable(call)
    _the_release(call, repository)
    call.store.remove(f"release:{repository['id']}", call.ids[2])
    return NOTHING


def _assets_of(store: ObjectStore, repository: Object, release: int) -> list[Object]:
    return [value for value in reversed(store.all(f"asset:{repository['id']}")) if value["release"] == release]


def _asset_shape(store: ObjectStore, repository: Object, value: Object) -> Object:
    name = repository["full_name"]
    release = store.get(f"release:{repository['id']}", str(value["release"])) or {"tag_name": "gone"}
    shown = {key: value[key] for key in ("id", "name", "label", "content_type", "size", "created_at")}
    return shown | {
        "url": f"{API}/repos/{name}/releases/assets/{value['id']}",
        "browser_download_url": f"{WEB}/{name}/releases/download/{release['tag_name']}/{value['name']}",
        "node_id": node_id("ReleaseAsset", value["id"]),
        "state": "uploaded",
        "digest": value["digest"],
        "download_count": 0,
        "updated_at": value["created_at"],
        "uploader": person(store, value["uploader"]),
    }


def _assets(call: Call) -> Reply:
    repository = the_repository(call)
    found = _assets_of(call.store, repository, _the_release(call, repository)["id"])
    return page(call, found, lambda value: _asset_shape(call.store, repository, value))


def _the_asset(call: Call, repository: Object) -> Object:
    found = call.store.get(f"asset:{repository['id']}", call.ids[2])
    if found is None:
        raise errors.not_found()
    return found


def _show_asset(call: Call) -> Object | Reply:
    repository = the_repository(call)
    value = _the_asset(call, repository)
    if "application/octet-stream" in call.accept:
        return Reply(200, base64.b64decode(value["content"]), {"Content-Type": "application/octet-stream"})
    return _asset_shape(call.store, repository, value)


def _delete_asset(call: Call) -> Reply:
    repository = writable(call)
    _the_asset(call, repository)
    call.store.remove(f"asset:{repository['id']}", call.ids[2])
    return NOTHING


def upload(call: Call) -> Reply:
    """What uploads.github.com does: the body is the file, the query its name."""
    repository = writable(call)
    release = _the_release(call, repository)
    name = call.query.get("name", "")
    if not name:
        raise errors.validation_failed("ReleaseAsset", "name", "missing_field")
    if any(value["name"] == name for value in _assets_of(call.store, repository, release["id"])):
        raise errors.validation_failed("ReleaseAsset", "name", "already_exists")
    identifier = new_id(call.store)
    value: Object = {
        "id": identifier,
        "release": release["id"],
        "name": name,
        "label": call.query.get("label"),
        "content_type": call.content_type or "application/octet-stream",
        "size": len(call.data),
        "digest": f"sha1:{git.keep_blob(call.store, call.data)}",
        "content": base64.b64encode(call.data).decode("ascii"),
        "uploader": call.me["login"],
        "created_at": moment(call.now),
    }
    call.store.put(f"asset:{repository['id']}", str(identifier), value)
    return created(_asset_shape(call.store, repository, value))


def _notes(call: Call) -> Object:
    repository = the_repository(call)
    tag = must_text(call, "tag_name")
    web = f"{WEB}/{repository['full_name']}/commits/{tag}"
    return {"name": tag, "body": f"**Full Changelog**: {web}"}


_R = "/repos/{owner}/{repo}"
ROUTES: Routes = {
    f"GET {_R}/releases": _list,
    f"POST {_R}/releases": _create,
    f"GET {_R}/releases/latest": _latest,
    f"GET {_R}/releases/tags/{{tag...}}": _by_tag,
    f"GET {_R}/releases/{{id}}": _show,
    f"PATCH {_R}/releases/{{id}}": _update,
    f"DELETE {_R}/releases/{{id}}": _delete,
    f"GET {_R}/releases/{{id}}/assets": _assets,
    f"GET {_R}/releases/assets/{{id}}": _show_asset,
    f"DELETE {_R}/releases/assets/{{id}}": _delete_asset,
    f"POST {_R}/releases/generate-notes": _notes,
}
