"""Search: words and the commonest qualifiers, over what the fake holds."""

import shlex
from collections.abc import Callable, Sequence
from typing import Any

from agentic.apis.fakes.github import commits, contents, errors, git, issues
from agentic.apis.fakes.github.call import Call, Reply, Routes, page
from agentic.apis.fakes.github.shapes import label, person, repository
from agentic.apis.fakes.store import Object


def _asked(call: Call, *known: str) -> tuple[list[str], dict[str, list[str]]]:
    """The query's words, and its qualifiers by name. A name that is none of `known` is a word, as it is at GitHub."""
    query = call.query.get("q", "")
    if not query.strip():
        raise errors.validation_failed("Search", "q", "missing")
    try:
        parts = shlex.split(query)
    except ValueError:
        parts = query.split()
    words: list[str] = []
    qualifiers: dict[str, list[str]] = {}
    for part in parts:
        name, colon, value = part.partition(":")
        if colon and name.lower() in known:
            qualifiers.setdefault(name.lower(), []).append(value.lower())
        else:
            words += part.lower().split()
    return [word for word in words if word not in ("and", "or", "not")], qualifiers


def _has(words: Sequence[str], *texts: Any) -> bool:
    whole = " ".join(str(text) for text in texts if text).lower()
    return all(word in whole for word in words)


def _within(value: int, asked: str) -> bool:
    """A number against "5", ">5", ">=5", "5..9", "5..*"."""
    low, dots, high = asked.partition("..")
    if dots:
        return (low == "*" or value >= _number(low)) and (high == "*" or value <= _number(high))
    for sign, fits in ((">=", int.__ge__), ("<=", int.__le__), (">", int.__gt__), ("<", int.__lt__)):
        if asked.startswith(sign):
            return bool(fits(value, _number(asked.removeprefix(sign))))
    return value == _number(asked)


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise errors.validation_failed("Search", "q") from None


def _found(call: Call, items: list[Object], render: Callable[[Object], Object]) -> Reply:
    part = page(call, items, lambda value: render(value) | {"score": 1.0})
    return Reply(200, {"total_count": len(items), "incomplete_results": False, "items": part.body}, part.headers)


def _sorted(call: Call, items: list[Object], keys: dict[str, Callable[[Object], Any]], default: str) -> list[Object]:
    by = keys.get(call.query.get("sort", default), keys[default])
    return sorted(items, key=by, reverse=call.query.get("order", "desc") != "asc")


def _repositories(call: Call) -> Reply:
    words, asked = _asked(call, "user", "org", "language", "topic", "stars", "in", "is", "license", "fork", "archived", "forks")
    found: list[Object] = []
    for value in call.store.all("repository"):
        shown = repository(call.store, value)
        fits = _has(words, value["full_name"], value["description"], *value["topics"])
        fits = fits and all(value["owner"].lower() == name for name in asked.get("user", []) + asked.get("org", []))
        fits = fits and all((value["language"] or "").lower() == name for name in asked.get("language", []))
        fits = fits and all(name in value["topics"] for name in asked.get("topic", []))
        fits = fits and all(_within(shown["stargazers_count"], text) for text in asked.get("stars", []))
        fits = fits and all(_within(value["forks"], text) for text in asked.get("forks", []))
        fits = fits and all(shown["visibility"] == name for name in asked.get("is", []) if name in ("public", "private"))
        if fits:
            found.append(value | {"_stars": shown["stargazers_count"]})
    keys: dict[str, Callable[[Object], Any]] = {
        "stars": lambda value: value["_stars"],
        "forks": lambda value: value["forks"],
        "updated": lambda value: value["updated_at"],
        "help-wanted-issues": lambda value: value["_stars"],
    }
    return _found(call, _sorted(call, found, keys, "stars"), lambda value: repository(call.store, value))


def _chosen_repositories(call: Call, asked: dict[str, list[str]]) -> list[Object]:
    found = call.store.all("repository")
    if names := asked.get("repo"):
        found = [value for value in found if value["full_name"].lower() in names]
    if owners := asked.get("user", []) + asked.get("org", []):
        found = [value for value in found if value["owner"].lower() in owners]
    return found


