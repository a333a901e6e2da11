"""List the issues of a repository."""

import os
import sys
from itertools import islice

import github

REPOSITORY = "acme/widgets"
STATE = "open"
LABEL = ""
LIMIT = 30

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]), per_page=min(LIMIT, 100))

try:
    repository = client.get_repo(REPOSITORY)
    found = repository.get_issues(state=STATE, labels=[LABEL] if LABEL else [])
    # GitHub lists pull requests as issues too. To look at issue.pull_request would cost a request for each issue.
    issues = list(islice((issue for issue in found if "/pull/" not in issue.html_url), LIMIT))
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

for issue in issues:
    labels = ", ".join(label.name for label in issue.labels)
    print(f"#{issue.number}  {issue.state}  {issue.title}{f'  [{labels}]' if labels else ''}")
print(f"{len(issues)} issues")
