"""The fake GitHub as an API: who may call, pages and links, errors, and the state behind each family."""

import json
from typing import Any

import github
import pytest
from github_world import TOKEN, GitHubWorld, answering, links

from agentic.apis.fakes.github import fake_github
from agentic.core.fake import FakeRequest

WIDGETS = "/repos/acme/widgets"


@pytest.fixture
def world() -> GitHubWorld:
    return GitHubWorld()


def status(world: GitHubWorld, method: str, path: str, body: Any = None) -> int:
    return world.call(method, path, body).status


def error(world: GitHubWorld, method: str, path: str, body: Any = None) -> Any:
    answer = world.call(method, path, body)
    return answer.status, json.loads(answer.body)


# Who calls, and how answers look.


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ghp_placeholder", f"Basic {TOKEN}", f"Bearer {TOKEN}x", TOKEN])
def test_a_wrong_or_missing_token_is_401(world: GitHubWorld, header: str):
    answer = world.call("GET", "/user", authorization=header)
    assert answer.status == 401
    assert json.loads(answer.body)["message"] in ("Bad credentials", "Requires authentication")


def test_the_right_token_is_taken_in_both_spellings(world: GitHubWorld):
    for scheme in ("Bearer", "token"):
        assert world.call("GET", "/user", authorization=f"{scheme} {TOKEN}").status == 200


def test_the_factory_takes_the_store_and_the_secrets():
    headers = {"authorization": "Bearer k"}
    answer = fake_github({}, {"token": "k"}).respond(FakeRequest("GET", "api.github.com", "/user", headers=headers))
    assert json.loads(answer.body)["login"] == "octocat"


def test_what_is_not_there_is_githubs_404(world: GitHubWorld):
    for path in (
        "/nothing",
        "/repos/acme/none",
        f"{WIDGETS}/issues/999",
        "/users/nobody",
        "/orgs/ada",
        f"{WIDGETS}/labels/none",
    ):
        assert error(world, "GET", path) == (
            404,
            {"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"},
        )


def test_addresses_in_bodies_are_githubs_own_and_lead_back(world: GitHubWorld):
    repository = world.json("GET", WIDGETS)
    assert repository["url"] == "https://api.github.com/repos/acme/widgets"
    assert repository["html_url"] == "https://github.com/acme/widgets"
    issue = world.json("GET", f"{WIDGETS}/issues/1")
    for address in (issue["url"], issue["comments_url"], issue["user"]["url"], repository["languages_url"]):
        world.json("GET", address.removeprefix("https://api.github.com"))
    assert "127.0.0.1" not in json.dumps([repository, issue])


def test_no_field_of_the_fakes_own_is_seen(world: GitHubWorld):
    paths = (
        "/user",
        WIDGETS,
        f"{WIDGETS}/issues?state=all",
        f"{WIDGETS}/pulls/12",
        f"{WIDGETS}/commits",
        "/gists",
        "/user/repos",
    )
    for path in paths:
        text = world.call("GET", path).body.decode()
        assert '"_sequence"' not in text
        assert '"_' not in text.replace('"_links"', "")


def test_the_rate_limit_is_counted_in_headers_and_in_its_own_answer(world: GitHubWorld):
    first = world.call("GET", "/user").headers
    second = world.call("GET", "/user").headers
    assert int(first["X-RateLimit-Remaining"]) - int(second["X-RateLimit-Remaining"]) == 1
    limits = world.json("GET", "/rate_limit")
    assert limits["rate"] == limits["resources"]["core"]
    assert limits["rate"]["limit"] == limits["rate"]["used"] + limits["rate"]["remaining"]
    assert limits["rate"]["reset"] > world.now


def test_the_world_is_the_same_in_each_store_and_stays_in_one():
    one, other = GitHubWorld(), GitHubWorld()
    for path in ("/user/repos", f"{WIDGETS}/issues?state=all", f"{WIDGETS}/commits", "/gists"):
        assert one.json("GET", path) == other.json("GET", path)
    one.json("POST", f"{WIDGETS}/issues", {"title": "Kept"})
    again = GitHubWorld(store=one.store, now=one.now + 86_400 * 30)
    assert again.json("GET", f"{WIDGETS}/issues")[0]["title"] == "Kept"
    assert other.json("GET", f"{WIDGETS}/issues")[0]["title"] != "Kept"


