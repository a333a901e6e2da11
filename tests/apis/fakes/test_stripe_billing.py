"""The fake Stripe's billing: subscriptions and their items, invoices, coupons, payment links and checkout."""

import pytest
from stripe_client import Client


@pytest.fixture
def client() -> Client:
    return Client()


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


def test_the_items_of_a_subscription_are_added_changed_and_removed_by_themselves(client: Client):
    form = {"customer": client.paying_customer(), "items[0][price]": client.price()}
    subscription = client.ok("POST", "/v1/subscriptions", form)["id"]
    added = client.ok("POST", "/v1/subscription_items", {"subscription": subscription, "price": client.price(500)})["id"]
    changed = client.ok("POST", f"/v1/subscription_items/{added}", {"quantity": "5", "metadata[seats]": "five"})
    assert (changed["quantity"], changed["metadata"]) == (5, {"seats": "five"})
    items = client.ok("GET", f"/v1/subscriptions/{subscription}")["items"]["data"]
    assert [(item["id"] == added, item["quantity"]) for item in items] == [(False, 1), (True, 5)]
    first = items[0]["id"]
    assert client.ok("DELETE", f"/v1/subscription_items/{first}")["deleted"] is True
    assert client.error("GET", f"/v1/subscription_items/{first}")[0] == 404
    # The last one stays: a subscription without a price is none.
    assert client.error("DELETE", f"/v1/subscription_items/{added}")[0] == 400
    assert [item["id"] for item in client.ok("GET", "/v1/subscription_items", {"subscription": subscription})["data"]] == [
        added
    ]


def test_an_item_in_another_currency_is_refused_and_changes_nothing(client: Client):
    subscription = client.ok(
        "POST", "/v1/subscriptions", {"customer": client.paying_customer(), "items[0][price]": client.price()}
    )
    dollars = client.ok(
        "POST", "/v1/prices", {"unit_amount": "5", "currency": "usd", "product_data[name]": "A", "recurring[interval]": "month"}
    )["id"]
    form = {"subscription": subscription["id"], "price": dollars}
    assert client.error("POST", "/v1/subscription_items", form)[0] == 400
    assert len(client.ok("GET", "/v1/subscription_items", {"subscription": subscription["id"]})["data"]) == 1


def test_a_subscription_is_paused_and_goes_on(client: Client):
    form = {"customer": client.paying_customer(), "items[0][price]": client.price()}
    path = f"/v1/subscriptions/{client.ok('POST', '/v1/subscriptions', form)['id']}"
    paused = client.ok("POST", path, {"pause_collection[behavior]": "void"})
    assert (paused["status"], paused["pause_collection"]) == ("active", {"behavior": "void", "resumes_at": None})
    assert client.error("POST", path, {"pause_collection[behavior]": "forget"})[0] == 400
    assert client.ok("POST", path, {"pause_collection": ""})["pause_collection"] is None
