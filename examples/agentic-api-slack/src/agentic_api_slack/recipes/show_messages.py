"""Show the newest messages of a channel, oldest of them first."""

import os
import sys

import slack_sdk
from slack_sdk.errors import SlackApiError

CHANNEL = "general"
LIMIT = 5

client = slack_sdk.WebClient(token=os.environ["SLACK_BOT_TOKEN"])


def channel_id(name):
    """The id of a channel, which the history needs."""
    cursor = None
    while True:
        page = client.conversations_list(limit=200, cursor=cursor)
        for channel in page["channels"]:
            if channel["name"] == name:
                return channel["id"]
        cursor = page.get("response_metadata", {}).get("next_cursor")
        if not cursor:
            return None


try:
    channel = channel_id(CHANNEL)
    if channel is None:
        print(f"Slack: there is no channel #{CHANNEL}", file=sys.stderr)
        sys.exit(1)
    messages = client.conversations_history(channel=channel, limit=LIMIT)["messages"]
except SlackApiError as error:
    print(f"Slack: {error.response['error']}", file=sys.stderr)
    sys.exit(1)

for message in reversed(messages):
    print(f"{message['ts']}  {message.get('user', '?')}: {message['text']}")
print(f"{len(messages)} messages in #{CHANNEL} ({channel})")
