"""List all channels, page by page."""

import os
import sys

import slack_sdk
from slack_sdk.errors import SlackApiError

client = slack_sdk.WebClient(token=os.environ["SLACK_BOT_TOKEN"])

channels = []
cursor = None
try:
    while True:
        page = client.conversations_list(limit=200, exclude_archived=True, cursor=cursor)
        channels.extend(page["channels"])
        cursor = page.get("response_metadata", {}).get("next_cursor")
        if not cursor:
            break
except SlackApiError as error:
    print(f"Slack: {error.response['error']}", file=sys.stderr)
    sys.exit(1)

for channel in channels:
    print(f"#{channel['name']}  {channel['id']}  {channel['num_members']} members  {channel['topic']['value']}")
print(f"{len(channels)} channels")
