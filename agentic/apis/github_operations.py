"""What the GitHub plugin allows, by families, and what it never allows.

Left out, and refused by name as well: what gives others access (keys, hooks, collaborators, visibility, transfers), what holds
or makes secrets, and the routes by which a script could put a workflow into a repository, which would then run with the
repository's secrets (docs/limitations/fakes-github.md names what cannot be told). No script writes in `.github`: GitHub sends
secrets to the registries that its dependabot.yml names, and apps and agents take settings and commands from there.
"""

from collections.abc import Iterator

from agentic.core.spec import Operation

_REPO = "/repos/{owner}/{repo}"
# GitHub's own links ("next" in a list, a renamed repository's redirect) name repositories, people and organisations by number.
_BY_NUMBER = {
    "/repos/{owner}/{repo}": "/repositories/{id}",
    "/users/{username}/": "/user/{id}/",
    "/orgs/{org}/": "/organizations/{id}/",
}

# Family to its operations; "R" is the path of a repository.
_FAMILIES: dict[str, tuple[str, ...]] = {
    "repositories": (
        *("GET R", "PATCH R", "GET /user/repos", "POST /user/repos", "POST /orgs/{org}/repos"),
        *("GET /users/{username}/repos", "GET /orgs/{org}/repos", "GET R/languages", "GET R/contributors", "GET R/tags"),
        *("GET R/topics", "PUT R/topics", "GET R/license", "GET R/forks", "GET R/teams", "GET R/events", "GET R/activity"),
        *("GET R/community/profile", "GET R/stats/contributors", "GET R/stats/commit_activity", "GET R/stats/participation"),
        *("GET R/stats/code_frequency", "GET R/stats/punch_card", "GET R/traffic/views", "GET R/traffic/clones"),
        *("GET R/traffic/popular/paths", "GET R/traffic/popular/referrers", "GET R/tarball/{ref...}", "GET R/zipball/{ref...}"),
    ),
    "issues": (
        *("GET R/issues", "POST R/issues", "GET R/issues/{number}", "PATCH R/issues/{number}", "GET R/issues/{number}/events"),
        *("PUT R/issues/{number}/lock", "DELETE R/issues/{number}/lock", "GET R/issues/{number}/timeline", "GET /issues"),
        *("GET /user/issues", "GET /orgs/{org}/issues", "GET R/issues/events", "GET R/issues/{number}/reactions"),
        *("POST R/issues/{number}/reactions", "GET R/assignees", "GET R/assignees/{assignee}"),
        *("POST R/issues/{number}/assignees", "DELETE R/issues/{number}/assignees", "GET R/issues/{number}/sub_issues"),
    ),
    "comments": (
        *("GET R/issues/comments", "GET R/issues/{number}/comments", "POST R/issues/{number}/comments"),
        *("GET R/issues/comments/{id}", "PATCH R/issues/comments/{id}", "DELETE R/issues/comments/{id}"),
        *("GET R/issues/comments/{id}/reactions", "POST R/issues/comments/{id}/reactions"),
    ),
    "labels": (
        *("GET R/labels", "POST R/labels", "GET R/labels/{name}", "PATCH R/labels/{name}", "DELETE R/labels/{name}"),
        *("GET R/issues/{number}/labels", "POST R/issues/{number}/labels", "PUT R/issues/{number}/labels"),
        *("DELETE R/issues/{number}/labels", "DELETE R/issues/{number}/labels/{name}", "GET R/milestones/{number}/labels"),
    ),
    "milestones": (
        *("GET R/milestones", "POST R/milestones", "GET R/milestones/{number}", "PATCH R/milestones/{number}"),
        "DELETE R/milestones/{number}",
    ),
    # Not merging: it brings what is on another branch, workflows too, to where it runs.
    "pulls": (
        *("GET R/pulls", "POST R/pulls", "GET R/pulls/{number}", "PATCH R/pulls/{number}", "GET R/pulls/{number}/commits"),
        *("GET R/pulls/{number}/files", "GET R/pulls/{number}/merge", "GET R/pulls/{number}/comments"),
        *("POST R/pulls/{number}/comments", "POST R/pulls/{number}/comments/{id}/replies", "GET R/pulls/comments"),
        *("GET R/pulls/comments/{id}", "PATCH R/pulls/comments/{id}", "DELETE R/pulls/comments/{id}"),
        *("GET R/pulls/{number}/reviews", "POST R/pulls/{number}/reviews", "GET R/pulls/{number}/reviews/{id}"),
        *("GET R/pulls/{number}/reviews/{id}/comments", "POST R/pulls/{number}/reviews/{id}/events"),
        *("GET R/pulls/{number}/requested_reviewers", "POST R/pulls/{number}/requested_reviewers"),
        *("DELETE R/pulls/{number}/requested_reviewers", "GET R/commits/{ref}/pulls"),
    ),
    "contents": (
        *("GET R/readme", "GET R/readme/{dir...}", "GET R/contents", "GET R/contents/", "GET R/contents/{path...}"),
        *("GET R/contents/{path...}/", "PUT R/contents/{path...}", "DELETE R/contents/{path...}"),
        *("GET R/git/trees/{ref...}", "GET R/git/blobs/{sha}"),
    ),
    "branches": (
        *("GET R/branches", "GET R/branches/{branch...}", "GET R/git/ref/{ref...}", "GET R/git/matching-refs/{ref...}"),
        *("GET R/git/refs", "GET R/git/refs/{ref...}", "POST R/git/refs", "DELETE R/git/refs/{ref...}", "GET R/git/tags/{sha}"),
    ),
    "commits": (
        *("GET R/commits", "GET R/commits/{ref...}", "GET R/commits/{ref}/comments", "POST R/commits/{ref}/comments"),
        *(
            "GET R/compare/{basehead...}",
            "GET R/git/commits/{sha}",
            "GET R/commits/{ref}/status",
            "GET R/commits/{ref}/statuses",
        ),
        *("GET R/commits/{ref}/check-runs", "GET R/commits/{ref}/check-suites"),
        "GET R/commits/{ref}/branches-where-head",
        *("GET R/comments", "GET R/comments/{id}", "PATCH R/comments/{id}", "DELETE R/comments/{id}"),
    ),
    "releases": (
        *("GET R/releases", "POST R/releases", "GET R/releases/latest", "GET R/releases/tags/{tag...}", "GET R/releases/{id}"),
        *("PATCH R/releases/{id}", "DELETE R/releases/{id}", "POST R/releases/generate-notes", "GET R/releases/{id}/assets"),
        *("GET R/releases/assets/{id}", "PATCH R/releases/assets/{id}", "DELETE R/releases/assets/{id}"),
    ),
    "actions": (
        *("GET R/actions/workflows", "GET R/actions/workflows/{id}", "GET R/actions/workflows/{id}/runs"),
        *("GET R/actions/runs", "GET R/actions/runs/{id}", "GET R/actions/runs/{id}/jobs", "GET R/actions/jobs/{id}"),
    ),
    "gists": (
        *("GET /gists", "POST /gists", "GET /gists/public", "GET /gists/starred", "GET /gists/{id}", "PATCH /gists/{id}"),
        *("DELETE /gists/{id}", "GET /gists/{id}/comments", "POST /gists/{id}/comments", "GET /gists/{id}/commits"),
        *("GET /gists/{id}/star", "PUT /gists/{id}/star", "DELETE /gists/{id}/star", "GET /users/{username}/gists"),
    ),
    "stars": (
        *("GET /user/starred", "GET /user/starred/{owner}/{repo}", "PUT /user/starred/{owner}/{repo}"),
        *("DELETE /user/starred/{owner}/{repo}", "GET R/stargazers", "GET /users/{username}/starred"),
        *("GET R/subscribers", "GET R/subscription", "PUT R/subscription", "DELETE R/subscription", "GET /user/subscriptions"),
        "GET /users/{username}/subscriptions",
    ),
    "search": (
        *("GET /search/repositories", "GET /search/issues", "GET /search/code", "GET /search/commits", "GET /search/users"),
        *("GET /search/topics", "GET /search/labels"),
    ),
    "users": (
        *("GET /user", "GET /users", "GET /users/{username}", "GET /user/followers", "GET /user/following", "GET /user/orgs"),
        *("GET /user/following/{username}", "PUT /user/following/{username}", "DELETE /user/following/{username}"),
        *("GET /users/{username}/followers", "GET /users/{username}/following", "GET /users/{username}/orgs"),
        *("GET /users/{username}/events", "GET /users/{username}/events/public", "GET /user/teams"),
        "GET /user/memberships/orgs",
    ),
    "organisations": (
        *("GET /orgs/{org}", "GET /orgs/{org}/members", "GET /orgs/{org}/public_members", "GET /orgs/{org}/teams"),
        *("GET /orgs/{org}/members/{username}", "GET /orgs/{org}/teams/{team}", "GET /orgs/{org}/teams/{team}/members"),
        *("GET /orgs/{org}/teams/{team}/repos", "GET /orgs/{org}/events"),
    ),
    "about": (
        *("GET /", "GET /rate_limit", "GET /meta", "GET /zen", "GET /emojis", "GET /versions", "GET /licenses"),
        *("GET /licenses/{license}", "GET /gitignore/templates", "GET /gitignore/templates/{name}", "GET /events"),
        *("GET /notifications", "POST /markdown", "POST /markdown/raw"),
    ),
}
# They render the text that they are sent.
_READING_POSTS = frozenset({"POST /markdown", "POST /markdown/raw", "POST R/releases/generate-notes"})