def test_a_refused_request_changes_nothing(world: GitHubWorld):
    world.json("GET", "/user")
    before = dict(world.store)
    assert status(world, "POST", f"{WIDGETS}/issues", {"title": "x", "milestone": 99}) == 422
    assert status(world, "POST", f"{WIDGETS}/labels", {"name": "x", "color": "red"}) == 422
    assert world.store == before
    assert status(world, "POST", f"{WIDGETS}/labels", {"name": "x", "color": "ff0000"}) == 201
    assert world.store != before, "the control"


# Pages.


def test_links_lead_through_every_page_by_number_as_githubs_do(world: GitHubWorld):
    for number in range(25):
        world.json("POST", f"{WIDGETS}/issues", {"title": f"Issue {number}"})
    path: str | None = f"{WIDGETS}/issues?state=all&per_page=10&sort=created"
    seen: list[int] = []
    relations: list[set[str]] = []
    while path:
        answer = world.call("GET", path)
        seen += [issue["number"] for issue in json.loads(answer.body)]
        found = links(answer)
        relations.append(set(found))
        assert all(
            link.startswith("/repositories/") and "per_page=10" in link and "state=all" in link for link in found.values()
        )
        path = found.get("next")
    assert len(seen) == len(set(seen)) == 39
    assert relations == [{"next", "last"}, *[{"prev", "next", "last", "first"}] * 2, {"prev", "first"}]


def test_a_list_on_one_page_has_no_links_and_a_page_beyond_the_end_is_empty(world: GitHubWorld):
    assert "Link" not in world.call("GET", f"{WIDGETS}/milestones").headers
    assert world.json("GET", f"{WIDGETS}/milestones?page=7") == []
    assert len(world.json("GET", f"{WIDGETS}/issues?per_page=1000&state=all")) == 14
    assert len(world.json("GET", f"{WIDGETS}/issues?per_page=nonsense&page=-1&state=all")) == 14


def test_people_and_organisations_are_paged_by_number_too(world: GitHubWorld):
    for path, base in (("/users/hubot/repos?per_page=1", "/user/"), ("/orgs/acme/repos?per_page=1", "/organizations/")):
        following = links(world.call("GET", path))["next"]
        assert following.startswith(base)
        assert len(world.json("GET", following)) == 1
    assert links(world.call("GET", "/user/repos?per_page=1"))["next"].startswith("/user/repos?")


def test_pygithub_goes_over_all_pages(world: GitHubWorld):
    for number in range(45):
        world.json("POST", f"{WIDGETS}/labels", {"name": f"label {number}"})
    with answering(world.respond):
        found = github.Github(auth=github.Auth.Token(TOKEN)).get_repo("acme/widgets").get_labels()
        assert found.totalCount == 55
        assert len(list(found)) == 55


# Issues.


def test_issues_are_filtered_by_state_label_assignee_creator_milestone_and_time(world: GitHubWorld):
    def numbers(query: str) -> list[int]:
        return [issue["number"] for issue in world.json("GET", f"{WIDGETS}/issues?per_page=100&{query}")]

    assert set(numbers("state=closed")) == {2, 4, 5, 11}
    assert set(numbers("state=all")) == set(range(1, 15))
    assert numbers("labels=bug") == [6, 1]
    assert numbers("labels=enhancement,help%20wanted") == [7]
    assert numbers("assignee=octocat") == [1]
    assert 1 not in numbers("assignee=none")
    assert set(numbers("assignee=*")) == {1, 10}
    assert numbers("creator=octocat&state=all") == [10]
    assert numbers("milestone=1") == []
    assert numbers("direction=asc")[0] == 1
    assert numbers("sort=comments")[0] == 1
    recent = numbers("since=2026-09-15T00:00:00Z&state=all")
    assert recent
    assert set(recent) < set(range(1, 15))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, 'Invalid request.\n\n"title" wasn\'t supplied.'),
        ({"title": 5}, "Invalid request.\n\nFor 'properties/title', 5 is not a string."),
        ({"title": " "}, "Validation Failed"),
        ({"title": "x", "labels": [5]}, "Invalid request.\n\nFor 'items', 5 is not a string."),
        ({"title": "x", "milestone": "one"}, "Invalid request.\n\nFor 'properties/milestone', 'one' is not an integer."),
    ],
)
def test_an_issue_that_is_none_is_422_with_its_fault(world: GitHubWorld, body: Any, said: str):
    code, answer = error(world, "POST", f"{WIDGETS}/issues", body)
    assert (code, answer["message"], answer["status"]) == (422, said, "422")
    if said == "Validation Failed":
        assert answer["errors"] == [{"resource": "Issue", "code": "missing_field", "field": "title"}]


