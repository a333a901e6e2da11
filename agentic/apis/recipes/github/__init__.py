"""The GitHub recipes: for each script in this folder, the tasks it is for and where its constants come from."""

from importlib import resources

from agentic.core.spec import Parameter, ParameterKind, Recipe

_CREATE = "create|add|make|set up|new|open|start|want a|need a|like a"
_FILE = f"{_CREATE}|file|report|raise|submit|write"
_LIST = "list|show|print|display|give|get|see|what|which|who"
_ISSUE = "issue|ticket|bug"
_PULL = "pull request|pr|pull"
_REPO = "repository|repo|project"
# "Has issue 3 been closed?" asks, and closes nothing.
_ASKED = "has issue|was issue|is issue|did issue|when was|who closed|why was"
_LEFT = "remaining rate limit|remaining limit|remaining requests|remaining api requests|requests remaining|limit remaining"
_GONE = "delete|remove|erase|destroy"

# Whose addresses name a repository or a person.
_SITE = "github.com|www.github.com"
_REPOSITORY = Parameter("REPOSITORY", ParameterKind.REPOSITORY, required=True, pattern=_SITE)
_NUMBER = Parameter("NUMBER", ParameterKind.INTEGER, required=True, pattern="issue|ticket|bug|pull request|pr|#|number|no")
_TITLE = Parameter(
    "TITLE", ParameterKind.TEXT, required=True, pattern="titled|title|called|named|saying|about|that says|headline"
)
_BODY = Parameter("BODY", ParameterKind.TEXT, pattern="body|description|described as|with the text|text")
_NAMED = "called|named|name|titled|title"


def _recipe(name: str, task: str, words: tuple[str, ...], *parameters: Parameter, unless: tuple[str, ...] = ()) -> Recipe:
    script = resources.files(__package__).joinpath(f"{name}.py").read_text("utf-8")
    return Recipe(name, task, words, script, parameters, unless)


def _limit(*nouns: str) -> Parameter:
    return Parameter("LIMIT", ParameterKind.INTEGER, pattern="|".join(("recent|latest|newest|last|first|limit|top", *nouns)))