# Who can see or use a repository, which of its branches counts, what guards it, and what a merge may do. Not its name: PyGithub
# sends that with each change.
_SETTINGS = (
    *("private", "visibility", "archived", "default_branch", "security_and_analysis", "is_template", "allow_forking"),
    *("allow_squash_merge", "allow_merge_commit", "allow_rebase_merge", "allow_auto_merge", "allow_update_branch"),
    *("delete_branch_on_merge", "web_commit_signoff_required", "interaction_limit", "pull_request_creation_policy"),
)
_OF_A_NEW_ONE = ("team_id", "is_template", "template_repository", "template_owner", "custom_properties")
_REFUSED_FIELDS: dict[str, tuple[str, ...]] = {
    "PATCH R": _SETTINGS,
    # A team gets access; a template brings its files, workflows too; by properties an organisation's rulesets choose.
    "POST /user/repos": _OF_A_NEW_ONE,
    "POST /orgs/{org}/repos": _OF_A_NEW_ONE,
    # Where the path says it already.
    "PUT R/contents/{path...}": ("path", "owner", "repo", "repository_id"),
    "DELETE R/contents/{path...}": ("path", "owner", "repo", "repository_id"),
    # It has GitHub's coding agent write and push, in a repository that the field names.
    "POST R/issues": ("agent_assignment",),
    "PATCH R/issues/{number}": ("agent_assignment",),
    "POST R/issues/{number}/assignees": ("agent_assignment",),
    # Whoever may push to the other repository gets this one's branch, and by its workflows this one's secrets.
    "POST R/pulls": ("maintainer_can_modify",),
    "PATCH R/pulls/{number}": ("maintainer_can_modify",),
}

