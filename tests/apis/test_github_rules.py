"""What scripts may not do at GitHub is refused by every route, under the plugin's own rules; each attack has a control."""

import dataclasses
import json

import pytest

from agentic.apis.github import GITHUB
from agentic.broker.rules import Allowed, Refused, Rules
from agentic.broker.scrub import scrub
from agentic.core.spec import ApiSpec, Operation
from agentic.core.wire import Headers, HttpRequest, HttpResponse

RULES = Rules(GITHUB)
REPO = "/repos/acme/widgets"
JSON: Headers = (("Content-Type", "application/json"),)
FILE = {"message": "m", "content": "eA=="}


def judge(entry: str, body: object = None, *, headers: Headers = JSON, rules: Rules = RULES) -> Allowed | Refused:
    """`entry` is "METHOD /path" at api.github.com, or "METHOD https://host/path"."""
    method, _, where = entry.partition(" ")
    url = where if where.startswith("https://") else f"https://api.github.com{where}"
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return rules.judge(HttpRequest(method, url, headers, data))


def widened() -> Rules:
    """What a stack could do at most: every method on every path of api.github.com. The second line must hold alone."""
    methods = ("GET", "POST", "PUT", "PATCH", "DELETE")
    everything = tuple(Operation(method, "/{all...}", "all") for method in methods)
    return Rules(dataclasses.replace(GITHUB, hosts=(dataclasses.replace(GITHUB.hosts[0], operations=everything),)))


WIDENED = widened()

NEVER = (
    *("DELETE R", "POST R/transfer", "PUT R/contents/.github/workflows/ci.yml", "DELETE R/contents/.github/workflows/ci.yml"),
    *(
        "PUT R/contents/.github/workflows/deep/er/ci.yml",
        "PUT R/contents/.github/workflows",
        "PUT R/contents/.github/actions/a.yml",
        # GitHub sends its secrets to the registries that this file names, as soon as it is there.
        "PUT R/contents/.github/dependabot.yml",
        "DELETE R/contents/.github/dependabot.yaml",
        # From these an app takes a repository's settings, GitHub who has to review, and its agents commands.
        *("PUT R/contents/.github/settings.yml", "DELETE R/contents/.github/CODEOWNERS", "PUT R/contents/.github/hooks/a.json"),
    ),
    *("POST R/git/trees", "POST R/git/blobs", "POST R/git/commits", "PATCH R/git/refs/heads/main", "POST R/git/tags"),
    *("POST R/merges", "PUT R/pulls/1/merge", "PUT R/pulls/1/update-branch", "POST R/merge-upstream", "POST R/forks"),
    *("POST R/generate", "PUT R/import", "POST R/branches/main/rename", "POST R/branches/feature/x/rename"),
    *("POST R/actions/workflows/ci.yml/dispatches", "POST R/actions/runs/1/rerun", "PUT R/actions/workflows/1/disable"),
    *("DELETE R/actions/runs/1", "POST R/dispatches", "POST R/check-runs", "POST R/statuses/abc", "PATCH R/check-runs/1"),
    *("GET R/actions/secrets", "PUT R/actions/secrets/KEY", "GET R/actions/secrets/public-key", "POST R/actions/variables"),
    *("GET R/dependabot/secrets", "PUT R/codespaces/secrets/A", "GET R/secret-scanning/alerts", "GET R/environments/p/secrets"),
    *(
        "GET R/actions/runners",
        "POST R/actions/runners/registration-token",
        "PUT R/actions/permissions",
        "GET R/actions/oidc/x",
    ),
    *("GET R/actions/artifacts/1/zip", "GET R/actions/runs/1/logs", "GET /feeds", "POST /credentials/revoke"),
    *("GET R/keys", "POST R/keys", "DELETE R/keys/1", "POST /user/keys", "GET /user/gpg_keys", "POST /user/ssh_signing_keys"),
    *("GET /users/ada/keys", "POST R/hooks", "GET R/hooks", "PATCH R/hooks/1/config", "POST R/hooks/1/tests", "POST /hub"),
    *("POST R/autolinks", "PUT R/collaborators/mallory", "GET R/collaborators/ada/permission", "GET R/invitations"),
    *("PATCH R/invitations/1", "PATCH /user/repository_invitations/1", "PATCH /user/memberships/orgs/acme"),
    *("PUT R/branches/main/protection", "DELETE R/branches/feature/x/protection/enforce_admins", "POST R/rulesets"),
    *("PUT R/rulesets/1", "GET R/branches/main/protection", "DELETE R/vulnerability-alerts", "PATCH R/properties/values"),
    *("PUT R/interaction-limits", "GET R/security-advisories", "PATCH R/code-scanning/default-setup"),
    *("POST R/pages", "PUT R/pages", "POST R/pages/builds", "PUT R/environments/prod", "DELETE R/environments/prod"),
    *("POST R/deployments", "POST R/deployments/1/statuses", "PATCH /user", "GET /user/emails", "POST /user/emails"),
    *("PATCH /user/email/visibility", "GET /user/installations", "PUT /user/blocks/ada", "GET /user/packages"),
    *(
        "GET /app",
        "POST /app/installations/1/access_tokens",
        "POST /app-manifests/x/conversions",
        "DELETE /applications/x/token",
    ),
    *(
        "DELETE /installation/token",
        "GET R/installation",
        "GET O/installations",
        "PATCH O",
        "DELETE O",
        "PUT O/memberships/ada",
    ),
    *("POST O/invitations", "DELETE O/members/ada", "POST O/hooks", "GET O/actions/secrets", "POST O/teams", "PATCH O/teams/t"),
    *(
        "POST O/rulesets",
        "GET O/audit-log",
        "PUT O/teams/t/memberships/ada",
        "POST O/migrations",
        "POST /graphql",
        "GET /graphql",
    ),
    *("POST /api/graphql", "GET /enterprises/e/audit-log", "PUT /enterprises/e/actions/permissions", "DELETE /teams/1"),
    *("POST /agents/repos/acme/widgets/tasks", "GET /agents/tasks", "POST R/pulls/1/codespaces", "POST O/hosted-runners"),
    *("GET /scim/v2/organizations/acme/Users", "POST /admin/users", "POST /authorizations"),
)


