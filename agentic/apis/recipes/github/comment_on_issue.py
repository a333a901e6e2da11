"""Comment on an issue or a pull request."""

import os
import sys

import github

REPOSITORY = "acme/widgets"
NUMBER = 3
COMMENT = "Thanks, I will have a look"

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]))

try:
    comment = client.get_repo(REPOSITORY).get_issue(NUMBER).create_comment(COMMENT)
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Commented on #{NUMBER} of {REPOSITORY} (comment {comment.id}): {comment.body}")
print(comment.html_url)
