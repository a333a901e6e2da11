"""List the labels of a repository."""

import os
import sys

import github

REPOSITORY = "acme/widgets"

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]))

try:
    labels = list(client.get_repo(REPOSITORY).get_labels())
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

for label in labels:
    print(f"{label.name}  #{label.color}  {label.description or '-'}")
print(f"{len(labels)} labels")
