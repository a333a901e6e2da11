"""Attacks of who owns `run_code` on approvals: nothing leaves but what a person has seen and allowed, and that once."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from broker_stage import SPEC, WIDE
from faulty_api import CUSTOMERS, KEYED, FaultyApi
from moto import mock_aws
from owned_run import FORM, JSON, OwnedRun, runs_table

from agentic.core.errors import RefusedError
from agentic.core.values import RunStatus, WriteMode
from agentic.core.wire import HttpRequest

ADA, EVE = b"name=Ada", b"name=Eve"
# Whatever is no answer: the run was stopped.
STOPPED = {"paused", "diverged", "stopped"}


@pytest.fixture
def table() -> Iterator[Any]:
    with mock_aws():
        yield runs_table()


@pytest.fixture
def asking(table: Any) -> OwnedRun:
    """A run that waits with "name=Ada", which was asked from lane 0 as request 1."""
    run = OwnedRun(table)
    assert run.tried(ADA, "0", 1) == "paused"
    return run


def test_control_where_writes_are_allowed_all_of_it_leaves(table: Any) -> None:
    run = OwnedRun(table, writes=WriteMode.ALLOW)
    assert [run.tried(EVE, lane, number) for lane, number in (("0", 1), ("0", 2), ("7", 3))] == ["200"] * 3
    assert len(run.api.made) == 3


def test_control_an_approved_write_leaves(asking: OwnedRun) -> None:
    asking.approve()
    assert asking.tried(ADA) == "200"
    assert asking.api.made == ["name=Ada"]


@pytest.mark.parametrize("lane", ["", "0", "0.1", "9.9"])
@pytest.mark.parametrize("number", [0, 1, 2, 99_999])
def test_another_write_under_a_used_lane_or_number_is_not_sent(asking: OwnedRun, lane: str, number: int) -> None:
    asking.approve()
    assert asking.tried(EVE, lane, number) in STOPPED
    assert not asking.api.sent


@pytest.mark.parametrize("number", [1, 0, 7])
def test_approved_number_used_again_after_its_write_sends_nothing_more(asking: OwnedRun, number: int) -> None:
    asking.approve()
    assert asking.tried(ADA, "0", 1) == "200"
    for lane in ("0", "0.5"):
        asking.tried(EVE, lane, number)
        asking.tried(ADA, lane, number)
    assert asking.api.made == ["name=Ada"]


def test_requests_that_race_for_one_approval_make_one_write(table: Any) -> None:
    for numbers in ((1, 2, 3, 4), (1, 1, 1, 1), (0, 0, 0, 0)):
        run = OwnedRun(table)
        run.tried(ADA)
        run.approve()
        acts = [partial(run.tried, ADA, f"0.{lane}", number) for lane, number in enumerate(numbers)]
        run.at_once(*acts, partial(run.tried, EVE, "0.9", 77))
        assert run.api.made in ([], ["name=Ada"]), numbers


def test_grant_of_an_attempt_that_is_over_opens_nothing(asking: OwnedRun) -> None:
    old = asking.grant
    asking.approve()
    with pytest.raises(RefusedError):
        asking.send(ADA, grant=old)
    assert not asking.api.sent
    assert asking.tried(ADA) == "200"


@pytest.mark.parametrize("every", [False, True])
def test_crash_on_purpose_gives_no_second_use_of_an_approval(asking: OwnedRun, every: bool) -> None:
    asking.approve(every=every)
    assert asking.tried(ADA, "0", 1) == "200"
    asking.broken_off()
    # The first is answered from the journal; without `all` the second is a question.
    assert asking.tried(ADA, "0", 1) == "200"
    assert asking.tried(ADA, "0", 2) == ("200" if every else "paused")
    assert len(asking.api.made) == (2 if every else 1)


def test_all_of_one_script_says_nothing_of_the_next_one(asking: OwnedRun) -> None:
    asking.approve(every=True)
    assert asking.tried(EVE) == "200"
    store, record = asking.store, asking.record
    # As a repair takes the script back, and stores another one.
    changed, done = store.rounds._items.change(
        record.run_id, "attempt = :attempt", {":attempt": {"N": str(record.attempt)}}, sets={"code_sha256": {"S": "cd" * 32}}
    )
    assert done
    assert changed.approval, "the approval is still in the record: what must not count is its script"
    assert asking.tried(b"name=Bob") == "paused"
    assert "name=Bob" not in asking.api.made


# --- the request itself -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["X-Act-As", "X-Tenant", "Prefer2", "X-Agentic-Lane"])
def test_header_that_nobody_was_shown_is_not_sent_with_the_approved_request(asking: OwnedRun, name: str) -> None:
    asking.approve()
    assert asking.tried(ADA, headers=(*FORM, (name, "another account"))) == "200"
    (sent,) = asking.api.sent
    assert name not in dict(sent.headers)
    # The control: one that was shown is.
    assert dict(sent.headers)["Content-Type"] == FORM[0][1]


def test_header_that_a_person_was_shown_is_sent_as_shown(table: Any) -> None:
    run = OwnedRun(table)
    run.tried(ADA, headers=(*FORM, ("X-Tenant", "mine")))
    assert ("X-Tenant", "mine") in run.question.headers
    run.approve()
    assert run.tried(ADA, headers=(*FORM, ("X-Tenant", "another"))) == "200"
    assert dict(run.api.sent[0].headers)["X-Tenant"] == "mine"


@pytest.mark.parametrize(
    ("name", "value"),
    [("X-HTTP-Method-Override", "DELETE"), ("X-Method-Override", "PUT"), ("Stripe-Account", "acct_2"), ("Stripe_Account", "a")],
)
def test_header_that_steers_reaches_neither_person_nor_api(table: Any, name: str, value: str) -> None:
    run = OwnedRun(table)
    run.tried(ADA, headers=(*FORM, (name, value)))
    assert name not in dict(run.question.headers)
    run.approve()
    run.tried(ADA, headers=(*FORM, (name, value)))
    assert all(name not in dict(sent.headers) for sent in run.api.sent)


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        (b"name=a+b", b"name=a%2Bb"),
        (b"name=a+b", b"name=a%20b"),
        (b"name", b"name="),
        (b"a[]=1&a[]=2", b"a[]=2&a[]=1"),
        (b"a=1&a[x]=2", b"a[x]=2&a=1"),
        (b"amount=100", b"amount=100&amount=999"),
        (b"amount=100", b"amount=100&_method=DELETE"),
        (b"name=A", b"name=%EF%BC%A1"),
        (b"name=%C3%A9", b"name=e%CC%81"),
        (b"name=x", b"n%61me=y"),
    ],
)
def test_approved_form_is_no_leave_for_one_that_a_server_could_read_otherwise(table: Any, asked: bytes, sent: bytes) -> None:
    run = OwnedRun(table)
    assert run.tried(asked) == "paused"
    run.approve()
    assert run.tried(sent) in {*STOPPED, "403"}
    assert not run.api.sent
    # The control: what was asked is sent.
    if run.record.status is RunStatus.EXECUTING:
        assert run.tried(asked, "0.1") == "200"


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        (b'{"amount": 1}', b'{"amount": "1"}'),
        (b'{"amount": 1}', b'{"amount": 1.0}'),
        (b'{"amount": 1}', b'{"amount": true}'),
        (b'{"amount": 1}', b'{"amount": 1, "amount": 2}'),
        (b'{"amount": 1}', b'{"amount": 1e0}'),
        (b'{"a": {}}', b'{"a": []}'),
        (b'{"a": [["b", 1]]}', b'{"a": {"b": 1}}'),
        (b'{"a": {"object": [["b", 1]]}}', b'{"a": {"b": 1}}'),
        (b'{"a": {"number": "1"}}', b'{"a": 1}'),
        (b'{"a": [1, 2]}', b'{"a": [2, 1]}'),
    ],
)
def test_approved_json_is_no_leave_for_one_that_a_server_could_read_otherwise(table: Any, asked: bytes, sent: bytes) -> None:
    run = OwnedRun(table)
    assert run.tried(asked, headers=JSON) == "paused"
    run.approve()
    assert run.tried(sent, headers=JSON) in {*STOPPED, "403"}
    assert not run.api.sent


@pytest.mark.parametrize("type_", ["application/json", "text/plain", "application/x-www-form-urlencoded; charset=utf-8", ""])
def test_approved_body_under_another_type_is_another_call(asking: OwnedRun, type_: str) -> None:
    asking.approve()
    assert asking.tried(ADA, headers=(("Content-Type", type_),) if type_ else ()) in {*STOPPED, "403"}
    assert not asking.api.sent


@pytest.mark.parametrize(
    "change",
    [
        {"url": f"{CUSTOMERS}?a=1"},
        {"url": f"{CUSTOMERS}/cus_1"},
        {"url": CUSTOMERS.replace("https://api.stripe.com", "https://API.stripe.com")},
        {"url": f"{CUSTOMERS}?_method=DELETE"},
        {"url": f"{CUSTOMERS};a"},
        {"method": "post"},
        {"method": "PUT"},
    ],
)
def test_approved_body_at_another_address_is_not_sent(asking: OwnedRun, change: dict[str, str]) -> None:
    asking.approve()
    assert asking.tried(replace(HttpRequest("POST", CUSTOMERS, FORM, ADA), **change)) in {*STOPPED, "403"}
    assert not asking.api.sent


# --- the question -------------------------------------------------------------------------------------------------


def test_yes_to_a_question_is_no_yes_to_the_next_equal_one(asking: OwnedRun) -> None:
    """Two people look at the first payment; one allows it; the other one's late yes must not allow the second payment."""
    seen = asking.question
    asking.approve(seen)
    assert asking.tried(ADA, number=1) == "200"
    asking.now += 1
    assert asking.tried(ADA, number=2) == "paused"
    with pytest.raises(RefusedError):
        asking.approve(seen)
    assert asking.paused()
    assert len(asking.api.made) == 1
    # The control: who looks again may.
    asking.approve()


