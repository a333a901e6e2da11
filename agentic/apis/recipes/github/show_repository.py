"""Show a repository."""

import os
import sys

import github

REPOSITORY = "acme/widgets"

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]))

try:
    repository = client.get_repo(REPOSITORY)
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

print(f"{repository.full_name} ({'private' if repository.private else 'public'}): {repository.description or '-'}")
print(f"stars: {repository.stargazers_count}")
print(f"forks: {repository.forks_count}")
print(f"open issues and pull requests: {repository.open_issues_count}")
print(f"language: {repository.language or '-'}")
print(f"license: {repository.license.spdx_id if repository.license else '-'}")
print(f"default branch: {repository.default_branch}")
print(repository.html_url)
