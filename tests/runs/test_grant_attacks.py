"""A grant that is not the current one of an executing run opens nothing and tells nothing; where it is known it is counted."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from agentic.core.errors import RefusedError
from agentic.core.limits import RunLimits
from agentic.core.names import new_grant, new_handle, new_run_id
from agentic.core.values import CodeRef, Outcome, RunError, RunStatus, Target, Verdict, WriteMode
from agentic.runs import NewRun, RunStore
from agentic.runs.record import digest
from tests.runs.turned_clock import Clock

REF = CodeRef("generated/stripe/Do_it.py", "ab" * 32)


def executing(store: RunStore, *, limit: int = 5, writes: WriteMode | None = None, seconds: float = 60) -> tuple[str, str]:
    """A run whose script is being executed, and its grant."""
    run_id = new_run_id()
    new = NewRun(
        run_id=run_id, api="stripe", task="x", target=Target.FAKE, limits=RunLimits(calls=limit), writes=writes, code_ref=REF
    )
    store.create(new, new_handle(run_id))
    store.record_verdict(run_id, Verdict(True))
    grant = new_grant(run_id)
    store.attempts.open(store.get(run_id), grant, seconds)
    return run_id, grant


def refused(take: Callable[[], Any]) -> str:
    """The reason in the refusal's data."""
    with pytest.raises(RefusedError) as caught:
        take()
    return str(caught.value.data["reason"])


def take(store: RunStore, grant: str, api: str = "stripe") -> str:
    """The reason of a refusal; empty for a call that passes."""
    try:
        store.ledger.take_call(grant, api, write=False)
    except RefusedError as error:
        return str(error.data["reason"])
    return ""


def wrong_grants(run_id: str, grant: str) -> dict[str, str]:
    secret = grant.partition(".")[2]
    return {
        "guessed": new_grant(run_id),
        "of no run": new_grant(new_run_id()),
        "the secret under another run's name": f"{new_run_id()}.{secret}",
        "without the secret": f"{run_id}.",
        "only the run": run_id,
        "only the secret": secret,
        "empty": "",
        "its hash": f"{run_id}.{digest(grant)}",
        "one letter less": grant[:-1],
        "one letter more": f"{grant}A",
        "another case": f"{run_id}.{secret.swapcase()}",
        "blanks around it": f" {grant} ",
        "a line end": f"{grant}\n",
        "a null byte": f"{grant}\0",
        "capital digits in the run": grant.replace(run_id, run_id.upper()),
        "digits of another script": f"run_{'٠' * 16}.{secret}",
        "lookalike letters": grant.replace("r", "г", 1),
        "no Unicode": f"{run_id}.\ud800",
        "no Unicode in the run": f"run_\udfff{run_id[5:]}.{secret}",
        "huge": f"{run_id}.{'A' * 3_000_000}",
        "the key of another item": f"{run_id}#call.{secret}",
    }


@pytest.mark.parametrize("name", wrong_grants("run_0000000000000000", "run_0000000000000000.x"))
def test_a_grant_that_is_not_the_runs_own_changes_nothing_and_tells_nothing(store: RunStore, name: str):
    run_id, grant = executing(store)
    before = store.get(run_id)
    with pytest.raises(RefusedError) as caught:
        store.ledger.take_call(wrong_grants(run_id, grant)[name], "stripe", write=False)
    assert (caught.value.message, caught.value.data) == ("the grant is not valid", {"reason": "grant"})
    assert store.get(run_id) == before
    # The control: the grant itself passes.
    assert take(store, grant) == ""


def test_who_guesses_learns_nothing_of_the_run_whatever_its_state(store: RunStore, clock: Any):
    """At its limit, beyond its time, ended: always the same words as for a run that never was."""
    at_limit, grant = executing(store, limit=1)
    assert take(store, grant) == ""
    expired, _ = executing(store, seconds=0)
    ended, _ = executing(store)
    store.attempts.close(store.get(ended), Outcome(True, exit=0), None)
    answers: set[str] = set()
    for run_id in (at_limit, expired, ended, new_run_id()):
        for api in ("stripe", "github"):
            with pytest.raises(RefusedError) as caught:
                store.ledger.take_call(new_grant(run_id), api, write=False)
            answers.add(f"{caught.value.message} {caught.value.hint} {caught.value.data}")
    assert len(answers) == 1, answers
    # The control: who holds the grant is told the reason.
    assert take(store, grant) == "stopped"


def test_a_valid_grant_beyond_what_it_covers_is_refused_and_counted(store: RunStore, clock: Any):
    run_id, grant = executing(store, limit=1)
    assert take(store, grant, "github") == "api"
    assert take(store, grant) == ""
    clock.now += 61
    assert take(store, grant) == "expired"
    clock.now -= 61
    assert take(store, grant) == "stopped"
    assert take(store, grant) == "state"
    record = store.get(run_id)
    assert (record.calls_made, record.calls_refused) == (1, 4)
    # What is not the grant is not counted there: anybody can name a run.
    assert take(store, new_grant(run_id)) == "grant"
    assert store.get(run_id).calls_refused == 4


