"""List the pull requests of a repository."""

import os
import sys
from itertools import islice

import github

REPOSITORY = "acme/widgets"
STATE = "open"
LIMIT = 30

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]), per_page=min(LIMIT, 100))

try:
    pulls = list(islice(client.get_repo(REPOSITORY).get_pulls(state=STATE), LIMIT))
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

for pull in pulls:
    print(f"#{pull.number}  {pull.state}  {pull.title}  ({pull.head.ref} -> {pull.base.ref}, by {pull.user.login})")
print(f"{len(pulls)} pull requests")
