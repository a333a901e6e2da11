"""Branches, tags and the references behind them."""

import re

from agentic.apis.fakes.github import errors, git
from agentic.apis.fakes.github.call import API, NOTHING, WEB, Call, Reply, Routes, created, must_text, node_id, page
from agentic.apis.fakes.github.commits import shape as commit_shape
from agentic.apis.fakes.github.repositories import the_repository, touch, writable
from agentic.apis.fakes.store import Object

# What git allows in a reference, said simply.
_NAME = re.compile(r"(?!.*(?:\.\.|//|@\{|\.lock(?:/|\Z)))(?![/.])[^\x00-\x20\x7f~^:?*\[\\]+(?<![/.])")
_KINDS = {"heads": "branch", "tags": "tag"}


def _branches(call: Call) -> Reply:
    repository = the_repository(call)
    found = sorted(call.store.all(f"branch:{repository['id']}"), key=lambda value: value["name"])
    return page(call, found, lambda value: _short(repository, value))


def _short(repository: Object, value: Object) -> Object:
    url = f"{API}/repos/{repository['full_name']}/commits/{value['sha']}"
    return {"name": value["name"], "commit": {"sha": value["sha"], "url": url}, "protected": False}


def _branch(call: Call) -> Object:
    repository = the_repository(call)
    value = call.store.get(f"branch:{repository['id']}", call.ids[2])
    if value is None:
        raise errors.ApiError(404, "Branch not found")
    commit = git.resolve(call.store, repository, value["sha"])
    name = repository["full_name"]
    url = f"{API}/repos/{name}/branches/{value['name']}"
    return {
        "name": value["name"],
        "commit": commit_shape(call.store, repository, commit),
        "_links": {"self": url, "html": f"{WEB}/{name}/tree/{value['name']}"},
        "protected": False,
        "protection": {"enabled": False, "required_status_checks": {"enforcement_level": "off", "contexts": [], "checks": []}},
        "protection_url": f"{url}/protection",
    }


def _tags(call: Call) -> Reply:
    repository = the_repository(call)
    found = sorted(call.store.all(f"tag:{repository['id']}"), key=lambda value: value["name"], reverse=True)
    name = repository["full_name"]

    def shape(value: Object) -> Object:
        archives = {f"{kind}_url": f"{API}/repos/{name}/{kind}/refs/tags/{value['name']}" for kind in ("zipball", "tarball")}
        commit = {"sha": value["sha"], "url": f"{API}/repos/{name}/commits/{value['sha']}"}
        return {"name": value["name"], **archives, "commit": commit, "node_id": node_id("Ref", repository["id"])}

    return page(call, found, shape)


def _references(call: Call, repository: Object) -> list[Object]:
    return [
        _reference(repository, group, value)
        for group, kind in _KINDS.items()
        for value in sorted(call.store.all(f"{kind}:{repository['id']}"), key=lambda value: value["name"])
    ]


def _reference(repository: Object, group: str, value: Object) -> Object:
    name = repository["full_name"]
    return {
        "ref": f"refs/{group}/{value['name']}",
        "node_id": node_id("Ref", repository["id"]),
        "url": f"{API}/repos/{name}/git/refs/{group}/{value['name']}",
        "object": {"sha": value["sha"], "type": "commit", "url": f"{API}/repos/{name}/git/commits/{value['sha']}"},
    }


def _list_references(call: Call) -> Reply:
    repository = the_repository(call)
    beginning = f"refs/{call.ids[2]}" if len(call.ids) > 2 else "refs/"
    found = [value for value in _references(call, repository) if value["ref"].startswith(beginning)]
    return page(call, found, lambda value: value)


def _show_reference(call: Call) -> Object:
    repository = the_repository(call)
    wanted = f"refs/{call.ids[2].removeprefix('refs/')}"
    for value in _references(call, repository):
        if value["ref"] == wanted:
            return value
    raise errors.not_found()


def _create(call: Call) -> Reply:
    repository = writable(call)
    parts = must_text(call, "ref").split("/", 2)
    if len(parts) != 3 or parts[0] != "refs" or parts[1] not in _KINDS or not _NAME.fullmatch(parts[2]):
        raise errors.ApiError(422, "Reference name must start with 'refs/' and contain at least two slashes and a valid name.")
    sha = must_text(call, "sha")
    if call.store.get(f"commit:{repository['id']}", sha) is None:
        raise errors.ApiError(422, "Object does not exist")
    kind = f"{_KINDS[parts[1]]}:{repository['id']}"
    if call.store.get(kind, parts[2]):
        raise errors.ApiError(422, "Reference already exists")
    value = call.store.put(kind, parts[2], {"name": parts[2], "sha": sha})
    touch(call, repository, pushed=True)
    return created(_reference(repository, parts[1], value))


def _delete(call: Call) -> Reply:
    repository = writable(call)
    group, _, name = call.ids[2].partition("/")
    kind = f"{_KINDS.get(group, '')}:{repository['id']}"
    if call.store.get(kind, name) is None:
        raise errors.ApiError(422, "Reference does not exist")
    if (group, name) == ("heads", repository["default_branch"]):
        raise errors.ApiError(422, "Cannot delete the default branch")
    call.store.remove(kind, name)
    return NOTHING


_R = "/repos/{owner}/{repo}"
ROUTES: Routes = {
    f"GET {_R}/branches": _branches,
    f"GET {_R}/branches/{{branch...}}": _branch,
    f"GET {_R}/tags": _tags,
    f"GET {_R}/git/refs": _list_references,
    f"GET {_R}/git/refs/{{ref...}}": _show_reference,
    f"GET {_R}/git/ref/{{ref...}}": _show_reference,
    f"GET {_R}/git/matching-refs/{{ref...}}": _list_references,
    f"POST {_R}/git/refs": _create,
    f"DELETE {_R}/git/refs/{{ref...}}": _delete,
}
