"""The fake GitHub's families beside issues: pull requests, files, branches, commits, releases, gists, people, search."""

import base64
import json
from typing import Any

import pytest
from github_world import GitHubWorld

WIDGETS = "/repos/acme/widgets"


@pytest.fixture
def world() -> GitHubWorld:
    return GitHubWorld()


def status(world: GitHubWorld, method: str, path: str, body: Any = None) -> int:
    return world.call(method, path, body).status


def error(world: GitHubWorld, method: str, path: str, body: Any = None) -> Any:
    answer = world.call(method, path, body)
    return answer.status, json.loads(answer.body)


# Pull requests, files, branches, commits.


def test_a_pull_requests_numbers_are_those_of_its_branch(world: GitHubWorld):
    made = world.json("POST", f"{WIDGETS}/pulls", {"title": "Add search", "head": "acme:feature/search", "base": "main"})
    path = f"{WIDGETS}/pulls/{made['number']}"
    assert (made["commits"], made["changed_files"], made["mergeable"]) == (1, 1, True)
    assert [file["filename"] for file in world.json("GET", f"{path}/files")] == ["widgets/search.py"]
    assert made["additions"] == world.json("GET", f"{path}/files")[0]["additions"] > 0
    assert world.json("GET", f"{path}/commits")[0]["commit"]["message"] == "Search by shape"
    assert made["_links"]["self"]["href"] == made["url"]
    assert status(world, "GET", f"{path}/merge") == 404
    assert status(world, "POST", f"{path}/reviews", {"event": "APPROVE"}) == 422
    assert world.json("POST", f"{WIDGETS}/pulls/13/reviews", {"event": "APPROVE"})["state"] == "APPROVED"
    assert world.json("PATCH", path, {"state": "closed"})["state"] == "closed"
    assert world.json("POST", f"{WIDGETS}/pulls/13/requested_reviewers", {"reviewers": ["ada"]})["requested_reviewers"]
    assert status(world, "POST", f"{WIDGETS}/pulls/13/requested_reviewers", {"reviewers": ["hubot"]}) == 422
    comment = {"body": "Hm", "commit_id": "x", "path": "docs/guide.md", "line": 3}
    assert world.json("POST", f"{WIDGETS}/pulls/13/comments", comment)["line"] == 3


@pytest.mark.parametrize(
    ("head", "base", "fault"),
    [
        ("none", "main", "head"),
        ("feature/search", "none", "base"),
        ("ada:feature/search", "main", "head"),
        ("develop", "main", "No commits between main and develop"),
        ("fix/typo", "main", "A pull request already exists for acme:fix/typo."),
    ],
)
def test_a_pull_request_that_cannot_be_is_422(world: GitHubWorld, head: str, base: str, fault: str):
    code, answer = error(world, "POST", f"{WIDGETS}/pulls", {"title": "x", "head": head, "base": base})
    assert code == 422
    assert fault in json.dumps(answer["errors"])


def test_a_file_is_written_changed_and_deleted_each_by_a_commit(world: GitHubWorld):
    path = f"{WIDGETS}/contents/docs/new%20file.md"
    content = base64.b64encode("Grüße\n".encode()).decode()
    made = world.call("PUT", path, {"message": "Add", "content": content})
    assert made.status == 201
    sha = json.loads(made.body)["content"]["sha"]
    assert len(sha) == 40
    shown = world.json("GET", path)
    assert base64.b64decode(shown["content"]).decode() == "Grüße\n"
    assert world.call("GET", path, accept="application/vnd.github.raw+json").body == "Grüße\n".encode()
    assert status(world, "PUT", path, {"message": "Again", "content": content}) == 422
    assert status(world, "PUT", path, {"message": "Again", "content": content, "sha": "0" * 40}) == 409
    changed = world.call("PUT", path, {"message": "Change", "content": "eA==", "sha": sha})
    assert changed.status == 200
    assert status(world, "PUT", path, {"message": "x", "content": "%%%", "sha": sha}) == 422
    new = json.loads(changed.body)["content"]["sha"]
    assert status(world, "DELETE", path, {"message": "Gone", "sha": sha}) == 409
    assert status(world, "DELETE", path, {"message": "Gone", "sha": new}) == 200
    assert status(world, "GET", path) == 404
    messages = [item["commit"]["message"] for item in world.json("GET", f"{WIDGETS}/commits?per_page=3")]
    assert messages == ["Gone", "Change", "Add"]
    touched = world.json("GET", f"{WIDGETS}/commits?path=docs/new%20file.md")
    assert len(touched) == 3


