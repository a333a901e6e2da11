"""Show a user."""

import os
import sys

import github

LOGIN = "octocat"

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]))

try:
    user = client.get_user(LOGIN)
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

print(f"{user.login} ({user.type}): {user.name or '-'}")
print(f"public repositories: {user.public_repos}, followers: {user.followers}, following: {user.following}")
print(f"since {user.created_at:%Y-%m-%d}")
print(user.html_url)
