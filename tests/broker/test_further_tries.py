"""What may be sent again is, after a pause that differs for each; what may not, never."""

from dataclasses import dataclass, field, replace

import pytest
from faulty_api import CUSTOMERS

from agentic.broker.settle import Delivery, UncertainError
from agentic.core.errors import BrokerError, NotSentError
from agentic.core.wire import Headers, HttpRequest, HttpResponse

GET, POST = HttpRequest("GET", CUSTOMERS), HttpRequest("POST", CUSTOMERS)
OK = HttpResponse(200)


@dataclass
class Tries:
    """An API that gives one answer after the other, on a clock that only pauses move on."""

    answers: list[HttpResponse | Exception]
    sent: int = 0
    now: float = 0.0
    pauses: list[float] = field(default_factory=list[float])

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
        self.sent += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def delivery(self, *, write: bool = False, repeatable: bool = True, chance: float = 0.5) -> Delivery:
        return Delivery(
            transport=self,
            repeatable=repeatable,
            write=write,
            seconds=30,
            sleep=self.sleep,
            clock=lambda: self.now,
            chance=lambda: chance,
        )


def too_many(seconds: str = "", *, status: int = 429) -> HttpResponse:
    headers: Headers = (("Retry-After", seconds),) if seconds else ()
    return HttpResponse(status, headers)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_read_is_tried_again_and_three_times_at_most(status: int) -> None:
    api = Tries([HttpResponse(status), HttpResponse(status), OK])
    assert api.delivery().send(GET) == OK
    api = Tries([HttpResponse(status)] * 4)
    assert api.delivery().send(GET).status == status
    assert api.sent == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422, 501])
def test_an_answer_that_would_be_the_same_again_is_not_asked_for_again(status: int) -> None:
    api = Tries([HttpResponse(status)])
    assert api.delivery().send(GET).status == status


@pytest.mark.parametrize("chance", [0.0, 0.5, 0.999])
def test_pauses_are_of_any_length_up_to_a_bound_that_grows(chance: float) -> None:
    api = Tries([HttpResponse(503)] * 3)
    api.delivery(chance=chance).send(GET)
    assert api.pauses == [pytest.approx(0.4 * chance), pytest.approx(1.6 * chance)]


def test_what_the_api_asks_to_wait_is_waited_and_a_little_more() -> None:
    api = Tries([too_many("7"), OK])
    assert api.delivery().send(GET) == OK
    assert 7 < api.pauses[0] <= 7.4


def test_nobody_waits_longer_than_stated_for_an_api() -> None:
    api = Tries([too_many("11")])
    assert api.delivery().send(GET) == too_many("11")
    assert not api.pauses


def test_a_write_with_the_apis_own_idempotency_is_sent_again_after_a_limit() -> None:
    api = Tries([too_many(), too_many("1"), OK])
    assert api.delivery(write=True).send(POST) == OK


def test_a_limit_that_stays_is_the_writes_answer_because_it_was_certainly_not_done() -> None:
    api = Tries([too_many()] * 3)
    assert api.delivery(write=True).send(POST).status == 429


@pytest.mark.parametrize("answer", [too_many(), too_many("1"), too_many("1", status=403)])
def test_a_write_without_idempotency_is_never_sent_again_after_an_answer(answer: HttpResponse) -> None:
    api = Tries([answer, OK])
    assert api.delivery(write=True, repeatable=False).send(POST) == answer
    assert api.sent == 1


def test_a_write_without_idempotency_is_sent_again_where_it_never_left() -> None:
    api = Tries([NotSentError("refused"), NotSentError("refused"), OK])
    assert api.delivery(write=True, repeatable=False).send(POST) == OK


def test_a_limit_after_a_try_that_may_have_been_done_does_not_make_that_undone() -> None:
    # An SDK would take the 429 for "not done", and send the write again under a new key.
    for first in (BrokerError("cut"), HttpResponse(500)):
        api = Tries([first, too_many(), too_many()])
        with pytest.raises(UncertainError):
            api.delivery(write=True).send(POST)


def test_control_without_that_earlier_try_the_limit_is_an_answer() -> None:
    assert Tries([too_many()] * 3).delivery(write=True).send(POST).status == 429


def test_all_tries_together_end_in_time() -> None:
    api = Tries([too_many("9")] * 9)
    assert api.delivery().send(GET).status == 429
    assert api.now < 30


def test_no_further_try_is_made_without_leave() -> None:
    api = Tries([HttpResponse(503)] * 3)
    assert replace(api.delivery(), further=lambda seconds: False).send(GET).status == 503
    assert api.sent == 1
