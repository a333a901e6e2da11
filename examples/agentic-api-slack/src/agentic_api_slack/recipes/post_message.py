"""Post a message to a channel."""

import os
import sys

import slack_sdk
from slack_sdk.errors import SlackApiError

TEXT = "Hello everyone"
CHANNEL = "general"

client = slack_sdk.WebClient(token=os.environ["SLACK_BOT_TOKEN"])

try:
    posted = client.chat_postMessage(channel=f"#{CHANNEL}", text=TEXT)
except SlackApiError as error:
    print(f"Slack: {error.response['error']}", file=sys.stderr)
    sys.exit(1)

print(f"Posted to #{CHANNEL} ({posted['channel']}), message {posted['ts']}: {posted['message']['text']}")
