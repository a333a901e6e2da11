"""A person's leave is for one write of one script to one account, seen whole, used once, in time; nothing else passes."""

import contextlib
import threading
from dataclasses import replace

import pytest
from broker_stage import GRANT, KEY, SPEC, WIDE
from faulty_api import CUSTOMERS, KEYED, FaultyApi, Script

from agentic.broker.ledger import MemoryLedger
from agentic.broker.question import shown
from agentic.core.errors import RunStopped
from agentic.core.spec import Host
from agentic.core.values import Approval, PendingCall, Target, WriteMode
from agentic.core.wire import HttpRequest, HttpResponse, Origin

ADA, EVE = b"name=Ada", b"name=Eve"


class Asking(Script):
    """A script whose writes wait for a person."""

    def __init__(self, api: FaultyApi | None = None, **more: object) -> None:
        super().__init__(api or FaultyApi(), writes=WriteMode.APPROVE, **more)  # type: ignore[arg-type]

    @property
    def pending(self) -> PendingCall:
        assert isinstance(self.ledger, MemoryLedger)
        assert self.ledger.pending
        return self.ledger.pending

    def asks(self, body: bytes = ADA, **more: object) -> PendingCall:
        with pytest.raises(RunStopped) as stop:
            self.post(body, **more)  # type: ignore[arg-type]
        assert stop.value.reason == "paused", stop.value
        return self.pending

    def approved(self, *, every: bool = False, **changed: object) -> None:
        asked = self.pending
        fields = {"digest": asked.digest, "account": asked.account, "all": every, "by": "me", "at": self.now} | changed
        self.again(Approval(**fields))  # type: ignore[arg-type]


def test_the_first_write_pauses_the_run_and_shows_all_of_what_would_be_sent() -> None:
    script = Asking()
    assert script.get().status == 200
    asked = script.asks(headers=(("If-Match", "v1"),))
    assert (asked.method, asked.url, asked.body, asked.target) == ("POST", CUSTOMERS, "name=Ada", Target.FAKE)
    assert asked.headers == (("Content-Type", "application/x-www-form-urlencoded"), ("If-Match", "v1"))
    assert asked.what == "POST /v1/customers (customers)"
    assert KEY not in repr(asked)
    assert not script.api.made
    assert PendingCall.from_json({**_fields(asked), "headers": [list(pair) for pair in asked.headers]}) == asked


def test_control_with_writes_allowed_nobody_is_asked() -> None:
    script = Script(FaultyApi(), writes=WriteMode.ALLOW)
    assert script.post().status == 200


@pytest.mark.parametrize("target", [Target.FAKE, Target.REAL])
def test_without_a_mode_a_person_is_asked_where_a_write_could_do_harm(target: Target) -> None:
    ledger = MemoryLedger(GRANT, SPEC.name, target=target)
    script = Script(FaultyApi(), ledger, secret={"api_key": "nobody knows what this is"})
    if target is Target.FAKE:
        assert script.post().status == 200
    else:
        with pytest.raises(RunStopped):
            script.post()


def test_an_approved_write_is_made_once_and_the_next_equal_one_is_asked_again() -> None:
    script = Asking()
    script.asks()
    script.approved()
    assert script.post().status == 200
    script.asks()
    assert len(script.api.made) == 1


def test_all_lets_every_write_of_the_script_pass() -> None:
    script = Asking()
    script.asks()
    script.approved(every=True)
    for body in (ADA, EVE, ADA):
        assert script.post(body).status == 200
    assert len(script.api.made) == 3


@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("seconds", [-1, 1])
def test_an_approval_that_is_used_too_late_is_asked_again(every: bool, seconds: int) -> None:
    script = Asking()
    asked = script.asks()
    script.approved(every=every)
    script.now = asked.expires + seconds
    if seconds < 0:
        assert script.post().status == 200
    else:
        script.asks()
    assert len(script.api.made) == (seconds < 0)


@pytest.mark.parametrize("every", [False, True])
def test_an_approval_for_another_account_ends_the_run_and_says_so(every: bool) -> None:
    """What the script has read before is of the account that the call was shown for."""
    script = Asking()
    script.asks()
    script.approved(every=every)
    script.secret["api_key"] = "sk_test_another_account"
    with pytest.raises(RunStopped) as stop:
        script.post()
    assert stop.value.reason == "other_account"
    assert "key is not the one" in stop.value.message
    assert not script.api.made
    # The control.
    script.secret["api_key"] = KEY
    script.approved(every=every)
    assert script.post().status == 200


@pytest.mark.parametrize("key", ["", "one-key"])
def test_a_write_that_never_left_may_be_tried_again_without_a_second_question(key: str) -> None:
    """SDKs repeat a write whose connection was refused, with the same key or with none."""
    script = Asking(FaultyApi(*["not sent"] * 3))
    script.asks(key=key)
    script.approved()
    assert script.post(key=key).status == 502
    assert script.post(key=key).status == 200
    # The control: that one has been sent, and what is equal to it is a question again, or its answer where the key is.
    if key:
        assert script.post(key=key).status == 200
    else:
        script.asks()
    assert script.api.made == ["name=Ada"]


