"""People and organisations, whom they follow, and what they have starred."""

from agentic.apis.fakes.github import errors
from agentic.apis.fakes.github.call import API, NOTHING, Call, Handler, Reply, Routes, moment, page
from agentic.apis.fakes.github.repositories import find, listed
from agentic.apis.fakes.github.shapes import account, organization, person, repository
from agentic.apis.fakes.store import Object, ObjectStore


def whole_user(store: ObjectStore, login: str) -> Object:
    value = account(store, login)
    owned = [item for item in store.all("repository") if item["owner"] == value["login"]]
    gists = [item for item in store.all("gist") if item["owner"] == value["login"]]
    profile = {key: value.get(key) for key in ("name", "company", "blog", "location", "email", "hireable", "bio")}
    return (
        person(store, login)
        | profile
        | {
            "twitter_username": None,
            "public_repos": sum(not item["private"] for item in owned),
            "public_gists": sum(item["public"] for item in gists),
            "followers": len(_followers_of(store, value["login"])),
            "following": len(store.all(f"follow:{value['login']}")),
            "created_at": value["created_at"],
            "updated_at": value["created_at"],
        }
    )


def _me(call: Call) -> Object:
    login = call.me["login"]
    private = [value for value in call.store.all("repository") if value["owner"] == login and value["private"]]
    gists = [value for value in call.store.all("gist") if value["owner"] == login and not value["public"]]
    return whole_user(call.store, login) | {
        "private_gists": len(gists),
        "total_private_repos": len(private),
        "owned_private_repos": len(private),
        "disk_usage": 1024,
        "collaborators": 0,
        "two_factor_authentication": True,
        "plan": {"name": "free", "space": 976562499, "private_repos": 10000, "collaborators": 0},
    }


def the_account(call: Call) -> Object:
    found = call.store.get("account", call.ids[0].lower())
    if found is None:
        raise errors.not_found()
    return found


def _organization_of(call: Call) -> Object:
    found = the_account(call)
    if found["type"] != "Organization":
        raise errors.not_found()
    return found


def _show_organization(call: Call) -> Object:
    value = _organization_of(call)
    owned = [item for item in call.store.all("repository") if item["owner"] == value["login"]]
    profile = {key: value.get(key) for key in ("name", "company", "blog", "location", "email")}
    return (
        organization(call.store, value["login"])
        | profile
        | {
            "html_url": f"https://github.com/{value['login']}",
            "type": "Organization",
            "is_verified": False,
            "has_organization_projects": True,
            "has_repository_projects": True,
            "public_repos": sum(not item["private"] for item in owned),
            "public_gists": 0,
            "followers": len(_followers_of(call.store, value["login"])),
            "following": 0,
            "created_at": value["created_at"],
            "updated_at": value["created_at"],
            "archived_at": None,
        }
    )


def _people(call: Call, logins: list[str]) -> Reply:
    return page(call, [{"login": login} for login in logins], lambda value: person(call.store, value["login"]))


def _all(call: Call) -> Reply:
    found = sorted(call.store.all("account"), key=lambda value: value["id"])
    since = int(call.query.get("since", "0") or 0) if call.query.get("since", "0").isdigit() else 0
    return _people(call, [value["login"] for value in found if value["id"] > since])


def _followers_of(store: ObjectStore, login: str) -> list[str]:
    known = sorted(value["login"] for value in store.all("account"))
    return [name for name in known if store.get(f"follow:{name}", login.lower())]


def _login(call: Call) -> str:
    return str(the_account(call)["login"] if call.ids else call.me["login"])


def _followers(call: Call) -> Reply:
    return _people(call, _followers_of(call.store, _login(call)))


def _following(call: Call) -> Reply:
    return _people(call, sorted(value["login"] for value in call.store.all(f"follow:{_login(call)}")))


def _follows(call: Call) -> Reply:
    if call.store.get(f"follow:{call.me['login']}", call.ids[0].lower()) is None:
        raise errors.not_found()
    return NOTHING


def _follow(*, on: bool) -> Handler:
    def handle(call: Call) -> Reply:
        login = the_account(call)["login"]
        kind = f"follow:{call.me['login']}"
        if on:
            call.store.put(kind, login.lower(), {"login": login})
        else:
            call.store.remove(kind, login.lower())
        return NOTHING

    return handle


def _organizations(call: Call) -> Reply:
    login = _login(call)
    found = [v for v in call.store.all("account") if v["type"] == "Organization" and login in v["members"]]
    return page(call, found, lambda value: organization(call.store, value["login"]))


def _members(call: Call) -> Reply:
    return _people(call, sorted(_organization_of(call)["members"]))


