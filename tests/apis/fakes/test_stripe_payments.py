"""The fake Stripe's money: cards that are declined, payments, captures, refunds, disputes, the balance."""

import pytest
from stripe_client import NO_REDIRECTS, Client


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.mark.parametrize(
    ("card", "code", "decline"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", None),
    ],
)
def test_declined_cards(client: Client, card: str, code: str, decline: str | None):
    status, body = client.payment(card)
    error = body["error"]
    assert (status, error["type"], error["code"], error.get("decline_code")) == (402, "card_error", code, decline)
    intent = client.ok("GET", f"/v1/payment_intents/{error['payment_intent']['id']}")
    assert intent["status"] == "requires_payment_method"
    assert intent["last_payment_error"]["code"] == code
    assert client.ok("GET", f"/v1/charges/{error['charge']}")["status"] == "failed"
    # The intent can still be paid with another card.
    assert (
        client.ok("POST", f"/v1/payment_intents/{intent['id']}/confirm", {"payment_method": "pm_card_visa"})["status"]
        == "succeeded"
    )


def test_a_payment_from_intent_to_balance(client: Client):
    status, intent = client.payment(amount=10_000)
    assert (status, intent["status"], intent["amount_received"]) == (200, "succeeded", 10_000)
    charge = client.ok("GET", f"/v1/charges/{intent['latest_charge']}", {"expand[]": "balance_transaction"})
    assert (charge["balance_transaction"]["fee"], charge["balance_transaction"]["net"]) == (320, 9680)
    assert client.ok("GET", "/v1/balance")["pending"] == [{"amount": 9680, "currency": "usd", "source_types": {"card": 9680}}]
    client.now += 3 * 86_400
    assert client.ok("GET", "/v1/balance")["available"][0]["amount"] == 9680


def test_confirming_without_a_way_back_is_refused_unless_redirects_are_off(client: Client):
    form = {"amount": "900", "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true"}
    assert "return_url" in client.send("POST", "/v1/payment_intents", form)[1]["error"]["message"]
    assert client.ok("POST", "/v1/payment_intents", form | NO_REDIRECTS)["status"] == "succeeded"


def test_manual_capture_authentication_and_cancelling(client: Client):
    held = client.payment(capture_method="manual")[1]
    assert held["status"] == "requires_capture"
    assert (
        client.ok("POST", f"/v1/payment_intents/{held['id']}/capture", {"amount_to_capture": "500"})["amount_received"] == 500
    )
    asked = client.payment("pm_card_authenticationRequired")[1]
    assert asked["status"] == "requires_action"
    assert client.ok("POST", f"/v1/payment_intents/{asked['id']}/cancel")["status"] == "canceled"
    assert client.error("POST", f"/v1/payment_intents/{asked['id']}/cancel")[2] == "payment_intent_unexpected_state"


def test_refunds_in_parts_and_never_more_than_was_paid(client: Client):
    intent = client.payment(amount=1000)[1]
    form = {"payment_intent": intent["id"]}
    assert client.ok("POST", "/v1/refunds", form | {"amount": "400"})["amount"] == 400
    status, body = client.send("POST", "/v1/refunds", form | {"amount": "700"})
    assert status == 400
    assert "greater than unrefunded amount" in body["error"]["message"]
    assert client.ok("POST", "/v1/refunds", form)["amount"] == 600
    assert client.error("POST", "/v1/refunds", form)[2] == "charge_already_refunded"
    assert client.ok("GET", f"/v1/charges/{intent['latest_charge']}")["refunded"] is True
    assert [t["type"] for t in client.ok("GET", "/v1/balance_transactions")["data"]] == ["refund", "refund", "charge"]


def test_a_disputed_payment_appears_among_the_disputes_and_cannot_be_refunded(client: Client):
    intent = client.payment("pm_card_createDispute")[1]
    (dispute,) = client.ok("GET", "/v1/disputes")["data"]
    assert (dispute["charge"], dispute["status"]) == (intent["latest_charge"], "needs_response")
    assert client.error("POST", "/v1/refunds", {"payment_intent": intent["id"]})[2] == "charge_disputed"


def test_a_card_by_token_is_a_payment_method_of_its_own(client: Client):
    form = {"type": "card", "card[token]": "tok_mastercard", "billing_details[name]": "Ada"}
    method = client.ok("POST", "/v1/payment_methods", form)
    assert (method["card"]["brand"], method["billing_details"]["name"], method["customer"]) == ("mastercard", "Ada", None)
    assert client.payment(method["id"])[1]["status"] == "succeeded"
    assert client.error("POST", "/v1/payment_methods", {"type": "card", "card[token]": "tok_none"})[2] == "resource_missing"
    assert client.error("POST", "/v1/payment_methods", {"type": "card"})[2] == "parameter_missing"
    declined = client.ok("POST", "/v1/payment_methods", {"type": "card", "card[token]": "tok_chargeDeclined"})["id"]
    assert client.payment(declined)[0] == 402


def test_a_setup_intent_keeps_a_card_and_charges_nothing(client: Client):
    customer = client.customer(email="a@b.co")
    intent = client.ok("POST", "/v1/setup_intents", {"customer": customer} | NO_REDIRECTS)
    assert (intent["status"], intent["usage"]) == ("requires_payment_method", "off_session")
    path = f"/v1/setup_intents/{intent['id']}"
    done = client.ok("POST", f"{path}/confirm", {"payment_method": "pm_card_visa"})
    assert done["status"] == "succeeded"
    assert client.ok("GET", f"/v1/payment_methods/{done['payment_method']}")["customer"] == customer
    assert client.ok("GET", "/v1/charges")["data"] == []
    assert client.error("POST", f"{path}/cancel")[2] == "setup_intent_unexpected_state"


def test_a_setup_intent_tells_why_a_card_cannot_be_kept(client: Client):
    form = {"payment_method": "pm_card_chargeDeclined", "confirm": "true"} | NO_REDIRECTS
    status, body = client.send("POST", "/v1/setup_intents", form)
    assert (status, body["error"]["code"]) == (402, "card_declined")
    kept = client.ok("GET", f"/v1/setup_intents/{body['error']['setup_intent']['id']}")
    assert (kept["status"], kept["last_setup_error"]["code"]) == ("requires_payment_method", "card_declined")
    assert client.ok("POST", f"/v1/setup_intents/{kept['id']}/cancel")["status"] == "canceled"


@pytest.mark.parametrize(("version", "status"), [("2026-02-25.clover", 200), ("2026-09-30.endive", 400), ("", 400)])
@pytest.mark.parametrize("path", ["/v1/payment_intents", "/v1/setup_intents"])
def test_old_names_of_parameters_are_taken_by_old_versions_only(client: Client, path: str, version: str, status: int):
    """Without a version, the request is for the account's, which is the newest."""
    form = {"payment_method_types[]": "card"} | ({"amount": "900", "currency": "usd"} if "payment" in path else {})
    got, body = client.send("POST", path, form, {"stripe-version": version} if version else {})
    assert got == status
    if status == 400:
        assert body["error"]["code"] == "payment_method_types_no_longer_supported"
        assert client.ok("POST", path, {f"allowed_{name}" if "types" in name else name: v for name, v in form.items()})
