"""List the branches of a repository."""

import os
import sys

import github

REPOSITORY = "acme/widgets"

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]))

try:
    repository = client.get_repo(REPOSITORY)
    branches = list(repository.get_branches())
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

for branch in branches:
    print(f"{branch.name}  {branch.commit.sha[:7]}{'  (default)' if branch.name == repository.default_branch else ''}")
print(f"{len(branches)} branches")
