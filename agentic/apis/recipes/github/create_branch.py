"""Create a branch."""

import os
import sys

import github

REPOSITORY = "acme/widgets"
BRANCH = "feature/dark-mode"
SOURCE = ""  # "": the default branch

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]))

try:
    repository = client.get_repo(REPOSITORY)
    source = repository.get_branch(SOURCE or repository.default_branch)
    reference = repository.create_git_ref(f"refs/heads/{BRANCH}", source.commit.sha)
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Created {reference.ref} in {REPOSITORY} at {reference.object.sha[:7]} (from {source.name})")