def test_a_body_that_is_no_json_object_is_400(world: GitHubWorld):
    assert error(world, "POST", f"{WIDGETS}/issues", b"{")[1]["message"] == "Problems parsing JSON"
    assert error(world, "POST", f"{WIDGETS}/issues", b'"x"')[1]["message"] == "Body should be a JSON object"


def test_an_issues_life(world: GitHubWorld):
    made = world.json("POST", f"{WIDGETS}/issues", {"title": "One", "labels": ["new one"], "assignees": ["ada", "nobody"]})
    path = f"{WIDGETS}/issues/{made['number']}"
    assert [label["name"] for label in made["labels"]] == ["new one"]
    assert [person["login"] for person in made["assignees"]] == ["ada"]
    closed = world.json("PATCH", path, {"state": "closed", "state_reason": "not_planned", "body": "No"})
    assert (closed["state"], closed["state_reason"], closed["closed_by"]["login"]) == ("closed", "not_planned", "octocat")
    assert closed["closed_at"]
    opened = world.json("PATCH", path, {"state": "open"})
    assert (opened["state"], opened["state_reason"], opened["closed_at"], opened["body"]) == ("open", "reopened", None, "No")
    comment = world.json("POST", f"{path}/comments", {"body": "Hm"})
    assert world.json("GET", path)["comments"] == 1
    at = comment["url"].removeprefix("https://api.github.com")
    assert world.json("PATCH", at, {"body": "Hm?"})["body"] == "Hm?"
    assert status(world, "DELETE", at) == 204
    assert world.json("GET", f"{path}/comments") == []
    assert [label["name"] for label in world.json("POST", f"{path}/labels", ["bug"])] == ["new one", "bug"]
    assert [label["name"] for label in world.json("PUT", f"{path}/labels", {"labels": ["question"]})] == ["question"]
    assert status(world, "DELETE", f"{path}/labels/bug") == 404
    assert world.json("DELETE", f"{path}/labels/question") == []
    assert world.json("DELETE", f"{path}/assignees", {"assignees": ["ada"]})["assignees"] == []
    assert status(world, "PUT", f"{path}/lock", {"lock_reason": "resolved"}) == 204
    assert world.json("GET", path)["active_lock_reason"] == "resolved"
    assert status(world, "DELETE", f"{path}/lock") == 204
    assert world.json("POST", f"{path}/reactions", {"content": "heart"})["content"] == "heart"
    assert world.json("GET", path)["reactions"]["heart"] == 1


def test_labels_and_milestones_follow_into_the_issues_that_have_them(world: GitHubWorld):
    assert world.json("PATCH", f"{WIDGETS}/labels/bug", {"new_name": "defect"})["name"] == "defect"
    assert [label["name"] for label in world.json("GET", f"{WIDGETS}/issues/1")["labels"]] == ["defect"]
    assert status(world, "POST", f"{WIDGETS}/labels", {"name": "Defect"}) == 422
    assert status(world, "DELETE", f"{WIDGETS}/labels/defect") == 204
    assert world.json("GET", f"{WIDGETS}/issues/1")["labels"] == []
    milestone = world.json("POST", f"{WIDGETS}/milestones", {"title": "Two", "due_on": "2026-12-24T18:00:00Z"})
    assert milestone["due_on"] == "2026-12-24T00:00:00Z"
    number = milestone["number"]
    world.json("PATCH", f"{WIDGETS}/issues/1", {"milestone": number})
    assert world.json("GET", f"{WIDGETS}/milestones/{number}")["open_issues"] == 1
    assert status(world, "POST", f"{WIDGETS}/milestones", {"title": "Two"}) == 422
    assert world.json("PATCH", f"{WIDGETS}/milestones/{number}", {"state": "closed"})["closed_at"]
    assert status(world, "DELETE", f"{WIDGETS}/milestones/{number}") == 204
    assert world.json("GET", f"{WIDGETS}/issues/1")["milestone"] is None
