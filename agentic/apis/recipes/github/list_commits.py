"""List the newest commits of a repository."""

import os
import sys
from itertools import islice

import github

REPOSITORY = "acme/widgets"
LIMIT = 10

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]), per_page=min(LIMIT, 100))

try:
    commits = list(islice(client.get_repo(REPOSITORY).get_commits(), LIMIT))
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

for commit in commits:
    author = commit.commit.author
    print(f"{commit.sha[:7]}  {author.date:%Y-%m-%d}  {author.name}  {commit.commit.message.splitlines()[0]}")
print(f"{len(commits)} commits")
