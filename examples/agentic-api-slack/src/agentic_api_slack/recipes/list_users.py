"""List the people of the workspace, without bots and former members."""

import os
import sys

import slack_sdk
from slack_sdk.errors import SlackApiError

client = slack_sdk.WebClient(token=os.environ["SLACK_BOT_TOKEN"])

people = []
cursor = None
try:
    while True:
        page = client.users_list(limit=200, cursor=cursor)
        people.extend(user for user in page["members"] if not user["deleted"] and not user["is_bot"])
        cursor = page.get("response_metadata", {}).get("next_cursor")
        if not cursor:
            break
except SlackApiError as error:
    print(f"Slack: {error.response['error']}", file=sys.stderr)
    sys.exit(1)

for user in people:
    print(f"{user['id']}  {user['profile']['real_name']}  <{user['profile'].get('email', '')}>")
print(f"{len(people)} people")
