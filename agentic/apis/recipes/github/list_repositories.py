"""List the repositories of my account, the last changed first."""

import os
import sys
from itertools import islice

import github

LIMIT = 30

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]), per_page=min(LIMIT, 100))

try:
    repositories = list(islice(client.get_user().get_repos(sort="updated"), LIMIT))
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

for repository in repositories:
    visibility = "private" if repository.private else "public"
    print(f"{repository.full_name}  {visibility}  {repository.stargazers_count} stars  {repository.description or '-'}")
print(f"{len(repositories)} repositories")
