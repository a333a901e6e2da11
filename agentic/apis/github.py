"""The GitHub plugin: repositories, issues, pull requests, files, releases and gists of one account."""

from collections.abc import Iterable

from agentic.apis.github_names import refused_names
from agentic.apis.github_operations import never, operations
from agentic.apis.recipes.github import RECIPES
from agentic.core.rates import Rate
from agentic.core.spec import ApiSpec, Credential, CredentialKind, Host, KeyCheck, Operation, Refusal, Sdk, SecretField
from agentic.registry import hookimpl

_TOKEN = Credential(CredentialKind.HEADER, "Bearer {token}", "Authorization")
_ARCHIVES = ("zip", "tar.gz", "legacy.zip", "legacy.tar.gz")
_WORDS = (
    "github repository repositories repo repos issue issues pull pulls pr prs branch branches commit commits release releases"
    " gist gists label labels milestone milestones readme star stars unstar contributor contributors"
)

_PROMPT = """\
Write for PyGithub 2.10 (or plain requests against https://api.github.com).
- Token: client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"])). Never write a token into the script. With
  requests: headers={"Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}", "Accept": "application/vnd.github+json"}.
- client.get_repo("owner/name"), client.get_user() is the token's own account, client.get_user("login") another.
- get_issues() lists pull requests too: skip those with "/pull/" in issue.html_url (issue.pull_request or issue.raw_data of an
  issue from a list makes one more request for each).
- Lists are fetched page by page while one goes over them: Github(per_page=100), itertools.islice(found, limit); len() does not
  work on them, and .totalCount costs a request.
- Files: repo.get_contents(path).decoded_content; create_file / update_file (with the sha) / delete_file. A branch is made by
  repo.create_git_ref(f"refs/heads/{name}", repo.get_branch(repo.default_branch).commit.sha).
- Labels and assignees: issue.add_to_labels("bug"), issue.add_to_assignees("login"). Close: issue.edit(state="closed").
- Catch github.GithubException (UnknownObjectException is 404), print error.data["message"] (error.data may be a text) to
  stderr, and sys.exit(1).
- Print the number or name and the html_url of everything that is created or changed.
- Not available: deleting or transferring a repository, its visibility and settings, collaborators, keys, hooks, secrets,
  writing files under .github, merging, forking, git trees and commits, running workflows, environments, deployments, pages,
  branch protection, administration of organisations, GraphQL, GitHub Apps."""

# Of one token (docs.github.com, "Rate limits for the REST API"): 900 points a minute, of which a write takes five; 80 and 500
# things made; searches are counted by themselves. How much of 5,000 requests an hour is left, each answer tells.
_RATES = (
    Rate(requests=900, seconds=60, burst=150, write_cost=5),
    Rate(requests=80, seconds=60, burst=40, writes=True),
    Rate(requests=500, seconds=3600, burst=250, writes=True),
    Rate(requests=30, seconds=60, burst=10, family="search"),
)

GITHUB = ApiSpec(
    name="github",
    title="GitHub",
    surface_version=1,
    sdk=Sdk(
        requirement="PyGithub>=2.10,<2.11",
        modules=("github", "requests", "urllib3"),
        warm_up="agentic.apis.github_sandbox:warm_up",
        bootstrap="agentic.apis.github_sandbox:bootstrap",
        refused=tuple(refused_names()),
    ),
    hosts=(
        Host("api.github.com", tuple(operations()), _TOKEN),
        Host(
            "uploads.github.com",
            (Operation("POST", "/repos/{owner}/{repo}/releases/{id}/assets", "releases"),),
            _TOKEN,
        ),
        # Where GitHub's answers lead to: public, or with a short-lived right in the address. They get no token.
        Host("raw.githubusercontent.com", (Operation("GET", "/{owner}/{repo}/{path...}", "downloads"),)),
        Host(
            "codeload.github.com",
            tuple(Operation("GET", f"/{{owner}}/{{repo}}/{form}/{{ref...}}", "downloads") for form in _ARCHIVES),
        ),
        Host(
            "objects.githubusercontent.com",
            (Operation("GET", "/github-production-release-asset-{store}/{id}/{file}", "downloads"),),
        ),
        Host(
            "release-assets.githubusercontent.com",
            (Operation("GET", "/github-production-release-asset/{id}/{file}", "downloads"),),
        ),
    ),
    secrets=(
        SecretField(
            name="token",
            title="GitHub token (ghp_… or github_pat_…)",
            environment=("GITHUB_TOKEN", "GH_TOKEN"),
            placeholder="ghp_placeholder0000000000000000000000000",
            fake_value="fake_{random}",
            # GitHub has no test keys: every token acts on real repositories.
            live_pattern=r"\A(?:gh[a-z]_(?!placeholder)\w+|github_pat_\w+|(?:v1\.)?[0-9a-f]{40}\Z)",
        ),
    ),
    prompt=_PROMPT,
    recipes=RECIPES,
    fake="agentic.apis.fakes.github:fake_github",
    words=tuple(_WORDS.split()),
    refused=tuple(never()),
    counted_headers=("X-GitHub-Api-Version",),
    settle="agentic.apis.github_settle:find_out",
    rates=_RATES,
    scrubbed_fields=("temp_clone_token", "token"),
    refusal=Refusal(403, "application/json", '{{"message": "{message}"}}'),
    key_check=KeyCheck("api.github.com", "/user"),
)


@hookimpl
def agentic_apis() -> Iterable[ApiSpec]:
    return [GITHUB]