def by_name_and_number(entry: str) -> list[str]:
    """GitHub has most paths twice: by name and, as its own links do, by number."""
    method, _, path = entry.partition(" ")
    forms = {"R": (REPO, "/repositories/1000006"), "O": ("/orgs/acme", "/organizations/7")}.get(path[:1], ("",))
    return [f"{method} {form}{path[1:] if form else path}" for form in forms]


@pytest.mark.parametrize("entry", [found for entry in NEVER for found in by_name_and_number(entry)])
def test_what_is_never_allowed_is_refused_even_in_a_stack_that_allows_everything(entry: str):
    assert isinstance(judge(entry), Refused)
    held = judge(entry, rules=WIDENED)
    assert isinstance(held, Refused)
    assert "is never allowed" in held.reason


def test_control_without_the_second_line_everything_of_it_would_pass():
    open_ = Rules(dataclasses.replace(GITHUB, refused=(), hosts=WIDENED._spec.hosts))
    assert all(isinstance(judge(found, rules=open_), Allowed) for entry in NEVER for found in by_name_and_number(entry))


def test_control_the_neighbours_of_what_is_refused_are_allowed():
    """The second line takes no more than it must."""
    neighbours = (
        *(
            f"GET {REPO}",
            f"GET {REPO}/issues",
            "GET /repositories/1000006/issues?page=2",
            f"GET {REPO}/contents/.github/workflows",
        ),
        *(f"GET {REPO}/contents/.github/workflows/ci.yml", f"PUT {REPO}/contents/docs/ISSUE_TEMPLATE.md"),
        *(f"PUT {REPO}/contents/docs/workflows/a.yml", f"PUT {REPO}/contents/github/workflows/a.yml", f"GET {REPO}/forks"),
        *(f"POST {REPO}/git/refs", f"DELETE {REPO}/git/refs/heads/feature/x", f"GET {REPO}/git/trees/main"),
        *(f"GET {REPO}/pulls/1/merge", f"GET {REPO}/actions/runs", f"GET {REPO}/branches/feature/keys", "GET /user/starred"),
        *("GET /orgs/acme/members", "POST /orgs/acme/repos", f"GET {REPO}/commits/abc/check-runs", f"GET {REPO}/labels/hooks"),
        *(f"GET {REPO}/contents/keys/hooks/secrets.md", "GET /user/1000001/repos?page=2", "GET /organizations/7/repos?page=2"),
    )
    for entry in neighbours:
        body = FILE if entry.startswith("PUT") else None
        assert isinstance(judge(entry, body), Allowed), entry


