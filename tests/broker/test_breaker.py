"""The breaker opens, tries and closes as documented, for all runs of a stack; and no single script decides that."""

from dataclasses import replace

import pytest
from broker_stage import HOST, SPEC, request
from shared_api import DOWN, SharedApi, SharedRun

from agentic.broker import breaker
from agentic.core.errors import BrokerError, NotSentError, RunStopped
from agentic.core.names import run_of
from agentic.core.rates import Rate
from agentic.core.values import Target
from agentic.core.wire import HttpRequest, HttpResponse
from agentic.runs.outside import WINDOW_SECONDS

OK = HttpResponse(200, (), b"{}")
BROKEN = HttpResponse(500, (), b"{}")


def opened(api: SharedApi) -> SharedRun:
    """The API is down, and five calls of three runs have met it."""
    api.answer = DOWN
    runs = [api.run(number) for number in range(3)]
    for run in (*runs, *runs[:2]):
        assert run.get().status == 502
    return runs[0]


@pytest.mark.parametrize("answer", [DOWN, *(HttpResponse(status) for status in sorted(breaker.FAILED_STATUSES))])
def test_an_api_that_is_down_is_not_asked_any_more_by_anybody(api: SharedApi, answer: HttpResponse | str) -> None:
    api.answer = answer
    runs = [api.run(number) for number in range(5)]
    for run in runs:
        run.get()
    assert "breaker_opened" in api.notes
    sent = len(api.sent)
    refused = api.run(9).get()
    assert refused.status == 503
    assert b"Refused by the broker: Paying has failed too often to be asked now" in refused.body
    assert len(api.sent) == sent


def test_control_without_the_shared_gate_each_run_asks_it_again(api: SharedApi) -> None:
    api.answer = DOWN
    for number in range(9):
        api.run(number, shared=False).get()
    assert len(api.sent) == 9 * 3


def test_after_its_time_one_call_tries_and_closes_it(api: SharedApi) -> None:
    run = opened(api)
    api.now, api.answer = api.now + breaker.FIRST_SECONDS, OK
    others = [api.run(number) for number in (7, 8)]
    meanwhile: list[int] = []

    def trial(_: HttpRequest) -> HttpResponse:
        if not meanwhile:
            meanwhile.extend(other.get().status for other in others)
        return OK

    api.answer = trial
    assert run.get().status == 200
    # While it was under way, the others were refused.
    assert meanwhile == [503, 503]
    assert api.notes[-1] == "breaker_closed"
    api.answer = OK
    assert [other.get().status for other in others] == [200, 200]


def test_a_failed_trial_opens_it_for_twice_as_long_and_never_longer_than_stated(api: SharedApi) -> None:
    opened(api)
    seconds, opened_for = breaker.FIRST_SECONDS, list[float]()
    for number in range(100, 107):
        api.now += seconds + 1
        sent, before = len(api.sent), api.now
        assert api.run(number).get().status == 502
        assert len(api.sent) > sent
        outlook = api.table.seen("paying#fake")
        assert outlook.open_until > before
        seconds = outlook.open_seconds
        opened_for.append(seconds)
    assert opened_for == [20, 40, 80, 120, 120, 120, 120]


def test_a_trial_whose_broker_dies_is_given_to_another_call(api: SharedApi) -> None:
    run = opened(api)
    api.now, api.answer = api.now + breaker.FIRST_SECONDS, OK
    assert api.table.try_out("paying#fake", "of a dead one", api.now + 60)
    assert run.get().status == 503
    api.now += 61
    assert run.get().status == 200


def test_a_trial_that_is_not_sent_is_given_back(api: SharedApi) -> None:
    run = opened(api)
    api.now, api.answer = api.now + breaker.FIRST_SECONDS + 1, OK
    run.ledger.writes_over()
    with pytest.raises(RunStopped):
        run.post()
    assert api.run(8).get().status == 200


