"""The fake Stripe's answers, request by request: who may call, errors, pages, idempotency, declines, refunds, billing."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest

from agentic.apis.fakes.stripe import StripeFake, fake_stripe
from agentic.core.fake import FakeRequest, FakeResponse

KEY = "sk_test_right"
NO_REDIRECTS = {"automatic_payment_methods[enabled]": "true", "automatic_payment_methods[allow_redirects]": "never"}


@dataclass
class Client:
    """Asks a fake over a store, with a clock that tests set."""

    store: dict[str, str] = field(default_factory=dict[str, str])
    now: float = 1_790_000_000.0
    made: int = 0
    last: FakeResponse = field(default_factory=lambda: FakeResponse(0))

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **form: Any) -> tuple[int, Any]:
        return self.send(method, path, form, headers)

    def send(self, method: str, path: str, form: Any = (), headers: dict[str, str] | None = None) -> tuple[int, Any]:
        text = urlencode(form)
        query, body = (text, b"") if method == "GET" else ("", text.encode())
        known = {"authorization": f"Bearer {KEY}"} | (headers or {})
        # A new fake for each request: whatever it knows it knows from the store.
        fake = StripeFake(self.store, {"api_key": KEY}, clock=lambda: self.now, token=self._token)
        self.last = fake.respond(FakeRequest(method, "api.stripe.com", path, query, known, body))
        return self.last.status, json.loads(self.last.body)

    def ok(self, method: str, path: str, form: Any = (), headers: dict[str, str] | None = None) -> Any:
        status, body = self.send(method, path, form, headers)
        assert status == 200, body
        return body

    def error(self, method: str, path: str, form: Any = ()) -> tuple[int, str, str]:
        status, body = self.send(method, path, form)
        return status, body["error"]["type"], body["error"].get("code", "")

    def _token(self, length: int) -> str:
        self.made += 1
        return f"{self.made:06}".rjust(length, "A")[-length:]

    def customer(self, **form: str) -> str:
        return self.ok("POST", "/v1/customers", form)["id"]

    def payment(self, card: str = "pm_card_visa", amount: int = 2000, **more: str) -> tuple[int, Any]:
        form = {"amount": str(amount), "currency": "usd", "payment_method": card, "confirm": "true"} | NO_REDIRECTS | more
        return self.send("POST", "/v1/payment_intents", form)

    def price(self, amount: int = 1500, interval: str = "month") -> str:
        form = {"unit_amount": str(amount), "currency": "eur", "product_data[name]": "Plan"}
        return self.ok("POST", "/v1/prices", form | ({"recurring[interval]": interval} if interval else {}))["id"]

    def paying_customer(self, card: str = "pm_card_visa") -> str:
        customer = self.customer(email="a@b.co")
        method = self.ok("POST", f"/v1/payment_methods/{card}/attach", {"customer": customer})["id"]
        self.ok("POST", f"/v1/customers/{customer}", {"invoice_settings[default_payment_method]": method})
        return customer


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer sk_test_placeholder0000000000000000", "Basic !!!", f"Token {KEY}"])
def test_a_wrong_or_missing_key_is_401(client: Client, header: str):
    status, body = client.send("GET", "/v1/balance", (), {"authorization": header})
    assert status == 401
    assert body["error"]["type"] == "invalid_request_error"
    assert KEY not in json.dumps(body)


def test_the_right_key_is_taken_as_bearer_and_as_basic(client: Client):
    basic = base64.b64encode(f"{KEY}:".encode()).decode()
    assert client.send("GET", "/v1/balance", (), {"authorization": f"Basic {basic}"})[0] == 200
    assert client.ask("GET", "/v1/balance")[0] == 200


def test_the_factory_takes_the_store_and_the_secrets():
    response = fake_stripe({}, {"api_key": KEY}).respond(
        FakeRequest("POST", "api.stripe.com", "/v1/customers", headers={"authorization": f"Bearer {KEY}"}, body=b"name=A")
    )
    assert response.status == 200
    assert json.loads(response.body)["id"].startswith("cus_")
    assert len(json.loads(response.body)["id"]) == 18
    assert response.headers["Request-Id"].startswith("req_")


@pytest.mark.parametrize(
    ("method", "path", "form", "expected"),
    [
        ("GET", "/v1/nothing", {}, (404, "invalid_request_error", "")),
        ("PUT", "/v1/customers", {}, (404, "invalid_request_error", "")),
        ("GET", "/v1/customers/cus_none", {}, (404, "invalid_request_error", "resource_missing")),
        ("POST", "/v1/customers", {"nmae": "A"}, (400, "invalid_request_error", "parameter_unknown")),
        ("POST", "/v1/customers", {"address[town]": "A"}, (400, "invalid_request_error", "parameter_unknown")),
        ("POST", "/v1/customers", {"email": "nobody"}, (400, "invalid_request_error", "email_invalid")),
        ("POST", "/v1/customers", {"a[b": "A"}, (400, "invalid_request_error", "")),
        ("POST", "/v1/payment_intents", {"amount": "500"}, (400, "invalid_request_error", "parameter_missing")),
        (
            "POST",
            "/v1/payment_intents",
            {"amount": "5.00", "currency": "usd"},
            (400, "invalid_request_error", "parameter_invalid_integer"),
        ),
        (
            "POST",
            "/v1/payment_intents",
            {"amount": "", "currency": "usd"},
            (400, "invalid_request_error", "parameter_invalid_empty"),
        ),
        (
            "POST",
            "/v1/payment_intents",
            {"amount": "10", "currency": "usd"},
            (400, "invalid_request_error", "amount_too_small"),
        ),
        ("POST", "/v1/payment_intents", {"amount": "500", "currency": "xxq"}, (400, "invalid_request_error", "")),
        (
            "POST",
            "/v1/prices",
            {"currency": "usd", "product": "prod_x", "unit_amount": "1"},
            (400, "invalid_request_error", "resource_missing"),
        ),
        ("POST", "/v1/promotion_codes", {"coupon": "x"}, (400, "invalid_request_error", "parameter_unknown")),
        ("POST", "/v1/coupons", {"percent_off": "120"}, (400, "invalid_request_error", "")),
        ("POST", "/v1/refunds", {}, (400, "invalid_request_error", "parameter_missing")),
        ("POST", "/v1/refunds", {"payment_intent": "pi_x"}, (400, "invalid_request_error", "resource_missing")),
        ("POST", "/v1/subscriptions", {"customer": "cus_x"}, (400, "invalid_request_error", "resource_missing")),
        ("GET", "/v1/customers", {"limit": "101"}, (400, "invalid_request_error", "parameter_invalid_integer")),
        ("GET", "/v1/customers", {"starting_after": "cus_x"}, (400, "invalid_request_error", "resource_missing")),
        ("GET", "/v1/customers/search", {"query": "shoe:'9'"}, (400, "invalid_request_error", "")),
        ("GET", "/v1/customers/search", {"query": "email:a@b.co"}, (400, "invalid_request_error", "")),
    ],
)
def test_faults_get_stripes_status_type_and_code(
    client: Client, method: str, path: str, form: dict[str, str], expected: tuple[int, str, str]
):
    assert client.error(method, path, form) == expected
    # Nothing of a refused request stays.
    assert not client.store


def test_errors_name_the_parameter_as_the_form_writes_it(client: Client):
    _, body = client.send("POST", "/v1/prices", {"currency": "usd", "unit_amount": "5", "recurring[interval]": "monthly"})
    assert body["error"]["param"] == "recurring[interval]"
    assert "day, month, week, or year" in body["error"]["message"]


def test_nested_forms_lists_and_metadata(client: Client):
    form = {"name": "A", "metadata[plan]": "x", "metadata[0]": "zero", "preferred_locales[]": "de", "address[city]": "Köln"}
    customer = client.ok("POST", "/v1/customers", form)
    assert customer["metadata"] == {"plan": "x", "0": "zero"}
    assert customer["preferred_locales"] == ["de"]
    assert customer["address"]["city"] == "Köln"
    changed = client.ok("POST", f"/v1/customers/{customer['id']}", {"metadata[plan]": "", "metadata[new]": "1", "name": ""})
    assert changed["metadata"] == {"0": "zero", "new": "1"}
    assert changed["name"] is None
    assert client.ok("POST", f"/v1/customers/{customer['id']}", {"metadata": ""})["metadata"] == {}


def test_pages_in_both_directions_newest_first(client: Client):
    made = [client.customer(name=str(number)) for number in range(5)]
    newest = made[::-1]
    first = client.ok("GET", "/v1/customers", {"limit": "2"})
    assert ([item["id"] for item in first["data"]], first["has_more"]) == (newest[:2], True)
    last = client.ok("GET", "/v1/customers", {"limit": "3", "starting_after": newest[1]})
    assert ([item["id"] for item in last["data"]], last["has_more"]) == (newest[2:], False)
    back = client.ok("GET", "/v1/customers", {"limit": "2", "ending_before": newest[3]})
    assert ([item["id"] for item in back["data"]], back["has_more"]) == (newest[1:3], True)


def test_filters_by_field_and_by_time(client: Client):
    old = client.customer(email="a@b.co")
    client.now += 100
    new = client.customer(email="c@d.co")
    assert [c["id"] for c in client.ok("GET", "/v1/customers", {"email": "a@b.co"})["data"]] == [old]
    after = client.ok("GET", "/v1/customers", {"created[gte]": str(int(client.now))})
    assert [c["id"] for c in after["data"]] == [new]
    before = client.ok("GET", "/v1/customers", {"created[lt]": str(int(client.now))})
    assert [c["id"] for c in before["data"]] == [old]
    assert client.error("GET", "/v1/customers", {"created[from]": "1"})[2] == "parameter_unknown"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("email:'a@b.co'", "A"),
        ("name~'lic'", ""),
        ("name~'ob'", "B"),
        ("email:'a@b.co' OR email:'b@b.co'", "BA"),
        ("email:'b@b.co' AND metadata['k']:'v'", "B"),
        ("-email:'a@b.co'", "B"),
        ("created>1789999999", "BA"),
        ('name:"Bob"', "B"),
    ],
)
def test_search(client: Client, query: str, found: str):
    ids = {client.customer(name="Ann", email="a@b.co"): "A"}
    ids |= {client.ok("POST", "/v1/customers", {"name": "Bob", "email": "b@b.co", "metadata[k]": "v"})["id"]: "B"}
    result = client.ok("GET", "/v1/customers/search", {"query": query})
    assert result["object"] == "search_result"
    assert "".join(ids[item["id"]] for item in result["data"]) == found


def test_a_deleted_customer_is_told_as_deleted_and_is_nowhere_else(client: Client):
    customer = client.customer(name="A")
    assert client.ok("DELETE", f"/v1/customers/{customer}") == {"id": customer, "object": "customer", "deleted": True}
    assert client.ok("GET", f"/v1/customers/{customer}")["deleted"] is True
    assert client.ok("GET", "/v1/customers")["data"] == []
    assert client.error("POST", f"/v1/customers/{customer}", {"name": "B"})[2] == "resource_missing"
    assert client.error("DELETE", f"/v1/customers/{customer}")[0] == 404


def test_the_same_idempotency_key_gets_the_same_answer_and_makes_one_object(client: Client):
    key = {"idempotency-key": "once"}
    first = client.ok("POST", "/v1/customers", {"name": "A"}, key)
    assert "Idempotent-Replayed" not in client.last.headers
    assert client.ok("POST", "/v1/customers", {"name": "A"}, key) == first
    assert client.last.headers["Idempotent-Replayed"] == "true"
    assert len(client.ok("GET", "/v1/customers")["data"]) == 1
    status, body = client.send("POST", "/v1/customers", {"name": "B"}, key)
    assert (status, body["error"]["type"]) == (400, "idempotency_error")
    assert client.ok("POST", "/v1/customers", {"name": "B"}, {"idempotency-key": "twice"})["id"] != first["id"]


def test_a_declined_payment_is_replayed_under_its_key_as_well(client: Client):
    form = {"amount": "900", "currency": "usd", "payment_method": "pm_card_chargeDeclined", "confirm": "true"} | NO_REDIRECTS
    answers = [client.send("POST", "/v1/payment_intents", form, {"idempotency-key": "k"}) for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0][0] == 402
    assert len(client.ok("GET", "/v1/payment_intents")["data"]) == 1


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


def test_a_subscription_is_charged_at_once_and_its_items_carry_the_period(client: Client):
    customer = client.paying_customer()
    form = {"customer": customer, "items[0][price]": client.price(), "items[0][quantity]": "2", "expand[]": "latest_invoice"}
    subscription = client.ok("POST", "/v1/subscriptions", form)
    (item,) = subscription["items"]["data"]
    assert subscription["status"] == "active"
    assert "current_period_end" not in subscription
    assert 28 * 86_400 <= item["current_period_end"] - item["current_period_start"] <= 31 * 86_400
    assert (subscription["latest_invoice"]["status"], subscription["latest_invoice"]["amount_paid"]) == ("paid", 3000)
    assert client.ok("DELETE", f"/v1/subscriptions/{subscription['id']}")["status"] == "canceled"
    assert client.ok("GET", "/v1/subscriptions")["data"] == []
    assert [s["id"] for s in client.ok("GET", "/v1/subscriptions", {"status": "canceled"})["data"]] == [subscription["id"]]
    assert client.error("DELETE", f"/v1/subscriptions/{subscription['id']}")[:1] == (404,)


def test_a_subscription_that_nobody_can_pay_is_refused_or_incomplete(client: Client):
    price = client.price()
    form = {"customer": client.customer(), "items[0][price]": price}
    assert client.error("POST", "/v1/subscriptions", form)[2] == "resource_missing"
    assert client.ok("GET", "/v1/subscriptions", {"status": "all"})["data"] == []
    failing = client.ok("POST", "/v1/subscriptions", form | {"customer": client.paying_customer("pm_card_chargeCustomerFail")})
    assert failing["status"] == "incomplete"
    later = client.ok("POST", "/v1/subscriptions", form | {"payment_behavior": "default_incomplete"})
    assert later["status"] == "incomplete"
    trial = client.ok("POST", "/v1/subscriptions", form | {"trial_period_days": "7"})
    assert (trial["status"], trial["trial_end"]) == ("trialing", int(client.now) + 7 * 86_400)


def test_cancelling_at_the_end_of_the_period_can_be_taken_back(client: Client):
    form = {"customer": client.paying_customer(), "items[0][price]": client.price()}
    subscription = client.ok("POST", "/v1/subscriptions", form)
    path = f"/v1/subscriptions/{subscription['id']}"
    ending = client.ok("POST", path, {"cancel_at_period_end": "true"})
    assert (ending["status"], ending["cancel_at"]) == ("active", subscription["items"]["data"][0]["current_period_end"])
    assert client.ok("POST", path, {"cancel_at_period_end": "false"})["cancel_at"] is None


def test_a_one_time_price_is_no_subscription(client: Client):
    form = {"customer": client.paying_customer(), "items[0][price]": client.price(interval="")}
    assert "type=recurring" in client.send("POST", "/v1/subscriptions", form)[1]["error"]["message"]


def test_an_invoice_from_draft_to_paid(client: Client):
    customer = client.paying_customer()
    invoice = client.ok("POST", "/v1/invoices", {"customer": customer, "currency": "eur"})["id"]
    client.ok("POST", "/v1/invoiceitems", {"customer": customer, "amount": "100", "currency": "eur"})
    client.ok("POST", "/v1/invoiceitems", {"customer": customer, "invoice": invoice, "amount": "2500", "currency": "eur"})
    # An item without an invoice stays pending.
    assert client.ok("GET", f"/v1/invoices/{invoice}")["total"] == 2500
    final = client.ok("POST", f"/v1/invoices/{invoice}/finalize")
    assert (final["status"], final["amount_due"], final["number"][-5:]) == ("open", 2500, "-0001")
    assert client.error("DELETE", f"/v1/invoices/{invoice}")[0] == 400
    assert client.ok("POST", f"/v1/invoices/{invoice}/pay")["status"] == "paid"
    assert client.error("POST", f"/v1/invoices/{invoice}/void")[0] == 400
    gathered = client.ok("POST", "/v1/invoices", {"customer": customer, "pending_invoice_items_behavior": "include"})
    assert gathered["total"] == 100


def test_an_invoice_to_send_needs_its_days_and_can_be_void(client: Client):
    form = {"customer": client.customer(email="a@b.co"), "collection_method": "send_invoice"}
    assert client.error("POST", "/v1/invoices", form)[2] == "parameter_missing"
    invoice = client.ok("POST", "/v1/invoices", form | {"days_until_due": "3"})
    assert invoice["due_date"] == int(client.now) + 3 * 86_400
    client.ok("POST", "/v1/invoiceitems", {"customer": form["customer"], "invoice": invoice["id"], "amount": "50"})
    assert client.ok("POST", f"/v1/invoices/{invoice['id']}/send")["status"] == "open"
    assert client.ok("POST", f"/v1/invoices/{invoice['id']}/void")["status"] == "void"


def test_coupons_and_promotion_codes(client: Client):
    coupon = client.ok("POST", "/v1/coupons", {"percent_off": "25", "duration": "repeating", "duration_in_months": "3"})
    assert (coupon["percent_off"], coupon["valid"]) == (25.0, True)
    form = {"promotion[type]": "coupon", "promotion[coupon]": coupon["id"], "code": "SPRING25"}
    code = client.ok("POST", "/v1/promotion_codes", form)
    assert code["promotion"] == {"coupon": coupon["id"], "type": "coupon"}
    assert client.error("POST", "/v1/promotion_codes", form)[2] == "resource_already_exists"
    used = {"customer": client.paying_customer(), "items[0][price]": client.price(), "discounts[0][promotion_code]": code["id"]}
    subscription = client.ok("POST", "/v1/subscriptions", used | {"expand[]": "latest_invoice"})
    assert subscription["latest_invoice"]["amount_paid"] == 1125
    assert client.ok("GET", f"/v1/promotion_codes/{code['id']}")["times_redeemed"] == 1


def test_links_and_sessions_have_plausible_addresses_and_lines(client: Client):
    price = client.price(900, "")
    link = client.ok("POST", "/v1/payment_links", {"line_items[0][price]": price, "line_items[0][quantity]": "2"})
    assert link["url"].startswith("https://buy.stripe.com/test_")
    assert "created" not in link
    assert client.ok("GET", f"/v1/payment_links/{link['id']}/line_items")["data"][0]["amount_total"] == 1800
    form = {"mode": "payment", "line_items[0][price]": price, "line_items[0][quantity]": "1"}
    assert client.error("POST", "/v1/checkout/sessions", form)[2] == "parameter_missing"
    session = client.ok(
        "POST", "/v1/checkout/sessions", form | {"success_url": "https://example.com", "expand[]": "line_items"}
    )
    assert session["url"].startswith("https://checkout.stripe.com/c/pay/cs_test_")
    assert session["line_items"]["data"][0]["price"]["id"] == price
    assert client.ok("POST", f"/v1/checkout/sessions/{session['id']}/expire")["status"] == "expired"


def test_expanding_lists_deep_and_what_cannot_be_expanded(client: Client):
    customer = client.customer(name="A")
    client.payment(customer=customer)
    (intent,) = client.ok("GET", "/v1/payment_intents", {"expand[]": "data.latest_charge.customer"})["data"]
    assert intent["latest_charge"]["customer"]["name"] == "A"
    assert client.send("GET", "/v1/payment_intents", {"expand[]": "data.currency"})[0] == 400
    assert client.send("GET", "/v1/payment_intents", {"expand[]": "data.nothing"})[0] == 400


def test_what_happened_is_among_the_events(client: Client):
    client.customer(name="A")
    client.payment()
    kinds = [event["type"] for event in client.ok("GET", "/v1/events", {"limit": "100"})["data"]]
    assert {"customer.created", "payment_intent.succeeded", "charge.captured"} <= set(kinds)
    some = client.ok("GET", "/v1/events", {"type": "customer.*"})["data"]
    assert [event["type"] for event in some] == ["customer.created"]


def test_a_product_with_prices_cannot_be_deleted_and_one_without_can(client: Client):
    product = client.ok(
        "POST", "/v1/products", {"name": "A", "default_price_data[currency]": "eur", "default_price_data[unit_amount]": "5"}
    )
    assert client.ok("GET", f"/v1/prices/{product['default_price']}")["product"] == product["id"]
    assert client.error("DELETE", f"/v1/products/{product['id']}")[0] == 400
    other = client.ok("POST", "/v1/products", {"name": "B"})["id"]
    assert client.ok("DELETE", f"/v1/products/{other}")["deleted"] is True
    assert client.error("GET", f"/v1/products/{other}")[0] == 404


def test_the_same_clock_and_tokens_give_the_same_answers():
    first, second = Client(), Client()
    assert first.payment() == second.payment()
    assert first.store == second.store