def test_yes_to_what_was_shown_otherwise_counts_nothing(asking: OwnedRun) -> None:
    asked = asking.question
    for changed in (
        replace(asked, body="name=Eve"),
        replace(asked, url=f"{CUSTOMERS}/cus_1"),
        replace(asked, headers=()),
        replace(asked, code_sha256="00" * 32),
        replace(asked, account="another"),
        replace(asked, digest="0" * 64),
        replace(asked, expires=asked.expires + 1),
    ):
        with pytest.raises(RefusedError):
            asking.approve(changed)
    assert asking.record.approval is None
    asking.approve(asked)


@pytest.mark.parametrize(
    ("name", "body", "headers"),
    [
        ("escapes make it long", b"\x01" * 60_000, (("Content-Type", "text/plain"),)),
        ("names of characters make it long", "\u2067".encode() * 20_000, (("Content-Type", "text/plain"),)),
        ("headers make it long", b"a", (("Content-Type", "text/plain"), *((f"X-{i}", "\xe9" * 1000) for i in range(60)))),
    ],
)
def test_question_that_no_record_could_hold_is_not_asked(table: Any, name: str, body: bytes, headers: Any) -> None:
    """A record ends at 400 KB; what cannot be asked must be refused, not break the broker over and over again."""
    wide = replace(KEYED, hosts=(replace(SPEC.hosts[0], operations=(WIDE,)),), refused=())
    run = OwnedRun(table, FaultyApi(), spec=wide)
    assert run.tried(HttpRequest("POST", CUSTOMERS, headers, body)) == "403", name
    assert not run.paused()
    # The control: a short one is asked.
    assert run.tried(HttpRequest("POST", CUSTOMERS, headers[:1], b"a")) == "paused"