# Never allowed, whatever the list above says. "R" stands for a repository by name and by number, "O" for an organisation.
_NEVER: dict[str, tuple[str, ...]] = {
    "deleting a repository": ("DELETE R",),
    "transfer": ("* R/transfer/**",),
    "workflow files": (
        *("PUT R/contents/.github/**", "DELETE R/contents/.github/**"),
        # A tree may hold any file, and a commit or a branch may be made of any tree.
        *("POST R/git/trees/**", "POST R/git/blobs/**", "POST R/git/commits/**", "PATCH R/git/refs/**", "POST R/git/tags/**"),
        *("* R/merges", "PUT R/pulls/{number}/merge", "PUT R/pulls/{number}/update-branch", "* R/merge-upstream"),
        *("POST R/forks", "* R/generate", "* R/import/**", "POST R/branches/{branch...}/rename"),
    ),
    "workflow runs": (
        *("POST R/actions/**", "PUT R/actions/**", "PATCH R/actions/**", "DELETE R/actions/**", "* R/dispatches/**"),
        *("* R/check-runs/**", "* R/check-suites/**", "POST R/statuses/**"),
    ),
    "secrets and variables": (
        *("* R/actions/secrets/**", "* R/actions/variables/**", "* R/actions/organization-secrets/**"),
        *("* R/actions/organization-variables/**", "* R/dependabot/**", "* R/codespaces/**", "* R/secret-scanning/**"),
        *("* R/pulls/{number}/codespaces/**", "* R/agents/**", "* O/agents/**", "* /agents/**"),
        *("* O/actions/**", "* O/dependabot/**", "* O/codespaces/**", "* O/secret-scanning/**", "* O/private-registries/**"),
    ),
    "runners and tokens": (
        *("* R/actions/runners/**", "* R/actions/permissions/**", "* R/actions/oidc/**", "* R/actions/cache/**"),
        *(
            "* R/actions/artifacts/**",
            "* R/actions/runs/{id}/logs",
            "* R/actions/jobs/{id}/logs",
            "* /feeds",
            "* /credentials/**",
        ),
    ),
    "keys": (
        *(
            "* R/keys/**",
            "* /user/keys/**",
            "* /user/gpg_keys/**",
            "* /user/ssh_signing_keys/**",
            "* /users/{username}/keys/**",
        ),
        *("* /users/{username}/gpg_keys/**", "* /users/{username}/ssh_signing_keys/**", "* /user/{id}/keys/**"),
    ),
    "hooks": ("* R/hooks/**", "* O/hooks/**", "* R/autolinks/**", "* /hub/**", "* R/notifications/**"),
    "access": (
        *(
            "* R/collaborators/**",
            "* R/invitations/**",
            "* O/invitations/**",
            "* O/memberships/**",
            "* O/outside_collaborators/**",
        ),
        *("* /user/repository_invitations/**", "PATCH /user/memberships/**", "PUT R/teams/**", "* R/interaction-limits/**"),
        *("* O/failed_invitations/**", "* O/blocks/**", "* /user/blocks/**"),
    ),
    "guards": (
        *("* R/branches/{branch...}/protection/**", "* R/rulesets/**", "* R/tags/protection/**", "* O/rulesets/**"),
        *("* R/vulnerability-alerts/**", "* R/automated-security-fixes/**", "* R/private-vulnerability-reporting/**"),
        *("* R/security-advisories/**", "* R/code-scanning/**", "* R/code-security-configuration/**", "* R/properties/**"),
        *("* R/attestations/**", "* R/immutable-releases/**", "* R/dependency-graph/snapshots/**", "* O/properties/**"),
        *("* O/code-security/**", "* O/attestations/**", "* O/security-advisories/**", "* O/code-scanning/**"),
    ),
    "pages, environments and deployments": ("* R/pages/**", "* R/environments/**", "* R/deployments/**"),
    "the account": (
        *("PATCH /user", "* /user/emails/**", "* /user/email/**", "* /user/public_emails/**", "* /user/social_accounts/**"),
        *("* /user/interaction-limits/**", "* /user/codespaces/**", "* /user/docker/**", "* /user/packages/**"),
        *("* /user/migrations/**", "* /user/installations/**", "* /user/marketplace_purchases/**", "* /user/projects/**"),
    ),
    "apps and installations": (
        *("* /app/**", "* /apps/**", "* /app-manifests/**", "* /applications/**", "* /installation/**", "* /installations/**"),
        *("* R/installation", "* O/installation", "* O/installations/**", "* /users/{username}/installation"),
        *("* /authorizations/**", "* /marketplace_listing/**"),
    ),
    "administration of an organisation": (
        *("PUT O/**", "PATCH O/**", "DELETE O/**", "POST O/teams/**", "* O/audit-log/**", "* O/credential-authorizations/**"),
        *("* O/personal-access-tokens/**", "* O/personal-access-token-requests/**", "* O/security-managers/**"),
        *("* O/custom-repository-roles/**", "* O/organization-roles/**", "* O/migrations/**", "* O/packages/**"),
        *("* O/copilot/**", "* O/settings/**", "* O/interaction-limits/**", "* O/organization-fine-grained-permissions/**"),
        *("* O/hosted-runners/**", "* O/network-configurations/**", "* O/campaigns/**"),
        *("* /teams/**", "* /enterprises/**", "* /enterprise/**", "* /scim/**", "* /admin/**"),
    ),
    # One path with all power.
    "GraphQL": ("* /graphql/**", "* /api/graphql/**"),
}


def operations() -> Iterator[Operation]:
    """What is allowed at api.github.com."""
    for family, entries in _FAMILIES.items():
        for entry in entries:
            method, path = _split(entry)
            write = False if entry in _READING_POSTS else None
            yield Operation(method, path, family, write, _REFUSED_FIELDS.get(entry, ()))
            for by_name, by_number in _BY_NUMBER.items():
                if method == "GET" and path.startswith(by_name):
                    yield Operation("GET", path.replace(by_name, by_number, 1), family)


def never() -> Iterator[Operation]:
    """What stays refused, by name and by number."""
    for family, entries in _NEVER.items():
        for entry in entries:
            method, path = _split(entry)
            if path.startswith("O"):
                yield from (Operation(method, base + path[1:], family) for base in ("/orgs/{org}", "/organizations/{id}"))
                continue
            yield Operation(method, path, family)
            if path.startswith(_REPO):
                yield Operation(method, path.replace(_REPO, "/repositories/{id}", 1), family)


def _split(entry: str) -> tuple[str, str]:
    method, _, path = entry.partition(" ")
    return method, _REPO + path[1:] if path.startswith("R") else path
