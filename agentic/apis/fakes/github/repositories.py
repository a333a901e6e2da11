"""Repositories: making, finding and changing them, and what is counted about them."""

import re

from agentic.apis.fakes.github import errors, git
from agentic.apis.fakes.github.call import (
    Call,
    Handler,
    Reply,
    Routes,
    created,
    flag,
    moment,
    must_text,
    new_id,
    ordered,
    page,
    text,
    texts,
)
from agentic.apis.fakes.github.shapes import DEFAULT_LABELS, LICENSES, account, license_of, person, repository, whole_repository
from agentic.apis.fakes.store import Object, ObjectStore

_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
_TOPIC = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
_SORTS = {"created": "created_at", "updated": "updated_at", "pushed": "pushed_at", "full_name": "full_name"}
_LANGUAGES = {
    "py": "Python",
    "js": "JavaScript",
    "html": "HTML",
    "css": "CSS",
    "go": "Go",
    "rs": "Rust",
    "sh": "Shell",
    "ts": "TypeScript",
}


def find(store: ObjectStore, owner: str, name: str) -> Object | None:
    known = store.get("repository_name", f"{owner}/{name}".lower())
    return None if known is None else store.get("repository", str(known["id"]))


def the_repository(call: Call) -> Object:
    """The repository that the path names. Raises `ApiError`."""
    found = find(call.store, call.ids[0], call.ids[1])
    if found is None:
        raise errors.not_found()
    return found


def writable(call: Call) -> Object:
    """The repository that the path names, if this account may change it: else GitHub says that there is none."""
    found = the_repository(call)
    if not found["writable"]:
        raise errors.not_found()
    return found


def touch(call: Call, value: Object, *, pushed: bool = False) -> None:
    value["updated_at"] = moment(call.now)
    if pushed:
        value["pushed_at"] = moment(call.now)
    call.store.put("repository", str(value["id"]), value)


def new_repository(store: ObjectStore, owner: str, name: str, now: float, **fields: object) -> Object:
    """Keep a repository, with GitHub's own labels and nothing in it."""
    identifier, date = new_id(store), moment(now)
    known: Object = {
        "id": identifier,
        "name": name,
        "full_name": f"{owner}/{name}",
        "owner": owner,
        "private": False,
        "description": None,
        "homepage": None,
        "language": None,
        "license": None,
        "topics": [],
        "default_branch": "main",
        "size": 0,
        "stars": 0,
        "forks": 0,
        "watchers": 0,
        "has_issues": True,
        "has_projects": True,
        "has_wiki": True,
        "writable": True,
        "admin": True,
        "created_at": date,
        "updated_at": date,
        "pushed_at": date,
    }
    value: Object = known | fields
    store.put("repository_name", value["full_name"].lower(), {"id": identifier})
    for label, color, description in DEFAULT_LABELS:
        kept: Object = {"id": new_id(store), "name": label, "color": color, "description": description, "default": True}
        store.put(f"label:{identifier}", label, kept)
    return store.put("repository", str(identifier), value)


def _create(owner_of: str) -> Handler:
    def handle(call: Call) -> Reply:
        owner = call.me["login"] if owner_of == "user" else _own_organization(call)
        name = re.sub(r"[^A-Za-z0-9._-]", "-", must_text(call, "name"))
        if not _NAME.fullmatch(name):
            raise errors.validation_failed("Repository", "name", "custom", "name is too short (minimum is 1 character)")
        if find(call.store, owner, name):
            raise errors.validation_failed("Repository", "name", "custom", "name already exists on this account")
        license_key = text(call, "license_template")
        value = new_repository(
            call.store,
            owner,
            name,
            call.now,
            private=flag(call, "private") or text(call, "visibility") in ("private", "internal"),
            description=text(call, "description"),
            homepage=text(call, "homepage"),
            license=license_key if license_key in LICENSES else None,
            has_issues=flag(call, "has_issues", default=True),
            has_projects=flag(call, "has_projects", default=True),
            has_wiki=flag(call, "has_wiki", default=True),
        )
        if flag(call, "auto_init") or license_key:
            files = {"README.md": f"# {name}\n{value['description'] or ''}".encode()}
            first = git.commit(
                call.store,
                value,
                {path: git.keep_blob(call.store, content) for path, content in files.items()},
                "Initial commit",
                {"name": call.me["name"], "email": call.me["email"], "login": call.me["login"]},
                moment(call.now),
                git.NO_PARENT,
            )
            call.store.put(f"branch:{value['id']}", value["default_branch"], {"name": "main", "sha": first["sha"]})
        return created(whole_repository(call.store, value))

    return handle


def _own_organization(call: Call) -> str:
    found = call.store.get("account", call.ids[0].lower())
    if found is None or found["type"] != "Organization" or call.me["login"] not in found["members"]:
        raise errors.not_found()
    return str(found["login"])


def _update(call: Call) -> Object:
    value = the_repository(call)
    if not value["admin"]:
        raise errors.forbidden()
    if (wanted := text(call, "name")) and wanted != value["name"]:
        _rename(call, value, wanted)
    for name in ("description", "homepage"):
        if name in call.body:
            value[name] = text(call, name)
    for name in ("has_issues", "has_projects", "has_wiki"):
        if name in call.body:
            value[name] = flag(call, name)
    touch(call, value)
    return whole_repository(call.store, value)


