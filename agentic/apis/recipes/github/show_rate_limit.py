"""Show how many requests are left of the rate limit."""

import os
import sys

import github

RESOURCE = "core"

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]))

try:
    limits = client.get_rate_limit().resources
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

for name, limit in {RESOURCE: limits.core, "search": limits.search}.items():
    print(f"{name}: {limit.remaining} of {limit.limit} requests left, reset at {limit.reset:%H:%M} UTC")