def test_an_approval_whose_write_never_left_is_for_that_write_only_and_for_one() -> None:
    script = Asking(FaultyApi(*["not sent"] * 3))
    script.asks()
    script.approved()
    assert script.post().status == 502
    assert script.asks(EVE).body == "name=Eve", "a question, and no divergence: a script may do something else then"
    script.approved()
    assert script.post().status == 502, "the journal's answer"
    assert script.post(EVE).status == 200
    script.asks()
    assert script.api.made == ["name=Eve"]


def test_of_two_tries_at_once_of_a_write_that_never_left_one_is_made() -> None:
    for _ in range(20):
        script = Asking(FaultyApi(*["not sent"] * 3))
        script.asks()
        script.approved()
        assert script.post().status == 502

        def write(number: int, script: Asking = script) -> None:
            with contextlib.suppress(RunStopped):
                script.post(number=number)

        threads = [threading.Thread(target=write, args=(number,)) for number in (11, 12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(script.api.made) <= 1


@pytest.mark.parametrize("every", [False, True])
def test_an_approval_for_another_script_counts_nothing(every: bool) -> None:
    script = Asking()
    script.asks()
    script.approved(every=every)
    ledger = script.ledger
    assert isinstance(ledger, MemoryLedger)
    ledger.pending = replace(script.pending, code_sha256="ab" * 32)
    ledger.again(Approval(digest=script.pending.digest, account=script.pending.account, all=every, by="me", at=0))
    script.numbers = 0
    assert script.asks().code_sha256 == ""
    assert not script.api.made


def test_another_write_in_the_place_of_the_approved_one_ends_the_run_and_shows_both() -> None:
    script = Asking()
    script.asks(ADA)
    script.approved()
    with pytest.raises(RunStopped) as stop:
        script.post(EVE)
    assert stop.value.reason == "diverged"
    assert "Ada" in stop.value.message
    assert "Eve" in stop.value.message
    assert not script.api.made


def test_an_approval_with_the_digest_of_another_call_counts_nothing() -> None:
    script = Asking()
    script.asks(EVE)
    other = script.pending.digest
    script.again()
    script.asks(ADA)
    script.approved(digest=other)
    with pytest.raises(RunStopped):
        script.post(EVE)
    script.again()
    assert not script.api.made


@pytest.mark.parametrize(
    "body",
    [b"a=1&amount=1&amount=2", b"amount=2&amount=1&a=1"],
)
def test_an_approval_is_for_the_order_of_fields_of_one_name(body: bytes) -> None:
    script = Asking()
    script.asks(b"amount=1&amount=2&a=1")
    script.approved()
    if body.startswith(b"a=1"):
        assert script.post(body).status == 200
    else:
        with pytest.raises(RunStopped):
            script.post(body)


def test_of_two_equal_writes_at_once_one_uses_the_approval_and_the_other_is_a_question() -> None:
    for _ in range(20):
        script = Asking()
        script.asks(lane="0.1")
        script.approved()
        ends: list[object] = []

        def write(number: int, script: Asking = script, ends: list[object] = ends) -> None:
            try:
                ends.append(script.post(lane=f"0.{number}", number=number).status)
            except RunStopped as stop:
                ends.append(stop.reason)

        threads = [threading.Thread(target=write, args=(number,)) for number in (1, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert "diverged" not in ends
        assert "paused" in ends
        assert len(script.api.made) <= 1


def test_a_write_of_another_lane_waits_until_the_approved_one_has_left() -> None:
    """Else the two would take the run's one question from each other for ever."""
    script = Asking()
    script.asks(ADA, lane="0.1")
    script.approved()
    before = script.sleep

    def meanwhile(seconds: float) -> None:
        before(seconds)
        if not script.api.made:
            assert script.post(ADA, lane="0.1", number=9).status == 200

    script.sleep = meanwhile  # type: ignore[method-assign]
    script.broker = script.another_broker()
    assert script.asks(EVE, lane="0.2").body == "name=Eve"
    assert script.api.made == ["name=Ada"]


def test_while_a_question_is_open_no_call_of_any_lane_passes() -> None:
    script = Asking()
    script.asks()
    for act in (script.get, script.post):
        with pytest.raises(RunStopped) as stop:
            act()
        assert stop.value.reason == "stopped"
    assert not script.api.sent


def test_a_call_that_was_under_way_when_the_run_paused_is_journalled_with_its_answer() -> None:
    api = FaultyApi()
    script = Asking(api)
    api.faults[:] = [lambda: script.asks(lane="0.2", number=5) and None]
    first = script.get(lane="0.1")
    script.approved()
    sent = len(api.sent)
    assert script.get(lane="0.1") == first
    assert len(api.sent) == sent


def test_the_effect_of_an_earlier_script_is_asked_for_even_where_writes_are_allowed() -> None:
    script = Script(FaultyApi(), writes=WriteMode.ALLOW)
    script.post(ADA)
    script.again(round_=1)
    with pytest.raises(RunStopped) as stop:
        script.post(ADA)
    assert stop.value.reason == "paused"
    assert len(script.api.made) == 1
    script.again(round_=1)
    assert script.post(EVE).status == 200


def test_what_the_api_had_refused_to_an_earlier_script_is_no_effect_and_may_be_tried_again() -> None:
    class Refusing(FaultyApi):
        def _act(self, request: HttpRequest) -> HttpResponse:
            return super()._act(request) if len(self.sent) > 1 else HttpResponse(402, (), b"{}")

    script = Script(Refusing(), writes=WriteMode.ALLOW)
    assert script.post(ADA).status == 402
    script.again(round_=1)
    assert script.post(ADA).status == 200


def test_all_of_one_script_is_not_carried_over_to_the_next_ones_repetition() -> None:
    script = Asking()
    script.asks(ADA)
    script.approved(every=True)
    script.post(ADA)
    script.approved(every=True)
    assert isinstance(script.ledger, MemoryLedger)
    script.ledger.pending = replace(script.pending, digest="0" * 64)
    script.again(Approval(digest="0" * 64, account=script.pending.account, all=True, by="me", at=0), round_=1)
    script.asks(ADA)
    assert len(script.api.made) == 1


@pytest.mark.parametrize(
    ("name", "body", "type_"),
    [
        ("larger than a person reads", b"a=" + b"x" * 70_000, "application/x-www-form-urlencoded"),
        ("no text", b"\xff\xfe\x00", "text/plain"),
        ("binary", b"a\0b", "text/plain"),
    ],
)
def test_what_cannot_be_shown_whole_cannot_be_approved(name: str, body: bytes, type_: str) -> None:
    script = Asking(FaultyApi(keyed=False), spec=replace(KEYED, hosts=(_open_host(),), refused=()))
    answer = script.send(HttpRequest("POST", "https://api.stripe.com/v1/anything", (("Content-Type", type_),), body))
    assert answer.status == 403, name
    assert b"cannot be shown" in answer.body
    assert not script.api.sent


def _open_host() -> Host:
    return replace(SPEC.hosts[0], operations=(WIDE,))


def test_a_field_that_is_named_twice_is_refused_or_shown_twice() -> None:
    script = Asking()
    json_twice = HttpRequest("POST", CUSTOMERS, (("Content-Type", "application/json"),), b'{"a": 1, "a": 2}')
    assert script.send(json_twice).status == 403
    assert script.asks(b"a=1&a=2").body == "a=1&a=2"


@pytest.mark.parametrize(
    "hidden",
    "\u202e\u2066\u200b\u200f\x1b\x08\r\x7f\x9b\u2028\u00ad\ufeff\u3164\uffa0\u115f\u2800\ufe0f\U000e0101\U000e0041\u00a0\u3000",
)
def test_nothing_in_a_body_is_hidden_from_the_person(hidden: str) -> None:
    script = Asking(FaultyApi(keyed=False), spec=replace(KEYED, hosts=(_open_host(),), refused=()))
    headers = (("Content-Type", "text/plain"),)
    with pytest.raises(RunStopped):
        script.send(HttpRequest("POST", "https://api.stripe.com/v1/anything", headers, f"a{hidden}b".encode()))
    assert hidden not in script.pending.body
    assert f"{ord(hidden):04x}" in script.pending.body


def test_what_people_write_is_shown_as_it_is() -> None:
    text = "Ægir Ñandú 東京 Привет שלום 100 € 👍\n\tline"
    assert shown(text) == text


def test_a_retry_of_the_approved_request_is_answered_and_not_asked_again() -> None:
    script = Asking()
    script.asks()
    script.approved()
    first = script.post(number=1)
    assert script.post(number=1) == first
    assert len(script.api.made) == 1


def test_who_forges_lane_number_or_grant_gets_no_write_past_the_question() -> None:
    script = Asking()
    script.asks(lane="0.1", number=3)
    script.approved()
    assert script.post(ADA, lane="0.1", number=3).status == 200
    ends: set[str] = set()
    for lane, number in (("0.1", 3), ("0.1", 4), ("9.9", 77), ("", 0)):
        with pytest.raises(RunStopped) as stop:
            script.broker.call(GRANT, HttpRequest("POST", CUSTOMERS, (), EVE), Origin(lane, number))
        ends.add(stop.value.reason)
    assert ends <= {"diverged", "paused", "stopped"}
    assert script.api.made == ["name=Ada"]


def _fields(value: object) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}  # type: ignore[attr-defined]
