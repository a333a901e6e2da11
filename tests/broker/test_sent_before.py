"""A write that somebody may have sent already: no failure to send it again says that it was not done."""

import pytest

from agentic.broker.settle import Delivery, UncertainError
from agentic.core.errors import NotSentError
from agentic.core.wire import HttpRequest, HttpResponse

REQUEST = HttpRequest("POST", "https://api.stripe.com/v1/customers", (), b"")


class Answering:
    """A transport that gives this, or raises it."""

    def __init__(self, answer: HttpResponse | Exception) -> None:
        self._answer = answer

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def send(answer: HttpResponse | Exception, *, before: bool) -> HttpResponse:
    delivery = Delivery(
        transport=Answering(answer), repeatable=True, write=True, seconds=30, sent_before=before, sleep=lambda seconds: None
    )
    return delivery.send(REQUEST)


def test_one_that_cannot_be_sent_again_is_uncertain_and_not_undone():
    with pytest.raises(UncertainError):
        send(NotSentError("no way there"), before=True)
    with pytest.raises(NotSentError):
        send(NotSentError("no way there"), before=False)


def test_a_conflict_with_the_earlier_sending_is_no_answer():
    conflict = HttpResponse(409, (), b"{}")
    with pytest.raises(UncertainError):
        send(conflict, before=True)
    assert send(conflict, before=False).status == 409
