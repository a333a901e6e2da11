"""What scripts may ask of Slack, as the broker judges it."""

import inspect
import re

import pytest
import slack_sdk
from agentic_api_slack.plugin import SPEC

from agentic.broker.rules import Allowed, Refused, Rules
from agentic.core.wire import HttpRequest

FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


def judged(method: str, body: bytes = b"", verb: str = "POST") -> Allowed | Refused:
    return Rules(SPEC).judge(HttpRequest(verb, f"https://slack.com/api/{method}", FORM if body else (), body))


def every_method_of_the_sdk() -> list[str]:
    source = inspect.getsource(slack_sdk.web.client)
    return sorted(set(re.findall(r'api_call\(\s*"([\w.]+)"', source)))


def test_no_method_for_administrators_is_allowed():
    methods = [name for name in every_method_of_the_sdk() if name.startswith("admin.")]
    assert len(methods) > 50
    assert [name for name in methods if not isinstance(judged(name), Refused)] == []


@pytest.mark.parametrize("verb", ["GET", "POST"])
@pytest.mark.parametrize("method", ["admin.users.list", "files.upload", "oauth.v2.access", "auth.revoke", "chat.delete"])
def test_what_is_dangerous_is_refused_by_name_too(method: str, verb: str):
    """Also if a stack would declare it: the second line holds it."""
    answer = judged(method, verb=verb)
    assert isinstance(answer, Refused)
    near = [operation.path for operation in SPEC.refused if f"/api/{method}".startswith(operation.path)]
    assert near


def test_reading_by_post_is_no_write():
    listing, posting = judged("conversations.list", b"limit=5"), judged("chat.postMessage", b"channel=C1&text=Hi")
    assert isinstance(listing, Allowed)
    assert isinstance(posting, Allowed)
    assert (listing.operation.writes, posting.operation.writes) == (False, True)


def test_a_token_in_a_field_is_refused_with_the_reason():
    """Slack would take it before the header's, and so the script's placeholder for the key."""
    answer = judged("chat.postMessage", b"token=xoxb-placeholder&channel=C1&text=Hi")
    assert isinstance(answer, Refused)
    assert "token" in answer.reason