def _rename(call: Call, value: Object, name: str) -> None:
    """Under the old name the repository is found too, as GitHub redirects it."""
    if not _NAME.fullmatch(name) or find(call.store, value["owner"], name):
        raise errors.validation_failed("Repository", "name", "custom", "name already exists on this account")
    value |= {"name": name, "full_name": f"{value['owner']}/{name}"}
    call.store.put("repository_name", value["full_name"].lower(), {"id": value["id"]})


def listed(call: Call, values: list[Object], default: str) -> Reply:
    """Repositories in the order that is asked for; by name they go up, else the newest comes first."""
    if call.query.get("sort", default) == "full_name" and "direction" not in call.query:
        items = sorted(values, key=lambda value: str(value["full_name"]).lower())
    else:
        items = ordered(call, values, _SORTS, default)
    return page(call, items, lambda value: repository(call.store, value))


def _mine(call: Call) -> Reply:
    me, organizations = call.me["login"], call.me["organizations"]
    kind, visibility = call.query.get("type", "all"), call.query.get("visibility", "all")
    found = [value for value in call.store.all("repository") if value["owner"] == me or value["owner"] in organizations]
    if kind in ("owner", "member") or call.query.get("affiliation") == "owner":
        found = [value for value in found if (value["owner"] == me) is (kind != "member")]
    wanted = kind if kind in ("public", "private") else visibility
    if wanted in ("public", "private"):
        found = [value for value in found if value["private"] is (wanted == "private")]
    return listed(call, found, "full_name")


def _of(kind: str) -> Handler:
    def handle(call: Call) -> Reply:
        owner = call.store.get("account", call.ids[0].lower())
        if owner is None or (kind == "Organization" and owner["type"] != kind):
            raise errors.not_found()
        found = [value for value in call.store.all("repository") if value["owner"] == owner["login"]]
        found = [value for value in found if not value["private"] or kind == "Organization"]
        return listed(call, found, "created" if kind == "Organization" else "full_name")

    return handle


def _languages(call: Call) -> dict[str, int]:
    """Bytes of each language in the default branch, as told by the files' endings."""
    value = the_repository(call)
    sizes: dict[str, int] = {}
    for path, sha in _files(call, value).items():
        if language := _LANGUAGES.get(path.rpartition(".")[2]):
            sizes[language] = sizes.get(language, 0) + len(git.blob(call.store, sha))
    return dict(sorted(sizes.items(), key=lambda item: -item[1]))


def _files(call: Call, value: Object) -> dict[str, str]:
    try:
        return git.resolve(call.store, value, None)["files"]
    except errors.ApiError:  # Nothing has been committed yet.
        return {}


def _contributors(call: Call) -> Reply:
    value = the_repository(call)
    if not _files(call, value):
        return Reply(204)
    counts: dict[str, int] = {}
    for commit in git.history(call.store, value, git.resolve(call.store, value, None)):
        if commit["login"]:
            counts[commit["login"]] = counts.get(commit["login"], 0) + 1
    items: list[Object] = [{"login": login, "contributions": count} for login, count in counts.items()]
    items.sort(key=lambda item: (-item["contributions"], item["login"]))
    return page(call, items, lambda item: person(call.store, item["login"]) | {"contributions": item["contributions"]})


def _topics(call: Call) -> Object:
    return {"names": the_repository(call)["topics"]}


def _replace_topics(call: Call) -> Object:
    value = writable(call)
    names = [name.lower() for name in texts(call, "names") or []]
    if not all(_TOPIC.fullmatch(name) for name in names):
        raise errors.ApiError(422, "Topics must start with a lowercase letter or number, and may include hyphens.")
    value["topics"] = sorted(set(names))
    touch(call, value)
    return {"names": value["topics"]}


def _license(call: Call) -> Object:
    value = the_repository(call)
    known = license_of(value["license"])
    if known is None:
        raise errors.not_found()
    return {"name": "LICENSE", "path": "LICENSE", "type": "file", "license": known}


def _collaborating(call: Call) -> Reply:
    """Who can be assigned: the owner, or the organisation's members."""
    return page(
        call,
        [account(call.store, login) for login in people(call, the_repository(call))],
        lambda value: person(call.store, value["login"]),
    )


def people(call: Call, value: Object) -> list[str]:
    """Logins of those who belong to a repository."""
    owner = account(call.store, value["owner"])
    return sorted(owner["members"]) if owner["type"] == "Organization" else [owner["login"]]


def _assignable(call: Call) -> Reply:
    value = the_repository(call)
    if call.ids[2].lower() not in [login.lower() for login in people(call, value)]:
        raise errors.not_found()
    return Reply(204)


def _none(call: Call) -> Reply:
    the_repository(call)
    return page(call, [], lambda value: value)


_R = "/repos/{owner}/{repo}"
ROUTES: Routes = {
    f"GET {_R}": lambda call: whole_repository(call.store, the_repository(call)),
    f"PATCH {_R}": _update,
    "GET /user/repos": _mine,
    "POST /user/repos": _create("user"),
    "POST /orgs/{org}/repos": _create("organization"),
    "GET /users/{username}/repos": _of("User"),
    "GET /orgs/{org}/repos": _of("Organization"),
    f"GET {_R}/languages": _languages,
    f"GET {_R}/contributors": _contributors,
    f"GET {_R}/topics": _topics,
    f"PUT {_R}/topics": _replace_topics,
    f"GET {_R}/license": _license,
    f"GET {_R}/forks": _none,
    f"GET {_R}/events": _none,
    f"GET {_R}/assignees": _collaborating,
    f"GET {_R}/assignees/{{assignee}}": _assignable,
}
