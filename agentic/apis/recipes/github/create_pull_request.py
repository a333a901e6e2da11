"""Open a pull request."""

import os
import sys

import github

REPOSITORY = "acme/widgets"
HEAD = "feature/search"
TITLE = "Add search"
BASE = ""  # "": the default branch
BODY = ""

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]))

try:
    repository = client.get_repo(REPOSITORY)
    pull = repository.create_pull(base=BASE or repository.default_branch, head=HEAD, title=TITLE, body=BODY)
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Opened pull request #{pull.number} of {REPOSITORY}: {pull.title} ({pull.head.ref} -> {pull.base.ref})")
print(pull.html_url)
