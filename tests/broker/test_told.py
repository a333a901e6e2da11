"""What an API's answer says of its limits is understood, whatever way it says it; and garbage says nothing."""

from email.utils import formatdate

import pytest
from hypothesis import given, strategies as some

from agentic.broker.told import LONGEST_HOLD, Told, told
from agentic.core.wire import Headers, HttpResponse

NOW = 1_768_000_000.0
DATE = formatdate(NOW + 7, usegmt=True)


def said(status: int, headers: Headers) -> Told:
    return told(HttpResponse(status, headers), NOW)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ((("Retry-After", "7"),), 7),
        ((("retry-after", " 7 "),), 7),
        ((("Retry-After", DATE),), 7),
        ((("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", f"{NOW + 7:.0f}")), 7),
        ((("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", f"{(NOW + 7) * 1000:.0f}")), 7),
        ((("RateLimit-Remaining", "0"), ("RateLimit-Reset", "7")), 7),
        ((("X-Rate-Limit-Remaining", "0"), ("X-Rate-Limit-Reset", "7")), 7),
        ((("RateLimit", "limit=10, remaining=0, reset=7"),), 7),
        ((("RateLimit", '"default";r=0;t=7'),), 7),
    ],
)
def test_each_way_of_saying_how_long_to_wait_is_understood(headers: Headers, seconds: float) -> None:
    for status in (429, 403):
        found = said(status, headers)
        assert (found.limited, found.seconds, found.hold) == (True, pytest.approx(seconds), pytest.approx(seconds))


def test_a_429_without_a_word_about_the_time_is_a_limit_that_holds_nobody_else_back() -> None:
    assert said(429, ()) == Told(limited=True)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 500, 502])
def test_other_answers_are_no_limits(status: int) -> None:
    assert not said(status, (("X-RateLimit-Remaining", "4999"), ("X-RateLimit-Reset", f"{NOW + 60:.0f}"))).limited
    assert not said(status, ()).limited


def test_the_last_request_of_a_limit_holds_back_those_that_would_follow() -> None:
    used_up = (("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", f"{NOW + 60:.0f}"))
    assert said(200, used_up) == Told(hold=60.0)
    assert said(404, used_up).hold == 0


def test_a_limit_of_some_calls_is_not_taken_for_one_of_all() -> None:
    search = (("Retry-After", "7"), ("X-RateLimit-Resource", "search"))
    assert said(403, search).family_only
    assert not said(403, (("Retry-After", "7"), ("X-RateLimit-Resource", "core"))).family_only


def test_a_server_that_is_down_tells_only_who_has_asked_it_when_to_come_again() -> None:
    assert said(503, (("Retry-After", "7"),)) == Told(seconds=7.0)


def test_nobody_is_held_back_for_longer_than_an_hour() -> None:
    assert said(429, (("Retry-After", "999999999"),)).hold == LONGEST_HOLD


@given(
    some.sampled_from([200, 304, 403, 429, 503]),
    some.lists(
        some.tuples(
            some.sampled_from(
                [
                    "Retry-After",
                    "X-RateLimit-Remaining",
                    "X-RateLimit-Reset",
                    "RateLimit",
                    "RateLimit-Reset",
                    "X-RateLimit-Resource",
                ]
            ),
            some.one_of(some.text(max_size=30), some.from_regex(r"-?[0-9]{1,20}(\.[0-9]+)?", fullmatch=True), some.just("nan")),
        ),
        max_size=6,
    ),
)
def test_whatever_the_headers_hold_is_a_bounded_wait_or_none(status: int, headers: list[tuple[str, str]]) -> None:
    found = said(status, tuple(headers))
    assert 0 <= found.hold <= LONGEST_HOLD
    assert found.seconds is None or found.seconds >= 0
