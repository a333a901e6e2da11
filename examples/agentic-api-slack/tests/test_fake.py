"""The fake does what Slack would, asked by Slack's own SDK over HTTP, and by hand."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import slack_sdk
from agentic_api_slack.fake import METHODS, fake_slack
from agentic_api_slack.plugin import READS, WRITES
from slack_sdk.errors import SlackApiError

from agentic.core.fake import FakeRequest

TOKEN = "xoxb-test"


@pytest.fixture
def url() -> Iterator[str]:
    """Where the fake answers, as a base URL for the SDK."""
    fake = fake_slack({}, {"bot_token": TOKEN})

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            path, _, query = self.path.partition("?")
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            answer = fake.respond(FakeRequest("POST", "slack.com", path, query, headers, body))
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/api/"
        server.shutdown()
        thread.join()


@pytest.fixture
def client(url: str) -> slack_sdk.WebClient:
    return slack_sdk.WebClient(token=TOKEN, base_url=url)


def test_what_is_posted_stands_in_the_channels_history(client: slack_sdk.WebClient):
    posted = client.chat_postMessage(channel="#general", text="Hello")
    newest = client.conversations_history(channel=posted["channel"], limit=1)["messages"][0]
    assert (newest["text"], newest["ts"]) == ("Hello", posted["ts"])
    reply = client.chat_postMessage(channel=posted["channel"], text="And again", thread_ts=posted["ts"])
    thread = client.conversations_replies(channel=posted["channel"], ts=posted["ts"])["messages"]
    assert [message["ts"] for message in thread] == [posted["ts"], reply["ts"]]


def test_a_reaction_is_added_once(client: slack_sdk.WebClient):
    posted = client.chat_postMessage(channel="#random", text="Cake in the kitchen")
    where = {"channel": posted["channel"], "timestamp": posted["ts"]}
    client.reactions_add(name="cake", **where)
    assert client.reactions_get(**where)["message"]["reactions"] == [{"name": "cake", "users": ["U0000003"], "count": 1}]
    with pytest.raises(SlackApiError, match="already_reacted"):
        client.reactions_add(name="cake", **where)


def test_lists_come_in_pages(client: slack_sdk.WebClient):
    first = client.conversations_list(limit=3)
    second = client.conversations_list(limit=3, cursor=first["response_metadata"]["next_cursor"])
    names = [channel["name"] for page in (first, second) for channel in page["channels"]]
    assert names == ["general", "random", "announcements", "support"]
    assert second["response_metadata"]["next_cursor"] == ""


def test_errors_are_answers_with_status_200(client: slack_sdk.WebClient, url: str):
    with pytest.raises(SlackApiError) as raised:
        client.chat_postMessage(channel="#nowhere", text="Hello")
    assert (raised.value.response.status_code, raised.value.response["error"]) == (200, "channel_not_found")
    with pytest.raises(SlackApiError, match="invalid_auth"):
        slack_sdk.WebClient(token="xoxb-other", base_url=url).auth_test()
    with pytest.raises(SlackApiError, match="name_taken"):
        client.conversations_create(name="general")


def test_a_refused_request_changes_nothing():
    store: dict[str, str] = {}
    fake = fake_slack(store, {"bot_token": TOKEN})
    before = dict(store)
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    body = json.dumps({"channel": "#general"}).encode()
    answer = json.loads(fake.respond(FakeRequest("POST", "slack.com", "/api/chat.postMessage", "", headers, body)).body)
    assert (answer, store) == ({"ok": False, "error": "no_text"}, before)


def test_the_fake_answers_exactly_what_is_allowed():
    assert set(METHODS) == {*READS, *WRITES}
