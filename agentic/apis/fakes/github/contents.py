"""Files: reading, writing and deleting them, each write being a commit."""

import base64
from typing import Any, cast

from agentic.apis.fakes.github import errors, git
from agentic.apis.fakes.github.call import API, WEB, Call, Reply, Routes, moment, must_text, text
from agentic.apis.fakes.github.commits import inner
from agentic.apis.fakes.github.repositories import the_repository, touch, writable
from agentic.apis.fakes.store import Object

_LINE = 60


def shape(call: Call, repository: Object, ref: str, path: str, sha: str, *, whole: bool) -> Object:
    """A file; `whole` with its content."""
    name, content = repository["full_name"], git.blob(call.store, sha)
    url, web = f"{API}/repos/{name}/contents/{path}?ref={ref}", f"{WEB}/{name}/blob/{ref}/{path}"
    value: Object = {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": sha,
        "size": len(content),
        "url": url,
        "html_url": web,
        "git_url": f"{API}/repos/{name}/git/blobs/{sha}",
        "download_url": f"https://raw.githubusercontent.com/{name}/{ref}/{path}",
        "type": "file",
    }
    if whole:
        value |= {"content": _lines(content), "encoding": "base64"}
    return value | {"_links": {"self": url, "git": value["git_url"], "html": web}}


def _folder(repository: Object, ref: str, path: str) -> Object:
    name = repository["full_name"]
    url, web = f"{API}/repos/{name}/contents/{path}?ref={ref}", f"{WEB}/{name}/tree/{ref}/{path}"
    value: Object = {"name": path.rpartition("/")[2], "path": path, "sha": git.tree_sha(path), "size": 0, "url": url}
    git_url = f"{API}/repos/{name}/git/trees/{value['sha']}"
    value |= {"html_url": web, "git_url": git_url, "download_url": None, "type": "dir"}
    return value | {"_links": {"self": url, "git": git_url, "html": web}}


def _lines(content: bytes) -> str:
    encoded = base64.b64encode(content).decode("ascii")
    return "".join(f"{encoded[start : start + _LINE]}\n" for start in range(0, len(encoded), _LINE))


def _wants(call: Call, form: str) -> bool:
    return any(kind in call.accept for kind in (f"vnd.github.{form}", f"vnd.github.v3.{form}"))


def _raw(content: bytes) -> Reply:
    return Reply(200, content, {"Content-Type": "application/vnd.github.raw+json; charset=utf-8"})


def _get(call: Call) -> Any:
    repository = the_repository(call)
    path = call.ids[2].strip("/") if len(call.ids) > 2 else ""
    ref = call.query.get("ref") or repository["default_branch"]
    if not call.store.all(f"branch:{repository['id']}"):
        raise errors.ApiError(404, "This repository is empty.")
    try:
        files = git.resolve(call.store, repository, ref)["files"]
    except errors.ApiError:
        raise errors.ApiError(404, f"No commit found for the ref {ref}") from None
    if path in files:
        if _wants(call, "raw"):
            return _raw(git.blob(call.store, files[path]))
        return shape(call, repository, ref, path, files[path], whole=True)
    beginning = f"{path}/" if path else ""
    inside = sorted({(beginning + name[len(beginning) :].partition("/")[0]) for name in files if name.startswith(beginning)})
    if not inside:
        raise errors.not_found()
    return [
        shape(call, repository, ref, name, files[name], whole=False) if name in files else _folder(repository, ref, name)
        for name in inside
    ]


def _readme(call: Call) -> Any:
    repository = the_repository(call)
    ref = call.query.get("ref") or repository["default_branch"]
    folder = f"{call.ids[2].strip('/')}/" if len(call.ids) > 2 else ""
    files = git.resolve(call.store, repository, ref)["files"]
    found = [name for name in sorted(files) if name.lower() in (f"{folder}readme.md".lower(), f"{folder}readme".lower())]
    if not found:
        raise errors.not_found()
    if _wants(call, "raw"):
        return _raw(git.blob(call.store, files[found[0]]))
    return shape(call, repository, ref, found[0], files[found[0]], whole=True)


def _put(call: Call) -> Reply:
    repository, path = writable(call), call.ids[2]
    message = must_text(call, "message")
    try:
        content = base64.b64decode("".join(must_text(call, "content").split()), validate=True)
    except ValueError:
        raise errors.ApiError(422, "content is not valid Base64") from None
    files, tip, branch = _tip(call, repository)
    given = text(call, "sha")
    if path in files and given is None:
        raise errors.invalid_request('"sha" wasn\'t supplied.')
    if given is not None and files.get(path) != given:
        raise errors.ApiError(409, f"{path} does not match {given}")
    made = path not in files
    sha = git.keep_blob(call.store, content)
    commit = _commit(call, repository, branch, {**files, path: sha}, message, tip)
    answer = {"content": shape(call, repository, branch, path, sha, whole=False), "commit": commit}
    return Reply(201 if made else 200, answer)


