"""Take the star off a repository."""

import os
import sys

import github

REPOSITORY = "acme/widgets"

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]))

try:
    repository = client.get_repo(REPOSITORY)
    client.get_user().remove_from_starred(repository)
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Took the star off {repository.full_name}")
print(repository.html_url)
