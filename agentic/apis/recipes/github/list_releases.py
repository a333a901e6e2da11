"""List the releases of a repository."""

import os
import sys
from itertools import islice

import github

REPOSITORY = "acme/widgets"
LIMIT = 10

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]), per_page=min(LIMIT, 100))

try:
    releases = list(islice(client.get_repo(REPOSITORY).get_releases(), LIMIT))
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

for release in releases:
    print(f"{release.tag_name}  {release.created_at:%Y-%m-%d}  {release.name or '-'}")
print(f"{len(releases)} releases")
