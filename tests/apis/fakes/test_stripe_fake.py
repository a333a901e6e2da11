"""The fake Stripe as an API: who may call, errors, forms, pages, search, idempotency, what is expanded, events."""

import base64
import json

import pytest
from stripe_client import KEY, NO_REDIRECTS, Client

from agentic.apis.fakes.stripe import fake_stripe
from agentic.core.fake import FakeRequest


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
