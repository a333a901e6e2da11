"""Show an issue."""

import os
import sys

import github

REPOSITORY = "acme/widgets"
NUMBER = 3

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]))

try:
    issue = client.get_repo(REPOSITORY).get_issue(NUMBER)
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

print(f"#{issue.number} {issue.title} ({issue.state}, {issue.comments} comments)")
print(f"by {issue.user.login} on {issue.created_at:%Y-%m-%d}")
print(f"labels: {', '.join(label.name for label in issue.labels) or '-'}")
print(f"assigned to: {', '.join(person.login for person in issue.assignees) or '-'}")
print(issue.html_url)
if issue.body:
    print(f"\n{issue.body}")
