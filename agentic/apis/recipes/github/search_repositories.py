"""Search all repositories, the most starred first."""

import os
import sys
from itertools import islice

import github

QUERY = "machine learning"
LIMIT = 10

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]), per_page=min(LIMIT, 100))

try:
    repositories = list(islice(client.search_repositories(QUERY, sort="stars", order="desc"), LIMIT))
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

for repository in repositories:
    print(f"{repository.full_name}  {repository.stargazers_count} stars  {repository.description or '-'}")
print(f"{len(repositories)} repositories")
