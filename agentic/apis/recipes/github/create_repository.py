"""Create a repository in my account."""

import os
import sys

import github

NAME = "notes"
VISIBILITY = "private"
DESCRIPTION = ""

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]))

try:
    repository = client.get_user().create_repo(NAME, description=DESCRIPTION, private=VISIBILITY == "private")
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Created the {VISIBILITY} repository {repository.full_name}")
print(repository.html_url)
