"""Create an issue."""

import os
import sys

import github

REPOSITORY = "acme/widgets"
TITLE = "Login page is broken"
BODY = ""
LABEL = ""

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]))

try:
    repository = client.get_repo(REPOSITORY)
    issue = repository.create_issue(title=TITLE, body=BODY, labels=[LABEL] if LABEL else [])
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Created issue #{issue.number} of {REPOSITORY}: {issue.title}")
print(issue.html_url)