WORKFLOW = f"{REPO}/contents/.github/workflows/ci.yml"
SPELLINGS = {
    "plain": WORKFLOW,
    "capitals": f"{REPO}/contents/.GITHUB/Workflows/CI.yml",
    "escaped letters": f"{REPO}/contents/%2egithub/work%66lows/ci.yml",
    "escaped slash": f"{REPO}/contents/.github%2Fworkflows%2Fci.yml",
    "escaped twice": f"{REPO}/contents/.github%252Fworkflows/ci.yml",
    "dot segment": f"{REPO}/contents/./.github/workflows/ci.yml",
    "up and down": f"{REPO}/contents/docs/../.github/workflows/ci.yml",
    "escaped dots": f"{REPO}/contents/docs/%2e%2e/.github/workflows/ci.yml",
    "empty segment": f"{REPO}/contents//.github/workflows/ci.yml",
    "empty segment inside": f"{REPO}/contents/.github//workflows/ci.yml",
    "backslash": f"{REPO}/contents/.github%5Cworkflows%5Cci.yml",
    "full-width letters": f"{REPO}/contents/.github/%EF%BD%97orkflows/ci.yml",
    "full-width dot": f"{REPO}/contents/%EF%BC%8Egithub/workflows/ci.yml",
    "ignorable character": f"{REPO}/contents/.git%E2%80%8Bhub/workflows/ci.yml",
    "trailing dot": f"{REPO}/contents/.github./workflows/ci.yml",
    "trailing blank": f"{REPO}/contents/.github%20/workflows/ci.yml",
    "null": f"{REPO}/contents/.github%00/workflows/ci.yml",
    "by number": "/repositories/1000006/contents/.github/workflows/ci.yml",
    "other case of the repository": "/repos/ACME/Widgets/contents/.github/workflows/ci.yml",
    "other case of the path": "/Repos/acme/widgets/Contents/.github/workflows/ci.yml",
    "with the port": f"https://api.github.com:443{WORKFLOW}",
    "with a query": f"{WORKFLOW}?path=README.md",
    "trailing slash": f"{REPO}/contents/.github/workflows/",
    "an extension for the folder": f"{REPO}/contents/.github/workflows.d/../ci.yml",
}


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_workflow_file_is_written_in_no_spelling_of_its_path(spelling: str, method: str):
    assert isinstance(judge(f"{method} {SPELLINGS[spelling]}", FILE), Refused)
    assert isinstance(judge(f"{method} {SPELLINGS[spelling]}", FILE, rules=WIDENED), Refused)


def test_control_the_same_write_one_folder_beside_is_allowed():
    assert isinstance(judge(f"PUT {REPO}/contents/docs/ci.yml", FILE), Allowed)
    assert isinstance(judge(f"PUT {REPO}/contents/docs/%66lows/ci.yml", FILE), Allowed)


@pytest.mark.parametrize("field", ["path", "Path", "p%61th", "repo", "owner", "repository_id"])
def test_a_field_that_names_another_file_is_refused_in_body_and_query(field: str):
    where = f"PUT {REPO}/contents/docs/a.md"
    assert isinstance(judge(where, FILE | {field.replace("%61", "a"): ".github/workflows/ci.yml"}), Refused)
    assert isinstance(judge(f"{where}?{field}=.github/workflows/ci.yml", FILE), Refused)


SETTINGS = (
    *("private", "visibility", "archived", "default_branch", "security_and_analysis", "is_template", "allow_forking"),
    *("allow_auto_merge", "web_commit_signoff_required"),
)


@pytest.mark.parametrize("field", SETTINGS)
def test_a_repositorys_settings_are_changed_by_no_spelling_of_their_field(field: str):
    where = f"PATCH {REPO}"
    for name in (field, field.upper(), field.replace("_", "-"), f"{field}[x]"):
        assert isinstance(judge(where, {"description": "x", name: False}), Refused)
    assert isinstance(judge(f"{where}?{field}=false", {"description": "x"}), Refused)


