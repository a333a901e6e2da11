"""Say which workspace and which bot the token is for."""

import os
import sys

import slack_sdk
from slack_sdk.errors import SlackApiError

client = slack_sdk.WebClient(token=os.environ["SLACK_BOT_TOKEN"])

try:
    found = client.auth_test()
except SlackApiError as error:
    print(f"Slack: {error.response['error']}", file=sys.stderr)
    sys.exit(1)

print(f"{found['user']} ({found['user_id']}) in {found['team']} ({found['team_id']}), {found['url']}")
