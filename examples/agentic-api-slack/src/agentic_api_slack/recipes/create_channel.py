"""Create a public channel."""

import os
import sys

import slack_sdk
from slack_sdk.errors import SlackApiError

NAME = "launch-2027"

client = slack_sdk.WebClient(token=os.environ["SLACK_BOT_TOKEN"])

try:
    channel = client.conversations_create(name=NAME.lower().replace(" ", "-"))["channel"]
except SlackApiError as error:
    print(f"Slack: {error.response['error']}", file=sys.stderr)
    sys.exit(1)

print(f"Created channel #{channel['name']} ({channel['id']})")
