"""Show the README of a repository."""

import os
import sys

import github

REPOSITORY = "acme/widgets"

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]))

try:
    readme = client.get_repo(REPOSITORY).get_readme()
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

print(f"{readme.path} of {REPOSITORY} ({readme.size} bytes)")
print(readme.decoded_content.decode("utf-8", "replace"))