def _delete(call: Call) -> Object:
    repository, path = writable(call), call.ids[2]
    # Clients send the fields of a DELETE in its body or its query.
    body = {**call.query, **call.body}
    for name in ("message", "sha"):
        if not isinstance(body.get(name), str):
            raise errors.not_supplied(name)
    files, tip, branch = _tip(call, repository, body.get("branch"))
    if path not in files:
        raise errors.not_found()
    if files[path] != body["sha"]:
        raise errors.ApiError(409, f"{path} does not match {body['sha']}")
    rest = {name: sha for name, sha in files.items() if name != path}
    return {"content": None, "commit": _commit(call, repository, branch, rest, body["message"], tip)}


def _tip(call: Call, repository: Object, branch: str | None = None) -> tuple[dict[str, str], str, str]:
    """The files, commit and name of the branch that a write is for. An empty repository's first commit makes its branch."""
    branch = str(branch or text(call, "branch") or repository["default_branch"])
    found = call.store.get(f"branch:{repository['id']}", branch)
    if found is None:
        if call.store.all(f"branch:{repository['id']}"):
            raise errors.ApiError(404, f"Branch {branch} not found")
        return {}, git.NO_PARENT, branch
    return git.resolve(call.store, repository, found["sha"])["files"], found["sha"], branch


def _commit(call: Call, repository: Object, branch: str, files: dict[str, str], message: str, parent: str) -> Object:
    given = call.body.get("committer") or call.body.get("author")
    who = cast("Object", given) if isinstance(given, dict) else {}
    author = {"name": who.get("name") or call.me["name"], "email": who.get("email") or call.me["email"]}
    author["login"] = call.me["login"]
    value = git.commit(call.store, repository, files, message, author, moment(call.now), parent)
    call.store.put(f"branch:{repository['id']}", branch, {"name": branch, "sha": value["sha"]})
    touch(call, repository, pushed=True)
    web = f"{WEB}/{repository['full_name']}/commit/{value['sha']}"
    parents = [{"sha": sha, "url": f"{API}/repos/{repository['full_name']}/git/commits/{sha}"} for sha in value["parents"]]
    return inner(repository, value) | {"sha": value["sha"], "html_url": web, "parents": parents}


def _tree(call: Call) -> Object:
    """Every file below; GitHub lists one level unless it is asked for all."""
    repository = the_repository(call)
    commits = call.store.all(f"commit:{repository['id']}")
    value = next((commit for commit in commits if commit["tree"] == call.ids[2]), None)
    value = value or git.resolve(call.store, repository, call.ids[2])
    url = f"{API}/repos/{repository['full_name']}/git"
    names = {name if "recursive" in call.query else name.partition("/")[0] for name in value["files"]}
    entries: list[Object] = []
    for name in sorted(names):
        sha = value["files"].get(name)
        if sha is None:
            folder = git.tree_sha(name)
            entries.append({"path": name, "mode": "040000", "type": "tree", "sha": folder, "url": f"{url}/trees/{folder}"})
        else:
            size = len(git.blob(call.store, sha))
            entry = {"path": name, "mode": "100644", "type": "blob", "sha": sha, "size": size, "url": f"{url}/blobs/{sha}"}
            entries.append(entry)
    return {"sha": value["tree"], "url": f"{url}/trees/{value['tree']}", "tree": entries, "truncated": False}


def _blob(call: Call) -> Object:
    repository, sha = the_repository(call), call.ids[2]
    content = git.blob(call.store, sha)
    url = f"{API}/repos/{repository['full_name']}/git/blobs/{sha}"
    return {"sha": sha, "node_id": sha, "size": len(content), "url": url, "content": _lines(content), "encoding": "base64"}


def raw_file(call: Call) -> Reply:
    """raw.githubusercontent.com/{owner}/{repo}/{branch, tag or SHA-1}/{path}: public files, without a token."""
    repository = the_repository(call)
    parts = call.ids[2].removeprefix("refs/heads/").removeprefix("refs/tags/").split("/")
    for length in range(1, len(parts)):
        try:
            files = git.resolve(call.store, repository, "/".join(parts[:length]))["files"]
        except errors.ApiError:
            continue
        if (sha := files.get("/".join(parts[length:]))) and not repository["private"]:
            return Reply(200, git.blob(call.store, sha), {"Content-Type": "text/plain; charset=utf-8"})
    return Reply(404, b"404: Not Found", {"Content-Type": "text/plain; charset=utf-8"})


_R = "/repos/{owner}/{repo}"
ROUTES: Routes = {
    f"GET {_R}/readme": _readme,
    f"GET {_R}/readme/{{dir...}}": _readme,
    f"GET {_R}/contents": _get,
    f"GET {_R}/contents/{{path...}}": _get,
    f"PUT {_R}/contents/{{path...}}": _put,
    f"DELETE {_R}/contents/{{path...}}": _delete,
    f"GET {_R}/git/trees/{{ref...}}": _tree,
    f"GET {_R}/git/blobs/{{sha}}": _blob,
}
