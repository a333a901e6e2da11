"""Create a milestone in a repository."""

import os
import sys
from datetime import UTC, datetime, timedelta

import github

REPOSITORY = "acme/widgets"
TITLE = "Version 2"
DAYS = 0  # 0: without a due date

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]))

try:
    repository = client.get_repo(REPOSITORY)
    if DAYS:
        milestone = repository.create_milestone(TITLE, due_on=datetime.now(UTC) + timedelta(days=DAYS))
    else:
        milestone = repository.create_milestone(TITLE)
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

due = f", due on {milestone.due_on:%Y-%m-%d}" if milestone.due_on else ""
print(f"Created milestone {milestone.number} of {REPOSITORY}: {milestone.title}{due}")
