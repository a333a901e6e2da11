"""React to the newest message of a channel with an emoji."""

import os
import sys

import slack_sdk
from slack_sdk.errors import SlackApiError

CHANNEL = "general"
EMOJI = "thumbsup"

client = slack_sdk.WebClient(token=os.environ["SLACK_BOT_TOKEN"])

try:
    channels = client.conversations_list(limit=1000)["channels"]
    channel = next((item["id"] for item in channels if item["name"] == CHANNEL), None)
    if channel is None:
        print(f"Slack: there is no channel #{CHANNEL}", file=sys.stderr)
        sys.exit(1)
    messages = client.conversations_history(channel=channel, limit=1)["messages"]
    if not messages:
        print(f"Slack: #{CHANNEL} has no message yet", file=sys.stderr)
        sys.exit(1)
    newest = messages[0]
    client.reactions_add(channel=channel, timestamp=newest["ts"], name=EMOJI.strip(":"))
except SlackApiError as error:
    print(f"Slack: {error.response['error']}", file=sys.stderr)
    sys.exit(1)

print(f"Added :{EMOJI.strip(':')}: to message {newest['ts']} in #{CHANNEL}: {newest['text']}")
