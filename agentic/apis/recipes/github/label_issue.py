"""Add a label to an issue or a pull request."""

import os
import sys

import github

REPOSITORY = "acme/widgets"
NUMBER = 3
LABEL = "bug"

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]))

try:
    issue = client.get_repo(REPOSITORY).get_issue(NUMBER)
    issue.add_to_labels(LABEL)
    labels = [label.name for label in issue.get_labels()]
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

print(f"#{issue.number} of {REPOSITORY} has the labels: {', '.join(labels)}")
print(issue.html_url)
