"""List those who have committed most to a repository."""

import os
import sys
from itertools import islice

import github

REPOSITORY = "acme/widgets"
LIMIT = 10

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]), per_page=min(LIMIT, 100))

try:
    contributors = list(islice(client.get_repo(REPOSITORY).get_contributors(), LIMIT))
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

for person in contributors:
    print(f"{person.login}  {person.contributions} commits")
print(f"{len(contributors)} contributors")
