"""The offline matcher on GitHub's recipes, with those of all APIs beside them: each wording gives its recipe and its values."""

from dataclasses import replace
from typing import Any

import pytest

from agentic.agents.offline import Ask, Match, match
from agentic.apis.recipes.github import RECIPES as GITHUB
from agentic.apis.recipes.openweather import RECIPES as OPENWEATHER
from agentic.apis.recipes.stripe import RECIPES as STRIPE
from agentic.core.spec import ParameterKind, Recipe

EVERYTHING = (*STRIPE, *GITHUB, *OPENWEATHER)
REPO = {"REPOSITORY": "kofi/sea-shanty"}

WORDINGS: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "create_issue",
        REPO | {"TITLE": "Login button does nothing"},
        [
            'Open an issue titled "Login button does nothing" in kofi/sea-shanty',
            "open a new issue in kofi/sea-shanty titled Login button does nothing",
            'Please file a bug on kofi/sea-shanty: "Login button does nothing"',
            "Report a bug in kofi/sea-shanty called Login button does nothing, thanks",
            "In kofi/sea-shanty raise a ticket with the title Login button does nothing",
            'Could you craete an isue in the repo kofi/sea-shanty with the title "Login button does nothing"?',
        ],
    ),
    (
        "create_issue",
        REPO | {"TITLE": "Crash on start", "BODY": "It dies at once", "LABEL": "bug"},
        [
            'Create an issue "Crash on start" in kofi/sea-shanty with the body "It dies at once" and the label "bug"',
            'Open an issue in kofi/sea-shanty titled "Crash on start", description "It dies at once", labelled bug',
            'new issue for kofi/sea-shanty. Title: "Crash on start", body: "It dies at once", label: bug',
        ],
    ),
    (
        "list_issues",
        REPO,
        [
            "show me the issues of kofi/sea-shanty",
            "What issues does kofi/sea-shanty have?",
            "which tickets are there in kofi/sea-shanty",
            "List issues in kofi's sea-shanty repo",
        ],
    ),
    (
        "list_issues",
        REPO | {"STATE": "open"},
        [
            "List all open issues in kofi/sea-shanty",
            "which issues are still open in kofi/sea-shanty?",
            "give me the open bugs on kofi/sea-shanty",
        ],
    ),
    (
        "list_issues",
        REPO | {"STATE": "closed"},
        ["List the closed issues of kofi/sea-shanty", "show closed issues in kofi/sea-shanty"],
    ),
    (
        "list_issues",
        REPO | {"LIMIT": 5},
        ["Show the last 5 issues in kofi/sea-shanty", "the five newest issues of kofi/sea-shanty, list them"],
    ),
    (
        "show_issue",
        REPO | {"NUMBER": 12},
        [
            "Show me issue #12 in kofi/sea-shanty",
            "what is in ticket 12 of kofi/sea-shanty?",
            "Get issue number twelve from kofi/sea-shanty",
        ],
    ),
    (
        "close_issue",
        REPO | {"NUMBER": 12},
        [
            "Close #12 in kofi/sea-shanty",
            "please close issue no. 12 on kofi/sea-shanty",
            "Could you close ticket 12 in the kofi/sea-shanty repository?",
            "kofi/sea-shanty: close issue 12",
            "Resolve issue twelve of kofi/sea-shanty",
        ],
    ),
    (
        "reopen_issue",
        REPO | {"NUMBER": 4},
        [
            "Reopen issue 4 in kofi/sea-shanty",
            "re-open #4 of kofi/sea-shanty",
            "open issue 4 of kofi/sea-shanty again",
            "can you please reopn issue 4 in kofi/sea-shanty",
        ],
    ),
    (
        "comment_on_issue",
        REPO | {"NUMBER": 9, "COMMENT": "Fixed in the next release"},
        [
            'Comment on issue 9 of kofi/sea-shanty: "Fixed in the next release"',
            "comment on #9 in kofi/sea-shanty saying Fixed in the next release",
            'Reply "Fixed in the next release" to issue 9 in kofi/sea-shanty',
            'Add the comment "Fixed in the next release" to issue 9 in kofi/sea-shanty',
            'Leave a comment on issue #9 in kofi/sea-shanty that says "Fixed in the next release"',
        ],
    ),
    (
        "label_issue",
        REPO | {"NUMBER": 9, "LABEL": "wontfix"},
        [
            "Add the label wontfix to issue 9 in kofi/sea-shanty",
            'label issue 9 of kofi/sea-shanty as "wontfix"',
            "put the wontfix label on #9 in kofi/sea-shanty",
            "Tag issue 9 in kofi/sea-shanty with wontfix",
        ],
    ),
    (
        "assign_issue",
        REPO | {"NUMBER": 9, "LOGIN": "amina-dev"},
        [
            "Assign issue 9 in kofi/sea-shanty to amina-dev",
            "assign @amina-dev to issue 9 of kofi/sea-shanty",
            "give #9 in kofi/sea-shanty to @amina-dev",
            "Issue 9 of kofi/sea-shanty should be assigned to amina-dev",
        ],
    ),
    (
        "create_label",
        REPO | {"NAME": "help wanted", "COLOR": "green"},
        [
            'Create a green label "help wanted" in kofi/sea-shanty',
            "make a label called help wanted in kofi/sea-shanty, green",
            'Add a new label named "help wanted" with the colour green to kofi/sea-shanty',
        ],
    ),
    ("list_labels", REPO, ["Which labels does kofi/sea-shanty have?", "show all labels in kofi/sea-shanty"]),
    (
        "create_milestone",
        REPO | {"TITLE": "Beta"},
        ['Create a milestone "Beta" in kofi/sea-shanty', "add a milestone called Beta to kofi/sea-shanty"],
    ),
    (
        "list_pull_requests",
        REPO | {"STATE": "open"},
        ["What open pull requests are there in kofi/sea-shanty?", "show the open PRs of kofi/sea-shanty"],
    ),
    ("list_pull_requests", REPO, ["list PRs in kofi/sea-shanty", "show me kofi/sea-shanty's pull requests"]),
    (
        "create_pull_request",
        REPO | {"HEAD": "fix/typo", "TITLE": "Fix the typo"},
        [
            'Open a pull request from fix/typo titled "Fix the typo" in kofi/sea-shanty',
            "create a PR in kofi/sea-shanty from the branch fix/typo called Fix the typo",
        ],
    ),
    (
        "create_pull_request",
        REPO | {"HEAD": "dev", "TITLE": "Ship it", "BASE": "main"},
        [
            'Open a pull request "Ship it" from dev into main in kofi/sea-shanty',
            'In kofi/sea-shanty make a PR from dev into main titled "Ship it"',
        ],
    ),
    (
        "create_branch",
        REPO | {"BRANCH": "feature/login"},
        [
            "Create a branch feature/login in kofi/sea-shanty",
            "make a new branch called feature/login on kofi/sea-shanty",
            'In kofi/sea-shanty, add a branch named "feature/login"',
        ],
    ),
    (
        "create_branch",
        REPO | {"BRANCH": "hotfix", "SOURCE": "develop"},
        ["Create a branch hotfix from develop in kofi/sea-shanty", "new branch called hotfix off develop in kofi/sea-shanty"],
    ),
    ("list_branches", REPO, ["What branches are in kofi/sea-shanty?", "list all the branches of kofi/sea-shanty"]),
    (
        "create_release",
        REPO | {"TAG": "v1.4.0"},
        [
            "Publish release v1.4.0 of kofi/sea-shanty",
            "create a release tagged v1.4.0 in kofi/sea-shanty",
            "cut a new release v1.4.0 for kofi/sea-shanty",
        ],
    ),
    ("list_releases", REPO, ["show the releases of kofi/sea-shanty", "Which versions of kofi/sea-shanty are there?"]),
    (
        "show_repository",
        REPO,
        [
            "Show me the repo kofi/sea-shanty",
            "how many stars does kofi/sea-shanty have?",
            "tell me about the project kofi/sea-shanty",
        ],
    ),
    ("list_repositories", {}, ["which repos do I have?", "list my GitHub repos"]),
    (
        "create_repository",
        {"NAME": "moon-base", "VISIBILITY": "private"},
        [
            'Create a private repository called "moon-base"',
            "make a new private repo named moon-base",
            "I need a repo called moon-base, it should be private",
            "set up the repository moon-base (private)",
        ],
    ),
    (
        "create_repository",
        {"NAME": "moon-base", "VISIBILITY": "public", "DESCRIPTION": "Maps of the moon"},
        ['Create a public repo called moon-base with the description "Maps of the moon"'],
    ),
    (
        "star_repository",
        REPO,
        ["star kofi/sea-shanty", "Give kofi/sea-shanty a star", "please put a star on the repo kofi/sea-shanty"],
    ),
    ("unstar_repository", REPO, ["unstar kofi/sea-shanty", "un-star kofi/sea-shanty", "remove my star from kofi/sea-shanty"]),
    (
        "create_gist",
        {"CONTENT": "Hello there"},
        ['Create a gist with the content "Hello there"', 'make a new gist containing "Hello there"'],
    ),
    ("read_readme", REPO, ["show the readme of kofi/sea-shanty", "What does the README in kofi/sea-shanty say?"]),
    (
        "list_commits",
        REPO | {"LIMIT": 3},
        ["show the last three commits in kofi/sea-shanty", "What are the 3 latest commits of kofi/sea-shanty?"],
    ),
    ("list_contributors", REPO, ["who are the contributors of kofi/sea-shanty?", "List kofi/sea-shanty's contributors"]),
    (
        "search_repositories",
        {"QUERY": "raytracing"},
        ['search for repositories about "raytracing"', "find repos for raytracing"],
    ),
    (
        "show_user",
        {"LOGIN": "amina-dev"},
        ["Show the profile of amina-dev", "who is the user @amina-dev?", "look up the GitHub user amina-dev"],
    ),
    ("show_rate_limit", {}, ["What is my rate limit?", "check the rate limit on GitHub", "how many requests do I have left?"]),
]
CASES = [(name, values, wording) for name, values, wordings in WORDINGS for wording in wordings]


