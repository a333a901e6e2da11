"""Create a gist of one file."""

import os
import sys

import github

CONTENT = "Buy milk"
FILE_NAME = "notes.txt"
VISIBILITY = "secret"

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]))

try:
    files = {FILE_NAME: github.InputFileContent(CONTENT)}
    gist = client.get_user().create_gist(VISIBILITY == "public", files)
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Created the {'public' if gist.public else 'secret'} gist {gist.id} with {FILE_NAME}")
print(gist.html_url)