def test_a_files_number_is_the_one_that_git_gives_it(world: GitHubWorld):
    """`printf 'hello\\n' | git hash-object --stdin`"""
    made = world.json("PUT", f"{WIDGETS}/contents/hello.txt", {"message": "m", "content": "aGVsbG8K"})
    assert made["content"]["sha"] == "ce013625030ba8dba906f756967f9e9ca394464a"


def test_folders_and_readmes_are_read(world: GitHubWorld):
    names = {item["path"]: item["type"] for item in world.json("GET", f"{WIDGETS}/contents/")}
    assert names["docs"] == "dir"
    assert names["README.md"] == "file"
    assert [item["name"] for item in world.json("GET", f"{WIDGETS}/contents/widgets")] == ["__init__.py", "shapes.py"]
    assert status(world, "GET", f"{WIDGETS}/contents/none") == 404
    assert status(world, "GET", f"{WIDGETS}/contents/README.md?ref=none") == 404
    assert base64.b64decode(world.json("GET", f"{WIDGETS}/readme")["content"]).startswith(b"# Widgets")
    tree = world.json("GET", f"{WIDGETS}/git/trees/main?recursive=1")
    assert "docs/guide.md" in [item["path"] for item in tree["tree"]]
    assert world.json("GET", f"{WIDGETS}/languages")["Python"] > 0


def test_an_empty_repository_says_so_and_takes_its_first_file(world: GitHubWorld):
    world.json("POST", "/user/repos", {"name": "empty"})
    assert status(world, "GET", "/repos/octocat/empty/commits") == 409
    assert status(world, "GET", "/repos/octocat/empty/contents/") == 404
    assert world.json("GET", "/repos/octocat/empty/branches") == []
    assert world.json("GET", "/repos/octocat/empty/languages") == {}
    assert status(world, "GET", "/repos/octocat/empty/contributors") == 204
    world.json("PUT", "/repos/octocat/empty/contents/README.md", {"message": "First", "content": "eA=="})
    assert [item["name"] for item in world.json("GET", "/repos/octocat/empty/branches")] == ["main"]


def test_references_are_made_found_and_deleted(world: GitHubWorld):
    sha = world.json("GET", f"{WIDGETS}/git/ref/heads/main")["object"]["sha"]
    made = world.json("POST", f"{WIDGETS}/git/refs", {"ref": "refs/heads/a/b", "sha": sha})
    assert made["ref"] == "refs/heads/a/b"
    assert world.json("GET", f"{WIDGETS}/branches/a/b")["commit"]["sha"] == sha
    assert [item["ref"] for item in world.json("GET", f"{WIDGETS}/git/matching-refs/heads/feature")] == [
        "refs/heads/feature/export",
        "refs/heads/feature/search",
    ]
    for ref, number in (("refs/heads/a/b", sha), ("heads/x", sha), ("refs/heads/x..y", sha), ("refs/heads/y", "0" * 40)):
        assert status(world, "POST", f"{WIDGETS}/git/refs", {"ref": ref, "sha": number}) == 422
    assert status(world, "DELETE", f"{WIDGETS}/git/refs/heads/a/b") == 204
    assert status(world, "DELETE", f"{WIDGETS}/git/refs/heads/a/b") == 422
    assert status(world, "DELETE", f"{WIDGETS}/git/refs/heads/main") == 422