@pytest.mark.parametrize(("name", "values", "task"), CASES, ids=[case[2] for case in CASES])
def test_wordings_of_github_tasks(name: str, values: dict[str, Any], task: str):
    found = match(task, EVERYTHING)
    assert isinstance(found, Match), found
    assert (found.recipe.name, dict(found.values)) == (name, values)


def _with_host(recipe: Recipe) -> Recipe:
    """The recipe with the hosts whose URLs name a repository."""
    kinds = (ParameterKind.REPOSITORY, ParameterKind.LOGIN)
    hosts = [replace(p, pattern="github.com|www.github.com") if p.kind in kinds else p for p in recipe.parameters]
    return replace(recipe, parameters=tuple(hosts))


@pytest.mark.parametrize(
    ("task", "name", "values"),
    [
        ("close https://github.com/kofi/sea-shanty/issues/12", "close_issue", REPO | {"NUMBER": 12}),
        ("show https://github.com/kofi/sea-shanty/issues/12 please", "show_issue", REPO | {"NUMBER": 12}),
        ("List the open issues of https://github.com/kofi/sea-shanty.", "list_issues", REPO | {"STATE": "open"}),
        ("star https://www.github.com/kofi/sea-shanty.git", "star_repository", REPO),
    ],
)
def test_a_url_of_a_host_that_the_recipe_names_is_a_repository(task: str, name: str, values: dict[str, Any]):
    recipes = [_with_host(recipe) for recipe in GITHUB]
    found = match(task, recipes)
    assert isinstance(found, Match), found
    assert (found.recipe.name, dict(found.values)) == (name, values)
    # Another host's URL is none, and a recipe that names no host takes no URL.
    assert not isinstance(match(task.replace("github.com", "gitlab.com"), recipes), Match)
    bare = [
        replace(r, parameters=tuple(replace(p, pattern="") if p.kind is ParameterKind.REPOSITORY else p for p in r.parameters))
        for r in GITHUB
    ]
    assert not isinstance(match(task, bare), Match)


