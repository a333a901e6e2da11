"""PyGithub's names that scripts may not use: what they do is never allowed, so the validator says so before anything runs."""

from collections.abc import Iterator

# Reason to the names inside `github`, class by class.
_REASONS: dict[str, dict[str, str]] = {
    "the platform signs in: github.Auth.Token(os.environ['GITHUB_TOKEN'])": {
        "": "AppAuthentication GithubIntegration",
        "Auth": "AppAuth AppAuthToken AppInstallationAuth AppUserAuth NetrcAuth",
        "MainClass.Github": "get_app get_oauth_application",
    },
    "a repository is not deleted or transferred by a script": {"Repository.Repository": "delete transfer_ownership"},
    "merging and forking could bring workflow files to where they run": {
        "Repository.Repository": "merge merge_upstream create_fork rename_branch",
        "PullRequest.PullRequest": "merge update_branch enable_automerge",
        "AuthenticatedUser.AuthenticatedUser": "create_fork create_repo_from_template",
        "Organization.Organization": "create_fork create_repo_from_template",
    },
    "git objects can hold workflow files: write files with create_file and update_file": {
        "Repository.Repository": "create_git_tree create_git_blob create_git_commit create_git_tag create_git_tag_and_release",
        "GitRef.GitRef": "edit",
    },
    "workflows and checks are not run or set by scripts": {
        "Repository.Repository": "create_repository_dispatch create_check_run create_check_suite",
        "Workflow.Workflow": "create_dispatch enable disable",
        "WorkflowRun.WorkflowRun": "rerun rerun_failed_jobs cancel delete",
        "Commit.Commit": "create_status",
    },
    "secrets and variables are not for scripts": {
        "Repository.Repository": "create_secret get_secret get_secrets delete_secret get_public_key create_variable"
        " get_variable get_variables delete_variable",
        "Organization.Organization": "create_secret get_secret get_secrets get_public_key create_variable get_variable"
        " get_variables",
    },
    "keys are not for scripts": {
        "Repository.Repository": "create_key get_key get_keys",
        "AuthenticatedUser.AuthenticatedUser": "create_key get_key get_keys",
    },
    "webhooks are not for scripts": {
        "Repository.Repository": "create_hook get_hook get_hooks subscribe_to_hub unsubscribe_from_hub create_autolink",
        "Organization.Organization": "create_hook get_hook get_hooks edit_hook delete_hook",
    },
    "who has access is not for scripts": {
        "Repository.Repository": "add_to_collaborators remove_from_collaborators get_collaborators get_pending_invitations"
        " remove_invitation",
        "Organization.Organization": "add_to_members remove_from_members invite_user remove_from_membership create_team edit"
        " convert_to_outside_collaborator",
        "AuthenticatedUser.AuthenticatedUser": "accept_invitation edit get_emails add_to_emails remove_from_emails"
        " get_installations",
    },
    "what guards a repository is not for scripts": {
        "Branch.Branch": "get_protection edit_protection remove_protection",
        "Repository.Repository": "enable_vulnerability_alert disable_vulnerability_alert enable_automated_security_fixes"
        " disable_automated_security_fixes create_repository_advisory get_repository_advisories get_secret_scanning_alerts",
    },
    "runners, environments and deployments are not for scripts": {
        "Repository.Repository": "get_self_hosted_runners remove_self_hosted_runner create_environment get_environments"
        " delete_environment create_deployment get_deployments get_artifacts",
    },
    "GraphQL is one path with all power: use the REST methods": {
        "Requester.Requester": "graphql_query graphql_node graphql_named_mutation",
    },
}


def refused_names() -> Iterator[tuple[str, str]]:
    """Dotted names with the reason of each, for `Sdk.refused`."""
    for reason, places in _REASONS.items():
        for place, names in places.items():
            for name in names.split():
                yield ".".join(part for part in ("github", place, name) if part), reason
