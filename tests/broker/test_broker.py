"""The broker sends what grant, rules, key and write mode allow, and journals every call that a grant covers."""

import dataclasses
import json

import pytest
from broker_stage import GRANT, KEY, LIVE_KEY, SPEC, RecordingTransport, broker, ledger_for, request

from agentic.broker.broker import Broker
from agentic.broker.ledger import MemoryLedger
from agentic.core.errors import BrokerError, MissingCredentialsError, RefusedError, RunStopped
from agentic.core.spec import Credential, CredentialKind
from agentic.core.values import CallState, Target, WriteMode
from agentic.core.wire import HttpRequest, HttpResponse

READ = request("GET", "/v1/customers")
WRITE = request("POST", "/v1/customers", b"name=Ada")


def message(response: HttpResponse) -> str:
    return json.loads(response.body)["error"]["message"]


def test_call_is_journalled_before_it_is_sent_and_again_with_its_answer() -> None:
    ledger = ledger_for()
    seen: list[int] = []

    class Watching(RecordingTransport):
        def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
            seen.append(len(ledger.intents))
            return super().send(request, timeout)

    transport = Watching(HttpResponse(402, (), b"{}"))
    assert broker(transport, ledger).call(GRANT, WRITE).status == 402
    assert seen == [1]
    assert ledger.intents[0].status is None
    assert [(call.status, call.write, call.params) for call in ledger.calls] == [(402, True, {"name": "Ada"})]


@pytest.mark.parametrize("grant", ["", "run_0000000000000000.other", "é"])
def test_call_without_a_valid_grant_raises_and_sends_nothing(grant: str) -> None:
    transport, ledger = RecordingTransport(), ledger_for()
    with pytest.raises(RefusedError):
        broker(transport, ledger).call(grant, READ)
    assert not transport.sent
    assert not ledger.calls


def test_grant_of_another_api_raises() -> None:
    with pytest.raises(RefusedError):
        broker(RecordingTransport(), MemoryLedger(GRANT, "other")).call(GRANT, READ)


def test_refused_calls_count_against_the_limit() -> None:
    ledger = ledger_for(limit=2)
    asked = broker(RecordingTransport(), ledger)
    for _ in range(2):
        assert asked.call(GRANT, request("POST", "/v1/payouts")).status == 403
    with pytest.raises(RunStopped, match="2 API calls"):
        asked.call(GRANT, READ)
    assert all(call.refused for call in ledger.calls)


@pytest.mark.parametrize(
    ("target", "key", "writes", "end"),
    [
        (Target.FAKE, "anything", None, "sent"),
        (Target.REAL, KEY, None, "sent"),
        (Target.REAL, "unrecognised", None, "asked"),
        (Target.REAL, LIVE_KEY, None, "asked"),
        (Target.REAL, LIVE_KEY, WriteMode.ALLOW, "sent"),
        (Target.REAL, "unrecognised", WriteMode.ALLOW, "sent"),
        (Target.FAKE, KEY, WriteMode.REFUSE, "refused"),
        (Target.FAKE, KEY, WriteMode.APPROVE, "asked"),
        (Target.REAL, KEY, WriteMode.REFUSE, "refused"),
    ],
)
def test_write_is_sent_as_mode_target_and_key_allow(target: Target, key: str, writes: WriteMode | None, end: str) -> None:
    transport, ledger = RecordingTransport(), ledger_for(target=target, writes=writes)
    asked = broker(transport, ledger, secret={"api_key": key}, live_keys=True)
    assert asked.call(GRANT, READ).status == 200
    assert asked.call(GRANT, request("POST", "/v1/query", b"q=1")).status == 200  # Declared as no write.
    if end == "asked":
        with pytest.raises(RunStopped, match="needs approval"):
            asked.call(GRANT, WRITE)
        assert ledger.pending
    else:
        assert asked.call(GRANT, WRITE).status == (200 if end == "sent" else 403)
    assert len(transport.sent) == 2 + (end == "sent")


def test_live_key_is_refused_unless_the_stack_accepts_it() -> None:
    transport = RecordingTransport()
    answer = broker(transport, ledger_for(target=Target.REAL), secret={"api_key": LIVE_KEY}).call(GRANT, READ)
    assert message(answer) == "Refused by the broker: live keys are refused; set paying.live_keys: true to accept them"
    assert not transport.sent


def test_live_key_is_never_sent_to_a_fake() -> None:
    transport = RecordingTransport()
    answer = broker(transport, ledger_for(), secret={"api_key": LIVE_KEY}, live_keys=True).call(GRANT, READ)
    assert "never sent to a fake" in message(answer)
    assert not transport.sent


def test_target_and_secret_are_the_records() -> None:
    fake, real, asked = RecordingTransport(), RecordingTransport(), list[str]()

    def secret(secret_id: str) -> dict[str, str]:
        asked.append(secret_id)
        return {"api_key": KEY}

    ledger = MemoryLedger(GRANT, SPEC.name, target=Target.REAL, secret_id="run-1")
    Broker(SPEC, ledger, secret, {Target.FAKE: fake, Target.REAL: real}).call(GRANT, READ)
    assert (len(fake.sent), len(real.sent), asked) == (0, 1, ["run-1"])


def test_target_that_cannot_be_reached_is_a_refusal() -> None:
    assert "cannot be reached" in message(Broker(SPEC, ledger_for(), lambda _: {"api_key": KEY}, {}).call(GRANT, READ))


