"""Every GitHub recipe: its script runs unmodified with the real SDK against the fake, and does what its task says."""

import ast
from typing import Any

import pytest
from github_world import GitHubWorld, Ran, run_script

from agentic.agents.offline import Match, match
from agentic.agents.offline.rewrite import constants, with_constants
from agentic.apis.recipes.github import RECIPES
from agentic.core.fake import FakeRequest, FakeResponse
from agentic.core.spec import Recipe

NAMES = {recipe.name: recipe for recipe in RECIPES}
ISSUES = "/repos/acme/widgets/issues"


@pytest.fixture
def world() -> GitHubWorld:
    return GitHubWorld()


def run(world: GitHubWorld, name: str, **values: Any) -> Ran:
    return run_script(with_constants(NAMES[name].script, values), world.respond)


def done(world: GitHubWorld, name: str, **values: Any) -> str:
    ran = run(world, name, **values)
    assert (ran.status, ran.stderr) == (0, "")
    return ran.stdout


def test_there_are_at_least_fourteen():
    assert len(RECIPES) >= 14
    assert len(NAMES) == len(RECIPES)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_each_script_runs_to_the_end_and_prints_something(recipe: Recipe, world: GitHubWorld):
    assert done(world, recipe.name).strip()


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_each_script_tells_an_api_error_in_one_line(recipe: Recipe, world: GitHubWorld):
    ran = run_script(recipe.script, world.respond, token="wrong")
    assert ran.status == 1
    assert ran.stderr == "GitHub: Bad credentials\n"


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_each_script_makes_no_more_requests_than_its_task_needs(recipe: Recipe, world: GitHubWorld):
    """None per item of a list, above all."""
    done(world, recipe.name)
    assert 1 <= len(world.asked) <= 4, world.asked


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_each_example_matches_its_own_recipe_and_changes_nothing_in_it(recipe: Recipe):
    """So the example values are the script's own, and a reader of one knows the other."""
    found = match(recipe.task, RECIPES)
    assert isinstance(found, Match), found
    assert found.recipe is recipe
    for name, value in found.values:
        assert constants(found.script)[name] == value
    required = {parameter.name for parameter in recipe.parameters if parameter.required}
    assert required <= {name for name, _ in found.values}


def test_every_recipe_is_a_complete_script_with_its_constants_first():
    for recipe in RECIPES:
        assert ast.get_docstring(ast.parse(recipe.script)), recipe.name
        assert 'os.environ["GITHUB_TOKEN"]' in recipe.script
        assert {parameter.name for parameter in recipe.parameters} <= set(constants(recipe.script))


def test_an_issue_is_created_with_exactly_these_words_and_this_label(world: GitHubWorld):
    title, body = 'Ünïcode "quotes" & `code` #1', "Line one\nLine two"
    printed = done(world, "create_issue", TITLE=title, BODY=body, LABEL="bug")
    (issue, *_) = world.json("GET", ISSUES)
    assert (issue["title"], issue["body"], [label["name"] for label in issue["labels"]]) == (title, body, ["bug"])
    assert f"#{issue['number']}" in printed
    assert issue["html_url"] in printed


def test_a_list_of_issues_has_no_pull_request_and_only_the_label_asked_for(world: GitHubWorld):
    assert "Fix a typo" not in done(world, "list_issues")
    assert any("pull_request" in item for item in world.json("GET", ISSUES)), "the control: GitHub lists both"
    printed = done(world, "list_issues", LABEL="bug", STATE="all")
    assert printed.endswith("2 issues\n")
    assert "Dark mode" not in printed
    assert done(world, "list_issues", LIMIT=3).endswith("3 issues\n")


def test_closing_and_reopening_are_each_others_opposite(world: GitHubWorld):
    assert "is closed" in done(world, "close_issue", NUMBER=3)
    assert world.json("GET", f"{ISSUES}/3")["state"] == "closed"
    assert "is open" in done(world, "reopen_issue", NUMBER=3)
    assert world.json("GET", f"{ISSUES}/3")["state"] == "open"


def test_a_comment_a_label_and_an_assignee_are_added_and_nothing_is_taken_away(world: GitHubWorld):
    before = world.json("GET", f"{ISSUES}/1")
    done(world, "comment_on_issue", NUMBER=1, COMMENT="Seen")
    done(world, "label_issue", NUMBER=1, LABEL="help wanted")
    done(world, "assign_issue", NUMBER=1, LOGIN="Ada")
    after = world.json("GET", f"{ISSUES}/1")
    assert after["comments"] == before["comments"] + 1
    assert [label["name"] for label in after["labels"]] == ["bug", "help wanted"]
    assert [person["login"] for person in after["assignees"]] == ["octocat", "ada"]
    assert world.json("GET", f"{ISSUES}/1/comments")[-1]["body"] == "Seen"


def test_somebody_who_cannot_be_assigned_is_an_error_and_not_a_silence(world: GitHubWorld):
    ran = run(world, "assign_issue", LOGIN="hubot")
    assert (ran.status, ran.stderr) == (1, "GitHub: hubot cannot be assigned in acme/widgets\n")