def test_commits_are_found_shown_and_compared(world: GitHubWorld):
    listed = world.json("GET", f"{WIDGETS}/commits")
    assert [item["commit"]["author"]["date"] for item in listed] == sorted(
        (item["commit"]["author"]["date"] for item in listed), reverse=True
    )
    assert {item["author"]["login"] for item in world.json("GET", f"{WIDGETS}/commits?author=ada")} == {"ada"}
    one = world.json("GET", f"{WIDGETS}/commits/{listed[0]['sha'][:8]}")
    assert one["stats"]["total"] == sum(file["changes"] for file in one["files"]) > 0
    assert status(world, "GET", f"{WIDGETS}/commits/{'0' * 40}") == 422
    compared = world.json("GET", f"{WIDGETS}/compare/main...feature/search")
    assert (compared["status"], compared["ahead_by"], compared["behind_by"]) == ("ahead", 1, 0)
    assert world.json("GET", f"{WIDGETS}/compare/feature/search...main")["status"] == "behind"
    assert world.json("GET", f"{WIDGETS}/compare/main...develop")["status"] == "identical"
    assert world.json("GET", f"{WIDGETS}/compare/fix/typo...docs/faq")["status"] == "diverged"


def test_releases_have_tags_notes_and_files(world: GitHubWorld):
    made = world.json("POST", f"{WIDGETS}/releases", {"tag_name": "v9", "name": "Nine", "body": "Notes"})
    assert status(world, "POST", f"{WIDGETS}/releases", {"tag_name": "v9"}) == 422
    assert world.json("GET", f"{WIDGETS}/releases/tags/v9")["id"] == made["id"]
    path = f"/repos/acme/widgets/releases/{made['id']}/assets"
    sent = world.call("POST", f"{path}?name=a.bin", b"\0\1", host="uploads.github.com", content_type="application/zip")
    asset = json.loads(sent.body)
    assert (sent.status, asset["size"], asset["content_type"]) == (201, 2, "application/zip")
    at = f"{WIDGETS}/releases/assets/{asset['id']}"
    assert world.call("GET", at, accept="application/octet-stream").body == b"\0\1"
    assert world.json("GET", f"{WIDGETS}/releases/latest")["assets"][0]["name"] == "a.bin"
    assert world.json("PATCH", f"{WIDGETS}/releases/{made['id']}", {"prerelease": True})["prerelease"] is True
    assert world.json("GET", f"{WIDGETS}/releases/latest")["tag_name"] == "v1.2.0"
    assert status(world, "DELETE", f"{WIDGETS}/releases/{made['id']}") == 204
    assert "v9" in [tag["name"] for tag in world.json("GET", f"{WIDGETS}/tags")]


# The rest.


def test_a_strangers_repository_can_be_read_and_given_issues_but_not_changed(world: GitHubWorld):
    theirs = "/repos/ada/analytical-engine"
    assert world.json("GET", theirs)["permissions"]["push"] is False
    assert status(world, "POST", f"{theirs}/issues", {"title": "A question", "labels": ["bug"]}) == 201
    assert world.json("GET", f"{theirs}/issues")[0]["labels"] == []
    assert status(world, "PATCH", theirs, {"description": "mine"}) == 403
    for method, path, body in (
        ("POST", "labels", {"name": "x"}),
        ("PUT", "contents/x", {"message": "m", "content": "eA=="}),
        ("POST", "releases", {"tag_name": "v1"}),
        ("POST", "milestones", {"title": "x"}),
    ):
        assert status(world, method, f"{theirs}/{path}", body) == 404, path


def test_repositories_are_made_listed_and_described(world: GitHubWorld):
    made = world.json("POST", "/orgs/acme/repos", {"name": "new thing", "private": True, "auto_init": True})
    assert (made["full_name"], made["private"], made["organization"]["login"]) == ("acme/new-thing", True, "acme")
    assert status(world, "POST", "/orgs/acme/repos", {"name": "new-thing"}) == 422
    assert status(world, "POST", "/orgs/nobody/repos", {"name": "x"}) == 404
    assert world.json("PATCH", "/repos/acme/new-thing", {"description": "Now"})["description"] == "Now"
    assert world.json("PUT", "/repos/acme/new-thing/topics", {"names": ["Fun"]}) == {"names": ["fun"]}
    names = [item["name"] for item in world.json("GET", "/user/repos?visibility=private")]
    assert set(names) == {"dotfiles", "new-thing"}
    assert "dotfiles" not in [item["name"] for item in world.json("GET", "/users/octocat/repos")]
    assert [item["login"] for item in world.json("GET", f"{WIDGETS}/contributors")] == ["ada", "grace", "octocat"]