def _is_member(call: Call) -> Reply:
    if call.ids[1].lower() not in [login.lower() for login in _organization_of(call)["members"]]:
        raise errors.not_found()
    return NOTHING


def _no_teams(call: Call) -> Reply:
    if call.ids:
        _organization_of(call)
    return page(call, [], lambda value: value)


def _starred(call: Call) -> Reply:
    login = _login(call)
    found = [value for value in call.store.all("repository") if call.store.get(f"star:{value['id']}", login.lower())]
    return listed(call, found, "created")


def _the_repository(call: Call) -> Object:
    found = find(call.store, *call.ids[:2])
    if found is None:
        raise errors.not_found()
    return found


def _has_star(call: Call) -> Reply:
    if call.store.get(f"star:{_the_repository(call)['id']}", call.me["login"].lower()) is None:
        raise errors.not_found()
    return NOTHING


def _star(call: Call) -> Reply:
    value: Object = {"login": call.me["login"], "at": moment(call.now)}
    call.store.put(f"star:{_the_repository(call)['id']}", call.me["login"].lower(), value)
    return NOTHING


def _unstar(call: Call) -> Reply:
    call.store.remove(f"star:{_the_repository(call)['id']}", call.me["login"].lower())
    return NOTHING


def _stargazers(call: Call) -> Reply:
    found = call.store.all(f"star:{_the_repository(call)['id']}")[::-1]
    if "star+json" in call.accept:
        return page(call, found, lambda v: {"starred_at": v["at"], "user": person(call.store, v["login"])})
    return _people(call, [value["login"] for value in found])


def _subscription(call: Call) -> Object:
    value = _the_repository(call)
    found = call.store.get(f"watch:{value['id']}", call.me["login"].lower())
    if found is None:
        raise errors.not_found()
    return _subscription_shape(value, found)


def _subscribe(call: Call) -> Object:
    value = _the_repository(call)
    kept: Object = {"subscribed": call.body.get("subscribed", True) is True, "ignored": call.body.get("ignored") is True}
    kept |= {"login": call.me["login"], "created_at": moment(call.now)}
    call.store.put(f"watch:{value['id']}", call.me["login"].lower(), kept)
    return _subscription_shape(value, kept)


def _unsubscribe(call: Call) -> Reply:
    call.store.remove(f"watch:{_the_repository(call)['id']}", call.me["login"].lower())
    return NOTHING


def _subscription_shape(value: Object, kept: Object) -> Object:
    shown = {key: kept[key] for key in ("subscribed", "ignored", "created_at")}
    url = f"{API}/repos/{value['full_name']}"
    return shown | {"reason": None, "url": f"{url}/subscription", "repository_url": url}


def _subscribers(call: Call) -> Reply:
    return _people(call, [value["login"] for value in call.store.all(f"watch:{_the_repository(call)['id']}")])


def _subscriptions(call: Call) -> Reply:
    login = _login(call).lower()
    found = [value for value in call.store.all("repository") if call.store.get(f"watch:{value['id']}", login)]
    return page(call, found, lambda value: repository(call.store, value))


_R = "/repos/{owner}/{repo}"
ROUTES: Routes = {
    "GET /user": _me,
    "GET /users": _all,
    "GET /users/{username}": lambda call: whole_user(call.store, the_account(call)["login"]),
    "GET /user/followers": _followers,
    "GET /user/following": _following,
    "GET /users/{username}/followers": _followers,
    "GET /users/{username}/following": _following,
    "GET /user/following/{username}": _follows,
    "PUT /user/following/{username}": _follow(on=True),
    "DELETE /user/following/{username}": _follow(on=False),
    "GET /user/orgs": _organizations,
    "GET /users/{username}/orgs": _organizations,
    "GET /user/teams": _no_teams,
    "GET /orgs/{org}": _show_organization,
    "GET /orgs/{org}/members": _members,
    "GET /orgs/{org}/public_members": _members,
    "GET /orgs/{org}/members/{username}": _is_member,
    "GET /orgs/{org}/teams": _no_teams,
    "GET /user/starred": _starred,
    "GET /users/{username}/starred": _starred,
    "GET /user/starred/{owner}/{repo}": _has_star,
    "PUT /user/starred/{owner}/{repo}": _star,
    "DELETE /user/starred/{owner}/{repo}": _unstar,
    f"GET {_R}/stargazers": _stargazers,
    f"GET {_R}/subscribers": _subscribers,
    f"GET {_R}/subscription": _subscription,
    f"PUT {_R}/subscription": _subscribe,
    f"DELETE {_R}/subscription": _unsubscribe,
    "GET /user/subscriptions": _subscriptions,
    "GET /users/{username}/subscriptions": _subscriptions,
}
