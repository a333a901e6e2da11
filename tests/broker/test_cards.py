"""A write with a payment card's number is refused, however it is written; test numbers and other long numbers pass."""

from dataclasses import replace
from urllib.parse import quote_plus

import pytest
from broker_stage import GRANT, SPEC, RecordingTransport, broker, ledger_for, request

TEST_CARD = "4242424242424242"
WITH_TEST_CARDS = replace(SPEC, test_cards=(TEST_CARD,))
CARDS = ("4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "5555555555554444", "378282246310005")


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("place", ["form", "json", "query", "text in a field"])
def test_a_write_with_a_card_number_is_refused_and_not_journalled(card: str, place: str) -> None:
    ledger, transport = ledger_for(), RecordingTransport()
    body = {"form": b"note=" + quote_plus(card).encode(), "text in a field": f"note=card+{quote_plus(card)}+ok".encode()}
    asked = request("POST", "/v1/customers", body.get(place, b"a=1"))
    if place == "json":
        headers = (("Content-Type", "application/json"),)
        asked = request("POST", "/v1/customers", f'{{"note": "{card}"}}'.encode(), headers=headers)
    if place == "query":
        asked = request("POST", f"/v1/customers?note={quote_plus(card)}", b"a=1")
    answer = broker(transport, ledger, spec=WITH_TEST_CARDS).call(GRANT, asked)
    assert answer.status == 403
    assert b"payment card" in answer.body
    assert not transport.sent
    assert card not in repr(ledger.journal)


@pytest.mark.parametrize(
    "text", [TEST_CARD, "4242 4242 4242 4242", "1768000000000", "4111111111111112", "12345678901234567890"]
)
def test_test_cards_and_other_long_numbers_pass(text: str) -> None:
    transport = RecordingTransport()
    asked = request("POST", "/v1/customers", f"note={quote_plus(text)}".encode())
    assert broker(transport, spec=WITH_TEST_CARDS).call(GRANT, asked).status == 200


def test_control_a_test_card_of_no_spec_is_refused() -> None:
    asked = request("POST", "/v1/customers", f"note={TEST_CARD}".encode())
    assert broker(RecordingTransport()).call(GRANT, asked).status == 403


@pytest.mark.parametrize(
    "written",
    [
        "".join(f"\\u{ord(digit):04x}" for digit in "4111111111111111"),
        "4111\\u00201111\\u00201111\\u00201111",
        "４１１１１１１１１１１１１１１１",
        "4111\u00a01111\u00a01111\u00a01111",
    ],
)
def test_a_card_number_in_another_spelling_is_one_all_the_same(written: str) -> None:
    headers = (("Content-Type", "application/json"),)
    asked = request("POST", "/v1/customers", f'{{"note": "{written}"}}'.encode(), headers=headers)
    transport = RecordingTransport()
    assert broker(transport).call(GRANT, asked).status == 403
    assert not transport.sent