def test_people_follow_and_watch(world: GitHubWorld):
    assert world.json("GET", "/user")["login"] == "octocat"
    assert world.json("GET", "/users/ADA")["login"] == "ada"
    assert status(world, "PUT", "/user/following/grace") == 204
    assert [item["login"] for item in world.json("GET", "/user/following")] == ["ada", "grace"]
    assert status(world, "DELETE", "/user/following/grace") == 204
    assert status(world, "GET", "/user/following/grace") == 404
    assert world.json("PUT", f"{WIDGETS}/subscription", {"subscribed": True})["subscribed"] is True
    assert [item["full_name"] for item in world.json("GET", "/user/subscriptions")] == ["acme/widgets"]
    assert {item["login"] for item in world.json("GET", "/orgs/acme/members")} == {"ada", "grace", "octocat"}


def test_gists_are_changed_starred_and_deleted(world: GitHubWorld):
    made = world.json("POST", "/gists", {"files": {"a.md": {"content": "A"}}, "description": "x"})
    path = f"/gists/{made['id']}"
    changed = world.json("PATCH", path, {"files": {"a.md": {"filename": "b.md"}, "c.md": {"content": "C"}}})
    assert set(changed["files"]) == {"b.md", "c.md"}
    assert set(world.json("PATCH", path, {"files": {"c.md": None}})["files"]) == {"b.md"}
    assert status(world, "GET", f"{path}/star") == 404
    assert status(world, "PUT", f"{path}/star") == 204
    assert [item["id"] for item in world.json("GET", "/gists/starred")] == [made["id"]]
    assert world.json("POST", f"{path}/comments", {"body": "Nice"})["body"] == "Nice"
    assert status(world, "DELETE", path) == 204
    assert status(world, "GET", path) == 404
    assert status(world, "POST", "/gists", {"files": {}}) == 422
    assert status(world, "POST", "/gists", {"files": {"a": {"content": ""}}}) == 422


def test_search_finds_by_words_and_qualifiers(world: GitHubWorld):
    def found(what: str, query: str) -> list[str]:
        answer = world.json("GET", f"/search/{what}?q={query}")
        assert answer["total_count"] == len(answer["items"])
        key = {"repositories": "full_name", "issues": "title", "code": "path", "users": "login", "topics": "name"}[what]
        return [item[key] for item in answer["items"]]

    assert found("repositories", "machine+learning") == ["ada/analytical-engine", "hubot/learning-machines"]
    assert found("repositories", "learning+stars:>1000") == ["ada/analytical-engine"]
    assert found("repositories", "user:hubot+language:javascript") == ["hubot/coffee"]
    assert found("repositories", "topic:machine-learning+stars:100..600") == ["hubot/learning-machines"]
    assert found("issues", "repo:acme/widgets+is:pr+is:open") == [
        "Answer what is asked most",
        "Fix a typo",
        "Export widgets as text",
    ]
    assert found("issues", "dark+is:issue") == ["Dark mode"]
    assert found("issues", "repo:acme/widgets+label:%22help+wanted%22") == ["Dark mode"]
    assert found("issues", "is:issue+state:open+no:label+repo:acme/widgets") == ["Speed up the tests"]
    assert found("code", "class+repo:acme/widgets") == ["widgets/__init__.py"]
    assert found("users", "ada") == ["ada"]
    assert status(world, "GET", "/search/repositories") == 422


def test_a_public_file_is_downloaded_without_a_token_and_a_private_one_is_not(world: GitHubWorld):
    where = {"host": "raw.githubusercontent.com", "authorization": ""}
    assert world.call("GET", "/acme/widgets/main/docs/guide.md", **where).body.startswith(b"# Guide")
    assert world.call("GET", "/acme/widgets/feature/search/widgets/search.py", **where).status == 200
    assert world.call("GET", "/octocat/dotfiles/main/README.md", **where).status == 404
    assert world.call("GET", "/acme/widgets/main/none", **where).status == 404


def test_what_renders_and_what_tells_about_github(world: GitHubWorld):
    assert world.call("POST", "/markdown", {"text": "<b>"}).body == b"<p>&lt;b&gt;</p>\n"
    assert world.json("GET", "/")["user_url"] == "https://api.github.com/user"
    assert "Python" in world.json("GET", "/gitignore/templates")
    assert world.json("GET", "/licenses/mit")["spdx_id"] == "MIT"
