"""Assign an issue or a pull request to somebody."""

import os
import sys

import github

REPOSITORY = "acme/widgets"
NUMBER = 3
LOGIN = "octocat"

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]))

try:
    issue = client.get_repo(REPOSITORY).get_issue(NUMBER)
    issue.add_to_assignees(LOGIN)
    people = [person.login for person in issue.assignees]
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

# GitHub leaves out, without an error, whoever cannot be assigned there.
if LOGIN.lower() not in [person.lower() for person in people]:
    print(f"GitHub: {LOGIN} cannot be assigned in {REPOSITORY}", file=sys.stderr)
    sys.exit(1)
print(f"#{issue.number} of {REPOSITORY} is assigned to {', '.join(people)}")
print(issue.html_url)
