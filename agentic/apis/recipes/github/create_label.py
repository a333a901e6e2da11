"""Create a label in a repository."""

import os
import sys

import github

REPOSITORY = "acme/widgets"
NAME = "needs-triage"
COLOR = "red"
DESCRIPTION = ""

COLORS = {
    "red": "d73a4a",
    "orange": "d93f0b",
    "yellow": "fbca04",
    "green": "0e8a16",
    "blue": "1d76db",
    "purple": "5319e7",
    "pink": "e99695",
    "grey": "cccccc",
    "gray": "cccccc",
    "black": "000000",
    "white": "ffffff",
}

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]))

try:
    repository = client.get_repo(REPOSITORY)
    label = repository.create_label(NAME, COLORS[COLOR], DESCRIPTION)
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Created the label {label.name} (#{label.color}) in {REPOSITORY}")