RECIPES: tuple[Recipe, ...] = (
    _recipe(
        "create_issue",
        'Create an issue in acme/widgets titled "Login page is broken"',
        (_FILE, _ISSUE),
        _REPOSITORY,
        _TITLE,
        _BODY,
        Parameter("LABEL", ParameterKind.TEXT, pattern="label|labelled|labeled|tagged"),
        unless=(f"{_GONE}|close|reopen|re-open|comment|assign|list|milestone",),
    ),
    _recipe(
        "list_issues",
        "List the open issues of acme/widgets",
        (_LIST, _ISSUE),
        _REPOSITORY,
        Parameter("STATE", ParameterKind.WORD, pattern="open|closed|all"),
        Parameter("LABEL", ParameterKind.TEXT, pattern="label|labelled|labeled|tagged"),
        _limit("issue"),
        unless=(f"{_GONE}|close|comment|{_PULL}",),
    ),
    _recipe(
        "show_issue",
        "Show issue 3 of acme/widgets",
        (f"{_LIST}|read|find|look up|retrieve", _ISSUE),
        _REPOSITORY,
        _NUMBER,
        unless=(f"{_GONE}|close|reopen|re-open|comment|assign|label",),
    ),
    _recipe(
        "close_issue",
        "Close issue 3 of acme/widgets",
        ("close|resolve|finish", f"{_ISSUE}|#"),
        _REPOSITORY,
        _NUMBER,
        unless=(f"{_GONE}|reopen|re-open|open again|{_PULL}|milestone|list|been closed|{_ASKED}",),
    ),
    _recipe(
        "reopen_issue",
        "Reopen issue 2 of acme/widgets",
        ("reopen|re-open|open again", f"{_ISSUE}|#"),
        _REPOSITORY,
        _NUMBER,
        unless=(f"{_GONE}|{_PULL}|milestone|been reopened|{_ASKED}",),
    ),
    _recipe(
        "comment_on_issue",
        'Comment "Thanks, I will have a look" on issue 3 of acme/widgets',
        ("comment|reply|answer|respond|write|post|leave|say", f"{_ISSUE}|{_PULL}|#"),
        _REPOSITORY,
        _NUMBER,
        Parameter("COMMENT", ParameterKind.TEXT, required=True, pattern="comment|saying|that says|say|reply|answer|with|text"),
        unless=(f"{_GONE}|list|show|edit",),
    ),
    _recipe(
        "label_issue",
        'Add the label "bug" to issue 3 of acme/widgets',
        ("add|put|label|tag|apply|give|set|attach", "label|tag", f"{_ISSUE}|{_PULL}|#"),
        _REPOSITORY,
        _NUMBER,
        Parameter("LABEL", ParameterKind.TEXT, required=True, pattern="label|tag|with|as"),
        unless=(f"{_GONE}|list|take off|unlabel",),
    ),
    _recipe(
        "assign_issue",
        "Assign issue 3 of acme/widgets to octocat",
        ("assign|give|hand", f"{_ISSUE}|{_PULL}|#"),
        _REPOSITORY,
        _NUMBER,
        Parameter("LOGIN", ParameterKind.LOGIN, required=True, pattern=_SITE),
        unless=(f"{_GONE}|unassign|label|comment",),
    ),
    _recipe(
        "create_label",
        'Create a red label called "needs-triage" in acme/widgets',
        (_CREATE, "label"),
        _REPOSITORY,
        Parameter("NAME", ParameterKind.TEXT, required=True, pattern=f"{_NAMED}|label"),
        Parameter("COLOR", ParameterKind.WORD, pattern="red|orange|yellow|green|blue|purple|pink|grey|gray|black|white"),
        Parameter("DESCRIPTION", ParameterKind.TEXT, pattern="description|described as"),
        unless=(f"{_GONE}|{_ISSUE}|#|list",),
    ),
    _recipe("list_labels", "List the labels of acme/widgets", (_LIST, "label"), _REPOSITORY, unless=(f"{_GONE}|{_ISSUE}|#",)),
    _recipe(
        "create_milestone",
        'Create a milestone called "Version 2" in acme/widgets',
        (_CREATE, "milestone"),
        _REPOSITORY,
        Parameter("TITLE", ParameterKind.TEXT, required=True, pattern=f"{_NAMED}|milestone"),
        Parameter("DAYS", ParameterKind.INTEGER, pattern="day"),
        unless=(f"{_GONE}|close|list|{_ISSUE}",),
    ),
    _recipe(
        "list_pull_requests",
        "List the open pull requests of acme/widgets",
        (_LIST, _PULL),
        _REPOSITORY,
        Parameter("STATE", ParameterKind.WORD, pattern="open|closed|all"),
        _limit("pull request", "pr"),
        # "Request" is a word of asking, and "open" a state: "open a pull request" would be done as "show the open ones".
        unless=(f"{_GONE}|close|comment|merge|{_ISSUE}|a pull request|a new pull request|make|create|submit|raise|file a",),
    ),
    _recipe(
        "create_pull_request",
        'Open a pull request in acme/widgets from branch "feature/search" titled "Add search"',
        (_FILE, _PULL),
        _REPOSITORY,
        Parameter("HEAD", ParameterKind.TEXT, required=True, pattern="from branch|from the branch|from|head|for branch"),
        _TITLE,
        Parameter("BASE", ParameterKind.TEXT, pattern="into|against|to branch|onto|base"),
        _BODY,
        unless=(f"{_GONE}|close|reopen|re-open|comment|merge|list",),
    ),
    _recipe(
        "create_branch",
        'Create a branch called "feature/dark-mode" in acme/widgets',
        (_CREATE, "branch"),
        _REPOSITORY,
        Parameter("BRANCH", ParameterKind.TEXT, required=True, pattern=f"{_NAMED}|branch"),
        Parameter("SOURCE", ParameterKind.TEXT, pattern="from|off|based on"),
        unless=(f"{_GONE}|{_PULL}|list|protect|rename",),
    ),
    _recipe("list_branches", "List the branches of acme/widgets", (_LIST, "branch"), _REPOSITORY, unless=(f"{_GONE}|{_PULL}",)),
    _recipe(
        "create_release",
        'Create a release with the tag "v2.0.0" in acme/widgets',
        (f"{_CREATE}|publish|release|cut", "release|version"),
        _REPOSITORY,
        Parameter("TAG", ParameterKind.TEXT, required=True, pattern="tag|tagged|version|release|called|named"),
        Parameter("NOTES", ParameterKind.TEXT, pattern="note|description|text|body|saying"),
        unless=(f"{_GONE}|list|branch|milestone",),
    ),
    _recipe(
        "list_releases",
        "List the releases of acme/widgets",
        (_LIST, "release|version"),
        _REPOSITORY,
        _limit("release"),
        unless=(_GONE,),
    ),
    _recipe(
        "show_repository",
        "Show the repository acme/widgets",
        (f"{_LIST}|tell me about|how many|describe|overview|info", f"{_REPO}|star|fork"),
        _REPOSITORY,
        unless=(
            f"{_GONE}|{_ISSUE}|{_PULL}|readme|commit|branch|release|label|contributor|unstar|stargazer|read me",
            "who starred|has starred|have i|did i",
        ),
    ),
    _recipe(
        "list_repositories",
        "List my repositories",
        (_LIST, "repository|repo"),
        _limit("repository", "repo"),
        unless=(f"{_GONE}|search|find|commit|star",),
    ),
    _recipe(
        "create_repository",
        'Create a private repository called "notes"',
        (_CREATE, "repository|repo"),
        Parameter("NAME", ParameterKind.TEXT, required=True, pattern=_NAMED),
        Parameter("VISIBILITY", ParameterKind.WORD, pattern="private|public"),
        Parameter("DESCRIPTION", ParameterKind.TEXT, pattern="description|described as"),
        unless=(
            f"{_GONE}|{_ISSUE}|{_PULL}|label|branch|release|milestone|gist|star|fork|file|webhook|secret|key|organisation|organization|org|team",
        ),
    ),
    _recipe(
        "star_repository",
        "Star acme/widgets",
        ("star",),
        _REPOSITORY,
        unless=(f"{_GONE}|unstar|how many|list|count|have i|did i|do i|who|has",),
    ),
    _recipe(
        "unstar_repository",
        "Unstar acme/widgets",
        ("unstar|remove|take", "unstar|star"),
        _REPOSITORY,
        unless=("delete|erase|destroy|how many|list",),
    ),
    _recipe(
        "create_gist",
        'Create a gist called "notes.txt" with the text "Buy milk"',
        (f"{_CREATE}|save|publish|share", "gist"),
        Parameter("FILE_NAME", ParameterKind.TEXT, pattern=f"{_NAMED}|file"),
        Parameter("CONTENT", ParameterKind.TEXT, required=True, pattern="with the text|text|content|containing|saying"),
        Parameter("VISIBILITY", ParameterKind.WORD, pattern="public|secret|private"),
        unless=(f"{_GONE}|list|star|fork",),
    ),
    _recipe(
        "read_readme",
        "Show the README of acme/widgets",
        (f"{_LIST}|read|fetch", "readme|read me"),
        _REPOSITORY,
        unless=(f"{_GONE}|update|change|create",),
    ),
    _recipe(
        "list_commits",
        "List the last 10 commits of acme/widgets",
        (f"{_LIST}|history|log", "commit"),
        _REPOSITORY,
        _limit("commit"),
        unless=(_GONE,),
    ),
    _recipe(
        "list_contributors",
        "Who are the top contributors of acme/widgets",
        (f"{_LIST}|most", "contributor|committer|contributed|contributes|contribute"),
        _REPOSITORY,
        _limit("contributor"),
        unless=(f"{_GONE}|add",),
    ),
    _recipe(
        "search_repositories",
        'Search repositories for "machine learning"',
        ("search|find|look for", "repository|repo"),
        Parameter("QUERY", ParameterKind.TEXT, required=True, pattern="for|about|matching|on|named|called"),
        _limit("repository", "repo"),
        unless=(f"{_GONE}|{_ISSUE}|code|my repository|my repo|our repository|our repo|my own|do i have",),
    ),
    _recipe(
        "show_user",
        "Show the GitHub user octocat",
        (f"{_LIST}|find|look up", "user|account|profile|login|who is"),
        Parameter("LOGIN", ParameterKind.LOGIN, required=True, pattern=_SITE),
        unless=(f"{_GONE}|{_ISSUE}|my|assign|block|follow",),
    ),
    _recipe(
        "show_rate_limit",
        "Show my GitHub rate limit",
        (f"{_LIST}|check|how many|how much|how close|how near|how far", f"rate limit|limit|request|quota|{_LEFT}"),
        unless=(f"{_GONE}|{_PULL}",),
    ),
)
