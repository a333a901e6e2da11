"""SNS in moto, as much of it as stays on this machine: topics, and subscriptions of queues.

moto would post to a subscriber's address, and keep every message for ever; neither happens here.
"""

from urllib.parse import urlencode

from agentic.core.errors import UsageError
from agentic.local.endpoint.actions import form_of
from agentic.local.endpoint.message import Answer, Request
from agentic.local.endpoint.moto_backend import MotoBackend

_OPERATIONS = {
    *("CreateTopic", "DeleteTopic", "GetTopicAttributes", "ListTopics", "Publish", "SetTopicAttributes"),
    *("Subscribe", "Unsubscribe", "ListSubscriptions", "ListSubscriptionsByTopic", "SetSubscriptionAttributes"),
    *("ListTagsForResource", "TagResource", "UntagResource"),
}


class Topics:
    """The endpoint's SNS."""

    def __init__(self, moto: MotoBackend) -> None:
        self._moto = moto

    def answer(self, request: Request) -> Answer:
        """Raises `UsageError` for an operation that there is not here."""
        form = form_of(request)
        operation = (form or {}).get("Action", "")
        if form is None or operation not in _OPERATIONS:
            raise _unknown(f"The local cloud does not have this part of SNS: {operation or 'no operation is named'}.")
        if operation == "Subscribe" and form.get("Protocol") != "sqs":
            raise _unknown("On the local cloud only a queue can subscribe to a topic (protocol sqs).")
        # moto reads what was read here, and nothing that it could take for more.
        headers = (("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),)
        body = urlencode(form).encode()
        with self._moto.lock("sns"), self._moto.lock("sqs"):
            answer = self._moto.handle("sns", request.region, "POST", "/", headers, body)
            if operation == "Publish":
                for topic in self._moto.models("sns", request.region).topics.values():
                    topic.sent_notifications.clear()
        return answer


def _unknown(message: str) -> UsageError:
    return UsageError(message, aws_code="InvalidAction", aws_status=400)
