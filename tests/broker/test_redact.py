"""The journal keeps what a call was about, and nothing that anyone could steal from it."""

import json

import pytest
from broker_stage import request

from agentic.broker.redact import params_of, url_of

JSON = (("Content-Type", "application/json"),)


def test_fields_of_query_and_form_are_kept_by_name() -> None:
    got = params_of(request("POST", "/v1/customers?limit=3", b"name=Ada&items[0][price]=price_1&empty=&tag=a&tag=b"))
    assert got == {"limit": "3", "name": "Ada", "items[0][price]": "price_1", "empty": "", "tag": ["a", "b"]}


def test_json_is_flattened_with_its_types() -> None:
    body = {"name": "Ada", "amount": 5, "on": True, "none": None, "items": [{"price": "p"}]}
    got = params_of(request("POST", "/v1/customers", json.dumps(body).encode(), headers=JSON))
    assert got == {"name": "Ada", "amount": 5, "on": True, "none": None, "items[0][price]": "p"}


@pytest.mark.parametrize(
    "field",
    [
        "card[number]=4242424242424242",
        "card[cvc]=123",
        "client_secret=x",
        "access_token=x",
        "password=x",
        "appid=x",
        "description=key+sk_live_abc",
        "note=card+4242+4242+4242+4242",
        "note=4242-4242-4242-4242",
        "header=Bearer+abc",
        "bank_account[account_number]=000123456789",
        "x=%2573k_live_1&y=ghp_abcdef",
    ],
)
def test_what_looks_secret_is_redacted(field: str) -> None:
    assert "[redacted]" in params_of(request("POST", "/v1/customers", field.encode())).values()


def test_ordinary_long_numbers_stay() -> None:
    assert params_of(request("POST", "/v1/customers", b"phone=1234567890123&created=1700000000")) == {
        "phone": "1234567890123",
        "created": "1700000000",
    }


def test_sizes_are_limited() -> None:
    got = params_of(
        request("POST", "/v1/customers", b"a=" + b"x" * 1000 + b"".join(b"&f%d=1" % number for number in range(200)))
    )
    assert got["a"] == "x" * 200 + "… (1,000 characters)"
    assert len(got) == 61


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"a":' * 5000])
def test_body_that_cannot_be_read_has_no_fields(body: bytes) -> None:
    assert params_of(request("POST", "/v1/customers", body, headers=JSON)) == {}


def test_url_is_without_its_query() -> None:
    assert url_of(request("GET", "/v1/customers?appid=secret")) == "https://api.stripe.com/v1/customers"
