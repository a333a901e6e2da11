"""How people, repositories and what belongs to none of the families look in an answer. Shapes: docs.github.com/rest."""

from agentic.apis.fakes.github.call import API, WEB, node_id
from agentic.apis.fakes.store import Object, ObjectStore

# The templates that every repository has, by field.
_OF_A_REPOSITORY = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}
_OF_A_USER = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
# The labels that GitHub gives every new repository.
DEFAULT_LABELS = (
    ("bug", "d73a4a", "Something isn't working"),
    ("documentation", "0075ca", "Improvements or additions to documentation"),
    ("duplicate", "cfd3d7", "This issue or pull request already exists"),
    ("enhancement", "a2eeef", "New feature or request"),
    ("good first issue", "7057ff", "Good for newcomers"),
    ("help wanted", "008672", "Extra attention is needed"),
    ("invalid", "e4e669", "This doesn't seem right"),
    ("question", "d876e3", "Further information is requested"),
    ("wontfix", "ffffff", "This will not be worked on"),
)
LICENSES = {
    "mit": ("MIT License", "MIT"),
    "apache-2.0": ("Apache License 2.0", "Apache-2.0"),
    "gpl-3.0": ("GNU General Public License v3.0", "GPL-3.0"),
}


def account(store: ObjectStore, login: str) -> Object:
    """The account as it is kept; one that is gone is GitHub's ghost."""
    return store.get("account", login.lower()) or {"login": "ghost", "id": 10137, "type": "User", "name": "Deleted user"}


def person(store: ObjectStore, login: str) -> Object:
    """An account as it stands in other answers."""
    value = account(store, login)
    url = f"{API}/users/{value['login']}"
    return {
        "login": value["login"],
        "id": value["id"],
        "node_id": node_id(value["type"], value["id"]),
        "avatar_url": f"https://avatars.githubusercontent.com/u/{value['id']}?v=4",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{WEB}/{value['login']}",
        **{name: url + path for name, path in _OF_A_USER.items()},
        "type": value["type"],
        "user_view_type": "public",
        "site_admin": False,
    }


def organization(store: ObjectStore, login: str) -> Object:
    """An organisation as it stands in lists."""
    value = account(store, login)
    url = f"{API}/orgs/{value['login']}"
    return {
        "login": value["login"],
        "id": value["id"],
        "node_id": node_id("Organization", value["id"]),
        "url": url,
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events",
        "hooks_url": f"{url}/hooks",
        "issues_url": f"{url}/issues",
        "members_url": f"{url}/members{{/member}}",
        "public_members_url": f"{url}/public_members{{/member}}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{value['id']}?v=4",
        "description": value.get("description"),
    }


def license_of(key: str | None) -> Object | None:
    if key is None or key not in LICENSES:
        return None
    name, spdx = LICENSES[key]
    return {"key": key, "name": name, "spdx_id": spdx, "url": f"{API}/licenses/{key}", "node_id": node_id("License", len(key))}


def repository(store: ObjectStore, value: Object) -> Object:
    """A repository as it stands in lists."""
    url, web = f"{API}/repos/{value['full_name']}", f"{WEB}/{value['full_name']}"
    open_issues = sum(issue["state"] == "open" for issue in store.all(f"issue:{value['id']}"))
    stars = value["stars"] + len(store.all(f"star:{value['id']}"))
    writable = bool(value["writable"])
    return {
        "id": value["id"],
        "node_id": node_id("Repository", value["id"]),
        "name": value["name"],
        "full_name": value["full_name"],
        "private": value["private"],
        "owner": person(store, value["owner"]),
        "html_url": web,
        "description": value["description"],
        "fork": False,
        "url": url,
        **{name: url + path for name, path in _OF_A_REPOSITORY.items()},
        "git_url": f"git://github.com/{value['full_name']}.git",
        "ssh_url": f"git@github.com:{value['full_name']}.git",
        "clone_url": f"{web}.git",
        "svn_url": web,
        "mirror_url": None,
        "homepage": value["homepage"],
        "size": value["size"],
        "stargazers_count": stars,
        "watchers_count": stars,
        "language": value["language"],
        "has_issues": value["has_issues"],
        "has_projects": value["has_projects"],
        "has_downloads": True,
        "has_wiki": value["has_wiki"],
        "has_pages": False,
        "has_discussions": False,
        "forks_count": value["forks"],
        "archived": False,
        "disabled": False,
        "open_issues_count": open_issues,
        "license": license_of(value["license"]),
        "allow_forking": True,
        "is_template": False,
        "web_commit_signoff_required": False,
        "topics": value["topics"],
        "visibility": "private" if value["private"] else "public",
        "forks": value["forks"],
        "open_issues": open_issues,
        "watchers": stars,
        "default_branch": value["default_branch"],
        "permissions": {
            "admin": value["admin"],
            "maintain": value["admin"],
            "push": writable,
            "triage": writable,
            "pull": True,
        },
        "created_at": value["created_at"],
        "updated_at": value["updated_at"],
        "pushed_at": value["pushed_at"],
    }


def whole_repository(store: ObjectStore, value: Object) -> Object:
    """A repository as its own answer."""
    shown = repository(store, value)
    owner = account(store, value["owner"])
    more: Object = {"organization": shown["owner"]} if owner["type"] == "Organization" else {}
    return shown | {
        "temp_clone_token": "",
        "allow_squash_merge": True,
        "allow_merge_commit": True,
        "allow_rebase_merge": True,
        "allow_auto_merge": False,
        "delete_branch_on_merge": False,
        "network_count": value["forks"],
        "subscribers_count": value["watchers"],
        **more,
    }


def label(value: Object, full_name: str) -> Object:
    return {
        "id": value["id"],
        "node_id": node_id("Label", value["id"]),
        "url": f"{API}/repos/{full_name}/labels/{value['name'].replace(' ', '%20')}",
        "name": value["name"],
        "color": value["color"],
        "default": value["default"],
        "description": value["description"],
    }