def test_a_few_failures_among_many_answers_do_not_open_it(api: SharedApi) -> None:
    well = api.run(99, limit=1000)
    for _ in range(20):
        well.get()
    api.now += 1.5
    well.get()
    api.answer = BROKEN
    for number in range(9):
        api.run(number).get()
    api.answer = OK
    assert well.get().status == 200
    assert "breaker_opened" not in api.notes


def test_failures_far_apart_do_not_open_it(api: SharedApi) -> None:
    api.answer = BROKEN
    for number in range(9):
        api.run(number).get()
        api.now += WINDOW_SECONDS
    assert "breaker_opened" not in api.notes


# Attacks: a script that wants the API closed for the others.


def test_attack_a_script_whose_requests_all_fail_does_not_open_it_for_others(api: SharedApi) -> None:
    api.answer = BROKEN
    hostile = api.run(1)
    for _ in range(60):
        hostile.get()
    api.answer = OK
    assert api.run(2).get().status == 200
    assert "breaker_opened" not in api.notes


def test_control_the_same_failures_of_several_runs_do(api: SharedApi) -> None:
    api.answer = BROKEN
    for number in range(3):
        run = api.run(number)
        run.get()
        run.get()
    assert "breaker_opened" in api.notes


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429])
def test_attack_errors_that_a_script_can_bring_about_never_open_it(api: SharedApi, status: int) -> None:
    api.answer = HttpResponse(status, (), b"{}")
    for number in range(9):
        for _ in range(3):
            api.run(number).get()
    api.answer = OK
    assert api.run(99).get().status == 200


def test_attack_requests_that_are_no_http_never_open_it(api: SharedApi) -> None:
    def unwritable(_: HttpRequest) -> HttpResponse:
        raise NotSentError("cannot be written", reason="not_http")

    api.answer = unwritable
    for number in range(9):
        assert api.run(number).get().status == 502
    api.answer = OK
    assert api.run(99).get().status == 200


def test_attack_a_host_of_the_scripts_choice_never_opens_it(api: SharedApi) -> None:
    pattern = replace(SPEC.hosts[0], name=f"*.{HOST}")
    spec = replace(SPEC, hosts=(SPEC.hosts[0], pattern))

    def away(wanted: HttpRequest) -> HttpResponse:
        if "nobody" in wanted.url:
            raise BrokerError("no such host")
        return OK

    api.answer = away
    for number in range(9):
        assert api.run(number, spec=spec).send(request("GET", "/v1/customers", host=f"nobody.{HOST}")).status == 502
    assert api.run(99, spec=spec).get().status == 200


def test_attack_a_run_whose_trials_fail_over_and_over_does_not_make_the_pause_longer(api: SharedApi) -> None:
    opened(api)
    hostile, lengths = api.run(50), list[float]()
    for _ in range(4):
        api.now += 200
        hostile.get()
        lengths.append(api.table.seen("paying#fake").open_seconds)
    assert lengths == [20, 20, 20, 20]


def test_attack_a_run_takes_no_more_out_of_the_bucket_than_it_has_calls(api: SharedApi) -> None:
    spec = replace(SPEC, rates=(Rate(1, 3600, burst=20, target=Target.FAKE),))
    hostile = api.run(1, spec=spec, limit=8)
    for _ in range(8):
        assert hostile.get().status == 200
    for _ in range(50):
        with pytest.raises(Exception, match=r"limit of 8 API calls|over"):
            hostile.get()
    others = api.run(2, spec=spec)
    assert [others.get().status for _ in range(12)] == [200] * 12


def test_attack_a_refused_request_costs_the_others_nothing(api: SharedApi) -> None:
    spec = replace(SPEC, rates=(Rate(1, 3600, burst=3, target=Target.FAKE),))
    hostile = api.run(1, spec=spec)
    for _ in range(30):
        assert hostile.send(request("POST", "/v1/payouts", b"amount=1")).status == 403
    others = api.run(2, spec=spec)
    assert [others.get().status for _ in range(3)] == [200] * 3


@pytest.mark.parametrize("grant", ["outside#paying#fake.x", "outside#paying#fake"])
def test_attack_no_grant_reaches_what_the_brokers_share(grant: str) -> None:
    assert run_of(grant) == ""