def test_missing_secret_is_a_refusal_with_its_reason() -> None:
    def secret(_secret_id: str) -> dict[str, str]:
        raise MissingCredentialsError("no key is set for paying")

    ledger = ledger_for()
    answer = Broker(SPEC, ledger, secret, {Target.FAKE: RecordingTransport()}).call(GRANT, READ)
    assert "no key is set" in message(answer)
    assert ledger.calls[0].refused == "no key is set for paying"


def test_write_without_an_answer_ends_the_run_and_is_unknown_in_the_journal() -> None:
    class Broken(RecordingTransport):
        def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
            raise BrokerError(f"broke off; key was {KEY}")

    ledger = ledger_for()
    with pytest.raises(RunStopped) as stop:
        broker(Broken(), ledger).call(GRANT, WRITE)
    assert stop.value.reason == "unknown"
    assert KEY not in stop.value.message
    assert ledger.calls[0].status is None
    assert ledger.calls[0].state is CallState.UNKNOWN


def test_answer_in_an_encoding_that_cannot_be_read_is_not_passed_on() -> None:
    answer = broker(RecordingTransport(HttpResponse(200, (("Content-Encoding", "gzip"),), b"\x1f\x8b"))).call(GRANT, READ)
    assert answer.status == 502
    assert "encoded" in message(answer)


def test_answer_that_cannot_be_passed_on_is_still_an_answer_in_the_journal() -> None:
    """The API has done it and said so; only the script does not get to read it."""
    ledger = ledger_for()
    with pytest.raises(RunStopped) as stop:
        broker(RecordingTransport(HttpResponse(201, (("Content-Encoding", "br"),), b"\x1f")), ledger).call(GRANT, WRITE)
    assert stop.value.reason == "unreadable"
    assert ledger.calls[0].status == 201


@pytest.mark.parametrize("charset", ["utf-7", "cp037", "ibm500", "x-unknown", "hz-gb-2312", "utf-8x"])
def test_answer_in_a_character_set_that_hides_the_key_is_not_passed_on(charset: str) -> None:
    headers = (("Content-Type", f'text/html; Charset="{charset}"'),)
    answer = broker(RecordingTransport(HttpResponse(200, headers, b"+AHMAaw-"))).call(GRANT, READ)
    assert answer.status == 502
    assert "checked for the key" in message(answer)


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/html; charset=utf-8", "text/plain;charset=ISO-8859-1", "a/b; q=1"]
)
def test_answer_in_a_common_character_set_is_passed_on(content_type: str) -> None:
    transport = RecordingTransport(HttpResponse(200, (("Content-Type", content_type),), b"{}"))
    assert broker(transport).call(GRANT, READ).status == 200


def test_answer_with_the_key_in_an_odd_spelling_is_not_passed_on() -> None:
    spelled = "".join(f"\\u{ord(character):04x}" for character in KEY).encode()
    answer = broker(RecordingTransport(HttpResponse(200, (), b'{"you sent": "' + spelled + b'"}'))).call(GRANT, READ)
    assert answer.status == 502
    assert spelled not in answer.body


@pytest.mark.parametrize("odd", [b'{"a": ' * 100_000 + b"1" + b"}" * 100_000, b"1" * 5000])
def test_answer_with_named_fields_that_cannot_be_checked_is_not_passed_on(odd: bytes) -> None:
    body = b'{"temporary_token": "CANARY", "odd": ' + odd + b"}"
    answer = broker(RecordingTransport(HttpResponse(200, (), body))).call(GRANT, READ)
    assert answer.status == 502
    assert b"CANARY" not in answer.body


def fails_to_sign(request: HttpRequest, secret: dict[str, str]) -> HttpRequest:
    raise BrokerError(f"the key {secret['api_key']} is too short")


def test_reason_of_a_refusal_does_not_tell_the_key_to_script_or_journal() -> None:
    credential = Credential(CredentialKind.SIGN, "test_broker:fails_to_sign")
    spec = dataclasses.replace(SPEC, hosts=(dataclasses.replace(SPEC.hosts[0], credential=credential),))
    ledger = ledger_for()
    answer = broker(RecordingTransport(), ledger, spec=spec).call(GRANT, READ)
    assert answer.status == 403
    assert KEY not in answer.body.decode() + ledger.calls[0].refused


def test_key_with_a_line_break_is_a_refusal_that_does_not_quote_it() -> None:
    ledger = ledger_for()
    answer = broker(RecordingTransport(), ledger, secret={"api_key": f"{KEY}\n"}).call(GRANT, READ)
    assert answer.status == 403
    assert "no header can carry" in message(answer)
    assert KEY not in answer.body.decode() + ledger.calls[0].refused


def test_what_is_sent_is_the_canonical_request() -> None:
    transport = RecordingTransport()
    broker(transport).call(GRANT, request("GET", "/v1/custom%65rs?limit=1"))
    assert transport.sent[0].url == "https://api.stripe.com/v1/customers?limit=1"


def test_journal_has_no_characters_that_deceive() -> None:
    ledger = ledger_for()
    hostile = HttpRequest("GE\x1b[2J", "https://api.stripe.com/v1/\u202epayouts\x07")
    assert broker(RecordingTransport(), ledger).call(GRANT, hostile).status == 403
    assert (ledger.calls[0].method, ledger.calls[0].url) == ("GE?[2J", "https://api.stripe.com/v1/?payouts?")


def test_message_of_a_refusal_cannot_break_its_json() -> None:
    answer = broker(RecordingTransport()).call(GRANT, request("GET", '/v1/"}{{message}}'))
    assert message(answer).startswith("Refused by the broker: ")
