"""Calls of many runs keep below an API's limits together, and nobody waits longer than stated."""

from dataclasses import replace

import pytest
from broker_stage import SPEC
from shared_api import SharedApi

from agentic.broker.gate import LONGEST_WAIT
from agentic.core.rates import Rate
from agentic.core.values import CallState, Target
from agentic.core.wire import HttpResponse

TEN_A_SECOND = replace(SPEC, rates=(Rate(requests=10, seconds=1, burst=5, target=Target.FAKE),))
LIMITED = HttpResponse(429, (("Retry-After", "30"),), b"{}")


def most_in(sent: list[float], seconds: float) -> int:
    return max(sum(1 for other in sent if at <= other < at + seconds) for at in sent)


def test_the_calls_of_several_runs_keep_to_a_rate_together(api: SharedApi) -> None:
    runs = [api.run(number, spec=TEN_A_SECOND) for number in range(4)]
    assert [run.get().status for _ in range(10) for run in runs] == [200] * 40
    # What the bucket holds, and what drips into it meanwhile.
    assert most_in(api.sent, 1.0) <= 5 + 10
    assert api.sent[-1] - api.sent[0] == pytest.approx((40 - 5) / 10, abs=1.5)


def test_control_without_the_shared_gate_they_all_leave_at_once(api: SharedApi) -> None:
    for number in range(4):
        run = api.run(number, spec=TEN_A_SECOND, shared=False)
        assert [run.get().status for _ in range(10)] == [200] * 10
    assert most_in(api.sent, 1.0) == 40


def test_what_a_call_waited_for_stands_in_the_journal(api: SharedApi) -> None:
    run = api.run(spec=TEN_A_SECOND)
    for _ in range(6):
        run.get()
    assert [call.waited_ms for call in run.calls[:5]] == [0.0] * 5
    assert run.calls[5].waited_ms == pytest.approx(sum(api.slept) * 1000, abs=1)
    assert "waits" in api.notes


def test_two_keys_do_not_share_a_bucket(api: SharedApi) -> None:
    one, other = api.run(1, spec=TEN_A_SECOND), api.run(2, spec=TEN_A_SECOND, key="sk_test_another")
    for _ in range(5):
        one.get()
        other.get()
    assert not api.slept


def test_a_write_takes_what_it_costs_and_a_rate_of_writes_lets_reads_pass(api: SharedApi) -> None:
    rates = (Rate(10, 1, burst=10, write_cost=5, target=Target.FAKE), Rate(1, 1, burst=2, writes=True, target=Target.FAKE))
    run = api.run(spec=replace(SPEC, rates=rates))
    run.post()
    run.post()
    assert not api.slept
    run.get()
    assert sum(api.slept) < 0.3
    run.post()
    assert sum(api.slept) >= 0.9


def test_who_would_wait_too_long_is_refused_at_once_in_the_apis_own_shape_and_nothing_is_sent(api: SharedApi) -> None:
    slow = replace(SPEC, rates=(Rate(1, 60, burst=1, target=Target.FAKE),))
    run = api.run(spec=slow)
    assert run.get().status == 200
    refused = run.post()
    assert refused.status == 429
    assert b"Refused by the broker: the runs of this stack use up what Paying takes" in refused.body
    assert (len(api.sent), api.slept) == (1, [])
    assert run.calls[1].state is CallState.REFUSED


def test_no_wait_goes_beyond_the_grant(api: SharedApi) -> None:
    slow = replace(SPEC, rates=(Rate(1, 5, burst=1, target=Target.FAKE),))
    run = api.run(spec=slow, until=api.now + 3)
    run.get()
    assert run.get().status == 429
    assert not api.slept
    # The control: with a longer grant it waits.
    assert api.run(2, spec=slow, until=api.now + 60).get().status == 200
    assert 0 < sum(api.slept) <= LONGEST_WAIT


def test_the_apis_own_word_counts_for_all_runs_with_that_key_until_its_time(api: SharedApi) -> None:
    api.answer = LIMITED
    one, other = api.run(1), api.run(2)
    assert one.get().status == 429
    sent, api.answer = len(api.sent), HttpResponse(200, (), b"{}")
    assert other.get().status == 429
    assert b"as it says itself" in other.get().body
    assert len(api.sent) == sent
    assert api.run(3, key="sk_test_another").get().status == 200
    api.now += 31
    assert other.get().status == 200


def test_a_short_word_of_the_apis_is_waited_for(api: SharedApi) -> None:
    answers = [HttpResponse(429, (("Retry-After", "4"),), b"{}")]
    api.answer = lambda _: answers.pop() if answers else HttpResponse(200, (), b"{}")
    run = api.run()
    assert run.get().status == 200
    assert len(api.sent) == 2
    assert 4 <= sum(api.slept) < 5


def test_the_last_request_that_a_limit_allows_holds_the_next_ones_back(api: SharedApi) -> None:
    api.answer = HttpResponse(200, (("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", f"{api.now + 300:.0f}")), b"{}")
    assert api.run(1).get().status == 200
    assert api.run(2).get().status == 429
    assert len(api.sent) == 1


def test_a_limit_of_one_family_holds_back_that_family_alone(api: SharedApi) -> None:
    api.answer = lambda wanted: (
        HttpResponse(403, (("Retry-After", "30"), ("X-RateLimit-Resource", "search")), b"{}")
        if "search" in wanted.url
        else HttpResponse(200, (), b"{}")
    )
    run = api.run()
    assert run.get("/v1/customers/search").status == 403
    assert run.get("/v1/customers/search").status == 429
    assert run.get("/v1/customers").status == 200


def test_a_write_that_is_held_back_uses_up_nothing_of_the_runs(api: SharedApi) -> None:
    api.answer = LIMITED
    run = api.run()
    run.get()
    assert run.post().status == 429
    assert run.calls[1].state is CallState.REFUSED
    api.now, api.answer = api.now + 31, HttpResponse(200, (), b"{}")
    assert run.post().status == 200
    assert [call.state for call in run.calls] == [CallState.APPLIED, CallState.REFUSED, CallState.APPLIED]


def test_a_table_that_does_not_answer_fails_no_call(api: SharedApi) -> None:
    run = api.run()
    assert run.get().status == 200
    api.dynamodb.gone, api.now = True, api.now + 5
    assert [run.get().status, run.post().status] == [200, 200]
    # What has a rate waits for the table, and is refused at last.
    assert api.run(2, spec=TEN_A_SECOND).get().status == 429
    assert sum(api.slept) <= LONGEST_WAIT