DISGUISES: dict[str, tuple[bytes, Headers]] = {
    "JSON as a form": (b'{"private":false}', (("Content-Type", "application/x-www-form-urlencoded"),)),
    "JSON as a form, spaced": (b'{"private": false}', (("Content-Type", "application/x-www-form-urlencoded"),)),
    "a list as a form": (b'[{"private":false}]', (("Content-Type", "application/x-www-form-urlencoded"),)),
    "JSON without a type": (b'{"private":false}', ()),
    "JSON without a type, after blanks": (b'\r\n {"private":false}', ()),
    "JSON as text": (b'{"private":false}', (("Content-Type", "text/plain"),)),
    "JSON as vnd": (b'{"private":false}', (("Content-Type", "application/vnd.github+json"),)),
    "escaped letter": (b'{"pr\\u0069vate":false}', JSON),
    "twice": (b'{"description":"x","private":false,"private":true}', JSON),
    "byte order mark": (b'\xef\xbb\xbf{"private":false}', JSON),
    "wide": ('{"private":false}'.encode("utf-16"), JSON),
    "behind a form inside a text": (b'{"description":"x&private=false"}', ()),
    "a form": (b"private=false", (("Content-Type", "application/x-www-form-urlencoded"),)),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_disguised_body_makes_no_repository_public(disguise: str):
    body, headers = DISGUISES[disguise]
    assert isinstance(judge(f"PATCH {REPO}", body, headers=headers), Refused)


def test_control_the_same_bodies_with_an_allowed_field_pass():
    fine = b'{"description":"x"}'
    assert isinstance(judge(f"PATCH {REPO}", fine), Allowed)
    # As `requests.patch(url, data=json.dumps(...))` sends it.
    assert isinstance(judge(f"PATCH {REPO}", fine, headers=()), Allowed)
    assert isinstance(judge(f"PATCH {REPO}", b'{\n "description": "fix path=a; b"\n}', headers=()), Allowed)
    assert isinstance(
        judge(f"PATCH {REPO}", b"description=x", headers=(("Content-Type", "application/x-www-form-urlencoded"),)), Allowed
    )
    bare = Rules(dataclasses.replace(GITHUB, hosts=(_without_field_rules(GITHUB),)))
    for body, headers in (DISGUISES["JSON without a type"], DISGUISES["escaped letter"], DISGUISES["a form"]):
        assert isinstance(judge(f"PATCH {REPO}", body, headers=headers, rules=bare), Allowed)


def _without_field_rules(spec: ApiSpec):
    operations = tuple(dataclasses.replace(operation, refused_fields=()) for operation in spec.hosts[0].operations)
    return dataclasses.replace(spec.hosts[0], operations=operations)


def test_a_new_repository_takes_no_team_no_template_and_no_properties():
    for field in ("team_id", "template_repository", "custom_properties"):
        assert isinstance(judge("POST /user/repos", {"name": "x", field: 1}), Refused)
        assert isinstance(judge("POST /orgs/acme/repos", {"name": "x", field: 1}), Refused)
    assert isinstance(judge("POST /user/repos", {"name": "x", "private": True}), Allowed)


@pytest.mark.parametrize("entry", [f"POST {REPO}/issues", f"PATCH {REPO}/issues/1", f"POST {REPO}/issues/1/assignees"])
def test_an_issue_gives_no_orders_to_a_coding_agent(entry: str):
    """An agent of GitHub's would write, workflows too, where and what the field says."""
    orders = {"target_repo": "acme/other", "base_branch": "main", "custom_instructions": "add a workflow"}
    assert isinstance(judge(entry, {"assignees": ["ada"], "agent_assignment": orders}), Refused)
    assert isinstance(judge(f"{entry}?agent_assignment[target_repo]=acme/other", {"assignees": ["ada"]}), Refused)
    assert isinstance(judge(entry, {"assignees": ["ada"]}), Allowed), "the control"


@pytest.mark.parametrize("entry", [f"POST {REPO}/pulls", f"PATCH {REPO}/pulls/1"])
def test_a_pull_request_gives_nobody_a_right_to_the_branch_it_comes_from(entry: str):
    pull = {"title": "x", "head": "ada:fix", "base": "main"}
    assert isinstance(judge(entry, pull | {"maintainer_can_modify": True}), Refused)
    assert isinstance(judge(entry, pull), Allowed), "the control"


def test_a_get_does_not_become_another_method():
    overriding = (("X-HTTP-Method-Override", "DELETE"), *JSON)
    allowed = judge(f"GET {REPO}", headers=overriding)
    assert isinstance(allowed, Allowed)
    assert isinstance(judge(f"POST {REPO}/issues?_method=DELETE", {"title": "x"}), Refused)
    assert isinstance(judge(f"POST {REPO}/issues", {"title": "x", "_method": "DELETE"}), Refused)


ELSEWHERE = (
    *("https://github.com/login/oauth/access_token", "https://gist.github.com/x", "https://api.github.com.evil.example/user"),
    *("https://ghe.example.com/api/v3/user", "https://user@api.github.com/user", "https://api.github.com:444/user"),
    *("https://pipelines.actions.githubusercontent.com/x", "https://evil.githubusercontent.com/a/b/c"),
)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_no_other_host_is_reached(url: str):
    assert isinstance(judge(f"GET {url}"), Refused)
    assert isinstance(judge("GET https://raw.githubusercontent.com/acme/widgets/main/README.md"), Allowed)


def test_redirect_targets_take_no_token_and_no_write():
    from agentic.broker.credentials import to_send

    secret = {"token": "ghp_canary"}
    for url in (
        *(
            "https://raw.githubusercontent.com/acme/widgets/main/a/b.md",
            "https://codeload.github.com/acme/widgets/legacy.zip/main",
        ),
        *(
            "https://objects.githubusercontent.com/github-production-release-asset-2e65be/1/b?sig=1",
            "https://release-assets.githubusercontent.com/github-production-release-asset/1/b?sig=1",
        ),
    ):
        allowed = judge(f"GET {url}", headers=(("Authorization", "Bearer ghp_placeholder"),))
        assert isinstance(allowed, Allowed)
        sent = to_send(GITHUB, allowed, secret)
        assert "ghp_" not in repr(sent)
        assert isinstance(judge(f"PUT {url}", b"x"), Refused)
        assert isinstance(judge(f"POST {url}", b"x"), Refused)
    control = judge(f"GET {REPO}", headers=(("Authorization", "token ghp_placeholder"),))
    assert isinstance(control, Allowed)
    assert dict(to_send(GITHUB, control, secret).headers)["Authorization"] == "Bearer ghp_canary"


def test_an_upload_goes_to_a_releases_files_only():
    assert isinstance(
        judge("POST https://uploads.github.com/repos/acme/widgets/releases/1/assets?name=a.zip", b"PK", headers=()), Allowed
    )
    assert isinstance(judge("POST https://uploads.github.com/repos/acme/widgets/issues", {"title": "x"}), Refused)
    assert isinstance(judge("GET https://uploads.github.com/user"), Refused)


def test_what_only_renders_is_no_write_and_what_changes_is():
    reads = ("POST /markdown", "POST /markdown/raw", f"POST {REPO}/releases/generate-notes", f"GET {REPO}/contents/a/b/c.md")
    for entry in reads:
        allowed = judge(entry, {"text": "x"} if entry.startswith("POST") else None)
        assert isinstance(allowed, Allowed)
        assert not allowed.operation.writes, entry
    writes = ("PUT /user/starred/acme/widgets", f"PATCH {REPO}/issues/1", f"DELETE {REPO}/labels/bug", "POST /gists")
    for entry in writes:
        allowed = judge(entry)
        assert isinstance(allowed, Allowed)
        assert allowed.operation.writes, entry


def test_a_repositorys_clone_token_is_taken_out_of_a_script_too():
    """GitHub answers `?callback=show` with JSONP."""
    assert isinstance(judge(f"GET {REPO}?callback=show"), Allowed)
    body = b'/**/show({"meta": {"status": 200}, "data": {"name": "widgets", "temp_clone_token": "CANARY"}});'
    got = scrub(GITHUB, HttpResponse(200, (), body), {"token": "ghp_canary"}).body
    assert got == body.replace(b"CANARY", b"[removed]")
    bare = dataclasses.replace(GITHUB, scrubbed_fields=())
    assert scrub(bare, HttpResponse(200, (), body), {"token": "ghp_canary"}).body == body, "the control"
