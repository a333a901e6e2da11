"""Commits, branches and files of a repository: each commit knows all of its files, by the SHA-1 that git gives them."""

import base64
import difflib
import hashlib
import json
from collections.abc import Mapping

from agentic.apis.fakes.github import errors
from agentic.apis.fakes.store import Object, ObjectStore

NO_PARENT = ""


def keep_blob(store: ObjectStore, content: bytes) -> str:
    sha = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
    if store.get("blob", sha) is None:
        store.put("blob", sha, {"content": base64.b64encode(content).decode("ascii")})
    return sha


def blob(store: ObjectStore, sha: str) -> bytes:
    found = store.get("blob", sha)
    if found is None:
        raise errors.not_found()
    return base64.b64decode(found["content"])


def tree_sha(path: str) -> str:
    """A number for a folder: the fake keeps no trees, so a folder's is that of its path."""
    return hashlib.sha1(b"tree " + path.encode(), usedforsecurity=False).hexdigest()


def commit(
    store: ObjectStore, repository: Object, files: Mapping[str, str], message: str, who: Object, date: str, parent: str
) -> Object:
    """A new commit of `files` (path to the blob's SHA-1). `who` has a name, an email and, if known, a login."""
    tree = hashlib.sha1(json.dumps(dict(files), sort_keys=True).encode(), usedforsecurity=False).hexdigest()
    seed = f"{repository['id']} {tree} {parent} {who['email']} {date} {message}"
    sha = hashlib.sha1(seed.encode(), usedforsecurity=False).hexdigest()
    value: Object = {
        "sha": sha,
        "tree": tree,
        "parents": [parent] if parent else [],
        "who": {"name": who["name"], "email": who["email"], "date": date},
        "login": who.get("login"),
        "message": message,
        "files": dict(files),
    }
    return store.put(f"commit:{repository['id']}", sha, value)


def resolve(store: ObjectStore, repository: Object, name: str | None) -> Object:
    """The commit that a branch, tag or SHA-1 (also its beginning) names; by default the default branch's. 404 if none."""
    kind, wanted = f"commit:{repository['id']}", name or repository["default_branch"]
    wanted = wanted.removeprefix("refs/").removeprefix("heads/").removeprefix("tags/")
    for place in ("branch", "tag"):
        found = store.get(f"{place}:{repository['id']}", wanted)
        if found is not None and (value := store.get(kind, found["sha"])) is not None:
            return value
    if (value := store.get(kind, wanted.lower())) is not None:
        return value
    near = [value for value in store.all(kind) if len(wanted) >= 7 and value["sha"].startswith(wanted.lower())]
    if len(near) != 1:
        raise errors.not_found()
    return near[0]


def history(store: ObjectStore, repository: Object, tip: Object) -> list[Object]:
    """The commit and those before it, newest first."""
    found: dict[str, Object] = {}
    waiting = [tip["sha"]]
    while waiting:
        sha = waiting.pop()
        value = store.get(f"commit:{repository['id']}", sha)
        if sha in found or value is None:
            continue
        found[sha] = value
        waiting += value["parents"]
    return sorted(found.values(), key=lambda value: (value["who"]["date"], value["_sequence"]), reverse=True)


def changes(store: ObjectStore, before: Mapping[str, str], after: Mapping[str, str]) -> list[Object]:
    """What differs between the files of two commits, file by file: name, status, lines added and removed, patch."""
    found: list[Object] = []
    for path in sorted({*before, *after}):
        old, new = before.get(path), after.get(path)
        if old == new:
            continue
        patch = _patch(blob(store, old) if old else b"", blob(store, new) if new else b"")
        added = sum(line.startswith("+") for line in patch)
        removed = sum(line.startswith("-") for line in patch)
        status = "added" if old is None else "removed" if new is None else "modified"
        value: Object = {"sha": new or old, "filename": path, "status": status, "additions": added, "deletions": removed}
        found.append(value | {"changes": added + removed, "patch": "\n".join(patch)})
    return found


def _patch(old: bytes, new: bytes) -> list[str]:
    before, after = (side.decode("utf-8", "replace").splitlines() for side in (old, new))
    return list(difflib.unified_diff(before, after, lineterm="", n=3))[2:]