@pytest.mark.parametrize(
    "task",
    [
        "Open a pull request in kofi/sea-shanty",
        "please open a new pull request on kofi/sea-shanty",
        "Make a pull request in kofi/sea-shanty",
        "Create a pull request for kofi/sea-shanty",
        "Submit a PR to kofi/sea-shanty",
    ],
)
def test_a_pull_request_to_be_made_is_asked_about_and_not_listed(task: str):
    """Neither "open" nor "request" makes it a question for those that are there."""
    found = match(task, EVERYTHING)
    assert isinstance(found, Ask)
    assert [recipe.name for recipe in found.recipes] == ["create_pull_request"]


@pytest.mark.parametrize("task", ["Open pull requests of kofi/sea-shanty", "Show me the open pull requests of kofi/sea-shanty"])
def test_control_open_pull_requests_are_listed(task: str):
    found = match(task, EVERYTHING)
    assert isinstance(found, Match)
    assert (found.recipe.name, dict(found.values)) == ("list_pull_requests", REPO | {"STATE": "open"})


def test_every_recipe_has_two_wordings_here():
    told = {recipe.name: sum(len(wordings) for name, _, wordings in WORDINGS if name == recipe.name) for recipe in GITHUB}
    assert {name: count for name, count in told.items() if count < 2} == {}