def _issues(call: Call) -> Reply:
    known = ("repo", "user", "org", "is", "type", "state", "label", "author", "assignee", "in", "milestone", "no", "commenter")
    words, asked = _asked(call, *known)
    me = call.me["login"].lower()
    found: list[Object] = []
    kinds = asked.get("is", []) + asked.get("type", []) + asked.get("state", [])
    for owner in _chosen_repositories(call, asked):
        for value in call.store.all(f"issue:{owner['id']}"):
            labels = [name.lower() for name in value["labels"]]
            merged = bool(value["pull"] and value["pull"]["merged_at"])
            facts = {"issue": not value["pull"], "pr": bool(value["pull"]), "merged": merged, "unmerged": not merged}
            facts |= {"open": value["state"] == "open", "closed": value["state"] == "closed", "locked": value["locked"]}
            people = {"author": [value["user"].lower()], "assignee": [login.lower() for login in value["assignees"]]}
            fits = _has(words, value["title"], value["body"]) and all(facts.get(kind, True) for kind in kinds)
            fits = fits and all(name in labels for name in asked.get("label", []))
            fits = fits and all(
                (me if login == "@me" else login) in logins for name, logins in people.items() for login in asked.get(name, [])
            )
            lacking = {"label": not labels, "assignee": not value["assignees"], "milestone": value["milestone"] is None}
            fits = fits and all(lacking.get(name, True) for name in asked.get("no", []))
            if fits:
                found.append(value | {"_repository": owner})
    keys: dict[str, Callable[[Object], Any]] = {
        "created": lambda value: value["created_at"],
        "updated": lambda value: value["updated_at"],
        "comments": lambda value: len(issues.comments_of(call.store, value["_repository"], value["number"])),
    }
    shown = _sorted(call, found, keys, "created")
    return _found(call, shown, lambda value: issues.shape(call.store, value["_repository"], value))


def _code(call: Call) -> Reply:
    words, asked = _asked(call, "repo", "user", "org", "language", "extension", "path", "filename", "in")
    found: list[Object] = []
    for owner in _chosen_repositories(call, asked):
        if not call.store.all(f"branch:{owner['id']}"):
            continue
        for path, sha in sorted(git.resolve(call.store, owner, None)["files"].items()):
            fits = _has(words, git.blob(call.store, sha).decode("utf-8", "replace"))
            fits = fits and all(path.endswith(f".{ending}") for ending in asked.get("extension", []))
            fits = fits and all(name in path.lower() for name in asked.get("path", []) + asked.get("filename", []))
            if fits:
                found.append({"path": path, "sha": sha, "repository": owner})

    def shape(value: Object) -> Object:
        owner = value["repository"]
        whole = contents.shape(call, owner, owner["default_branch"], value["path"], value["sha"], whole=False)
        same = ("name", "path", "sha", "url", "git_url", "html_url")
        return {name: whole[name] for name in same} | {"repository": repository(call.store, owner)}

    return _found(call, found, shape)


def _commits(call: Call) -> Reply:
    words, asked = _asked(call, "repo", "user", "org", "author")
    found: list[Object] = []
    for owner in _chosen_repositories(call, asked):
        for value in call.store.all(f"commit:{owner['id']}"):
            author = (value["login"] or "").lower()
            if _has(words, value["message"]) and all(author == login for login in asked.get("author", [])):
                found.append(value | {"_repository": owner})
    found.sort(key=lambda value: value["who"]["date"], reverse=call.query.get("order") != "asc")

    def shape(value: Object) -> Object:
        owner = value["_repository"]
        return commits.shape(call.store, owner, value) | {"repository": repository(call.store, owner)}

    return _found(call, found, shape)


def _users(call: Call) -> Reply:
    words, asked = _asked(call, "type", "in", "location", "repos", "followers", "user", "org")
    wanted = {"user": "User", "org": "Organization"}
    found = [
        value
        for value in sorted(call.store.all("account"), key=lambda value: value["id"])
        if _has(words, value["login"], value.get("name"))
        and all(value["type"] == wanted.get(kind, kind) for kind in asked.get("type", []))
        and all(place in (value.get("location") or "").lower() for place in asked.get("location", []))
        and all(value["login"].lower() == login for login in asked.get("user", []) + asked.get("org", []))
    ]
    return _found(call, found, lambda value: person(call.store, value["login"]))


def _topics(call: Call) -> Reply:
    words, _ = _asked(call)
    names = sorted({name for value in call.store.all("repository") for name in value["topics"] if _has(words, name)})
    return _found(call, [{"name": name, "display_name": name, "featured": False, "curated": False} for name in names], dict)


def _labels(call: Call) -> Reply:
    words, _ = _asked(call)
    wanted = call.query.get("repository_id", "")
    owner = call.store.get("repository", wanted)
    if owner is None:
        raise errors.not_found()
    found = [value for value in call.store.all(f"label:{wanted}") if _has(words, value["name"], value["description"])]
    return _found(call, found, lambda value: label(value, owner["full_name"]))


ROUTES: Routes = {
    "GET /search/repositories": _repositories,
    "GET /search/issues": _issues,
    "GET /search/code": _code,
    "GET /search/commits": _commits,
    "GET /search/users": _users,
    "GET /search/topics": _topics,
    "GET /search/labels": _labels,
}