def test_a_pull_request_can_be_commented_on_as_an_issue_can(world: GitHubWorld):
    assert "/pull/13#issuecomment" in done(world, "comment_on_issue", NUMBER=13)


def test_a_label_has_the_colour_that_its_word_stands_for(world: GitHubWorld):
    done(world, "create_label", NAME="later", COLOR="blue", DESCRIPTION="Not now")
    label = world.json("GET", "/repos/acme/widgets/labels/later")
    assert (label["color"], label["description"]) == ("1d76db", "Not now")


def test_a_milestone_is_due_as_many_days_from_today_as_asked(world: GitHubWorld):
    done(world, "create_milestone", TITLE="Soon", DAYS=14)
    done(world, "create_milestone", TITLE="Some day")
    found = {item["title"]: item["due_on"] for item in world.json("GET", "/repos/acme/widgets/milestones")}
    assert found["Some day"] is None
    assert found["Soon"].endswith("T00:00:00Z")


def test_a_pull_request_goes_into_the_default_branch_unless_another_is_named(world: GitHubWorld):
    assert "(feature/search -> main)" in done(world, "create_pull_request")
    assert "(feature/search -> develop)" in done(world, "create_pull_request", BASE="develop")
    again = run(world, "create_pull_request")
    assert (again.status, again.stderr) == (1, "GitHub: Validation Failed\n")


def test_a_branch_starts_where_its_source_is(world: GitHubWorld):
    done(world, "create_branch", BRANCH="next", SOURCE="feature/search")
    tips = {item["name"]: item["commit"]["sha"] for item in world.json("GET", "/repos/acme/widgets/branches")}
    assert tips["next"] == tips["feature/search"] != tips["main"]
    assert run(world, "create_branch", BRANCH="next").stderr == "GitHub: Reference already exists\n"


def test_a_release_makes_its_tag_and_is_the_latest(world: GitHubWorld):
    done(world, "create_release", TAG="v3.0.0", NOTES="All new")
    latest = world.json("GET", "/repos/acme/widgets/releases/latest")
    assert (latest["tag_name"], latest["body"]) == ("v3.0.0", "All new")
    assert "v3.0.0" in [tag["name"] for tag in world.json("GET", "/repos/acme/widgets/tags")]


def test_a_repository_is_private_unless_public_is_asked_for(world: GitHubWorld):
    done(world, "create_repository", NAME="one")
    done(world, "create_repository", NAME="two", VISIBILITY="public", DESCRIPTION="Open")
    assert world.json("GET", "/repos/octocat/one")["private"] is True
    assert world.json("GET", "/repos/octocat/two")["visibility"] == "public"
    assert run(world, "create_repository", NAME="one").status == 1


def test_starring_twice_is_one_star_and_it_comes_off_again(world: GitHubWorld):
    before = world.json("GET", "/repos/acme/widgets")["stargazers_count"]
    done(world, "star_repository")
    done(world, "star_repository")
    assert world.json("GET", "/repos/acme/widgets")["stargazers_count"] == before + 1
    assert [item["full_name"] for item in world.json("GET", "/user/starred")] == ["acme/widgets"]
    done(world, "unstar_repository")
    assert world.json("GET", "/repos/acme/widgets")["stargazers_count"] == before


def test_a_gist_is_secret_unless_public_is_asked_for(world: GitHubWorld):
    done(world, "create_gist", FILE_NAME="a.py", CONTENT="print(1)")
    done(world, "create_gist", VISIBILITY="public", CONTENT="x")
    newest, other, *_ = world.json("GET", "/gists")
    assert (newest["public"], other["public"]) == (True, False)
    assert world.json("GET", f"/gists/{other['id']}")["files"]["a.py"]["content"] == "print(1)"


def test_what_is_not_there_is_an_error_in_one_line(world: GitHubWorld):
    for name in ("show_repository", "create_issue", "list_commits", "read_readme", "star_repository"):
        ran = run(world, name, REPOSITORY="acme/nothing")
        assert (ran.status, ran.stderr) == (1, "GitHub: Not Found\n"), name
    assert run(world, "show_user", LOGIN="nobody-at-all").stderr == "GitHub: Not Found\n"
    assert run(world, "show_issue", NUMBER=999).stderr == "GitHub: Not Found\n"


def test_an_error_without_json_is_told_in_one_line_too(world: GitHubWorld):
    def broken(request: FakeRequest) -> FakeResponse:
        return FakeResponse(400, b"<html>busy</html>", {"Content-Type": "text/html"})

    ran = run_script(NAMES["show_user"].script, broken)
    assert ran.status == 1
    assert ran.stderr.startswith("GitHub: ")
    assert "Traceback" not in ran.stderr


def test_a_value_full_of_code_arrives_as_a_value(world: GitHubWorld):
    title = "\"; import os; os.abort() #\\ {x} \n''' é"
    done(world, "create_issue", TITLE=title)
    assert world.json("GET", ISSUES)[0]["title"] == title