def test_of_a_hundred_calls_at_once_exactly_the_limit_passes_and_the_rest_is_counted(store: RunStore):
    run_id, grant = executing(store, limit=5)

    def seq(_: int) -> object:
        try:
            return store.ledger.take_call(grant, "stripe", write=False).seq
        except RefusedError as error:
            return error.data["reason"]

    with ThreadPoolExecutor(16) as pool:
        taken = list(pool.map(seq, range(100)))
    assert sorted(number for number in taken if isinstance(number, int)) == [1, 2, 3, 4, 5]
    # The first one beyond the limit ends the run.
    assert taken.count("stopped") + taken.count("state") == 95
    record = store.get(run_id)
    assert (record.status, record.error and record.error.code, record.calls_made) == (RunStatus.FAILED, "budget", 5)


def test_a_closed_grant_opens_nothing_any_more(store: RunStore):
    for end in (
        lambda run_id: store.attempts.close(store.get(run_id), Outcome(True, exit=0), None),
        lambda run_id: store.finish(run_id, RunStatus.CANCELLED, error=RunError("cancelled", "by the person")),
        lambda run_id: store.finish(run_id, RunStatus.FAILED),
    ):
        run_id, grant = executing(store)
        assert take(store, grant) == ""
        end(run_id)
        assert take(store, grant) == "grant"
        assert store.get(run_id).calls_made == 1


def test_the_grant_of_attempt_1_opens_nothing_in_attempt_2(store: RunStore, dynamodb: Any):
    run_id, first = executing(store)
    assert store.ledger.take_call(first, "stripe", write=False).attempt == 1
    # As a later attempt would write it: there is no such one in this version.
    second = new_grant(run_id)
    dynamodb.update_item(
        TableName="runs",
        Key={"run_id": {"S": run_id}, "item": {"S": "run"}},
        UpdateExpression="SET attempt = :two, grant_hash = :hash",
        ExpressionAttributeValues={":two": {"N": "2"}, ":hash": {"S": digest(second)}},
    )
    assert take(store, first) == "grant"
    assert store.get(run_id).calls_refused == 0
    # The control, which also says to which attempt the journal's entry belongs.
    assert store.ledger.take_call(second, "stripe", write=False).attempt == 2


def test_the_grant_of_one_run_opens_nothing_in_another(store: RunStore):
    one, its_grant = executing(store)
    other, _ = executing(store)
    assert take(store, its_grant.replace(one, other)) == "grant"
    assert store.get(other).calls_made == 0
    assert take(store, its_grant) == ""


def test_a_grant_carries_the_records_write_mode_and_nothing_of_the_callers(store: RunStore):
    _, grant = executing(store, writes=WriteMode.REFUSE)
    # Saying that the call does not write changes what is counted, not what the broker then applies.
    assert store.ledger.take_call(grant, "stripe", write=False).writes is WriteMode.REFUSE
    assert store.ledger.take_call(grant, "stripe", write=True).writes is WriteMode.REFUSE


def test_the_grants_hash_is_not_among_what_a_run_shows(store: RunStore):
    """The record keeps a hash, of 256 random bits; even that goes when the attempt ends."""
    run_id, grant = executing(store)
    assert store.get(run_id).grant_hash == digest(grant)
    assert store.attempts.close(store.get(run_id), Outcome(True, exit=0), None).grant_hash == ""


def test_what_is_no_unicode_in_an_outcome_does_not_stop_its_record(store: RunStore):
    run_id, _ = executing(store)
    record = store.attempts.close(store.get(run_id), Outcome(False, "\ud800 out", "\udfff", exit=1), RunError("x", "\udc80"))
    assert record.outcome
    assert (record.status, record.outcome.stdout, record.outcome.stderr) == (RunStatus.FAILED, "? out", "?")


class Meanwhile:
    """A client with which something else happens right before one update."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.before: Callable[[Any], None] = lambda arguments: None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def update_item(self, **arguments: Any) -> Any:
        self.before(arguments)
        return self._client.update_item(**arguments)


def test_a_call_beyond_the_limit_counts_although_another_one_ends_the_run_first(dynamodb: Any, clock: Clock):
    late = Meanwhile(dynamodb)
    store, other = RunStore(late, "runs", clock=clock), RunStore(dynamodb, "runs", clock=clock)
    run_id, grant = executing(store, limit=1)
    assert take(store, grant) == ""
    happened: list[str] = []

    def first(arguments: Any) -> None:
        if "failed" in str(arguments["ExpressionAttributeValues"]) and not happened:
            happened.append(take(other, grant))

    late.before = first
    assert take(store, grant) == "stopped"
    assert happened == ["stopped"], "the control: it was the first"
    assert store.get(run_id).calls_refused == 2
