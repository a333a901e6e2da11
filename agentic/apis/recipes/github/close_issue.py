"""Close an issue."""

import os
import sys

import github

REPOSITORY = "acme/widgets"
NUMBER = 3

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]))

try:
    issue = client.get_repo(REPOSITORY).get_issue(NUMBER)
    issue.edit(state="closed")
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Issue #{issue.number} of {REPOSITORY} is {issue.state}: {issue.title}")
print(issue.html_url)
