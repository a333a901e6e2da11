"""Create a release, and its tag where there is none."""

import os
import sys

import github

REPOSITORY = "acme/widgets"
TAG = "v2.0.0"
NOTES = ""

client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]))

try:
    repository = client.get_repo(REPOSITORY)
    release = repository.create_git_release(TAG, TAG, NOTES)
except github.GithubException as error:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    print(f"GitHub: {message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Created release {release.id} of {REPOSITORY}: {release.tag_name} on {release.target_commitish}")
print(release.html_url)
