"""An answer reaches the script without the secret, in whatever form it came back."""

import base64
import dataclasses
import json
from urllib.parse import quote, quote_plus

import pytest
from broker_stage import KEY, SPEC
from hypothesis import given, strategies as st

from agentic.broker.scrub import scrub
from agentic.core.spec import Credential, CredentialKind
from agentic.core.wire import HttpResponse

SECRET = {"api_key": KEY}


@pytest.mark.parametrize(
    "form",
    [
        KEY,
        quote(KEY, safe=""),
        quote_plus(KEY),
        json.dumps(KEY),
        json.dumps(KEY).replace("/", "\\/"),
        KEY.encode().hex(),
        base64.b64encode(KEY.encode()).decode(),
        base64.urlsafe_b64encode(KEY.encode()).decode(),
    ],
)
def test_every_form_is_removed_from_body_and_headers(form: str) -> None:
    got = scrub(SPEC, HttpResponse(400, (("X-Error", f"bad key {form}!"),), f'{{"error": "bad key {form}"}}'.encode()), SECRET)
    assert form not in str(got)
    assert b"bad key" in got.body
    assert "[removed]" in got.headers[0][1]


@given(st.text(max_size=5), st.text(max_size=5))
def test_key_inside_base64_of_something_longer_is_removed(before: str, after: str) -> None:
    encoded = base64.b64encode(f"{before}{KEY}{after}".encode())
    got = scrub(SPEC, HttpResponse(200, (), b"x" + encoded), SECRET)
    rest = got.body.replace(b"[removed]", b"")
    # All that is left is what stands around the key, and the characters that hold bits of both.
    assert len(rest) <= len(base64.b64encode((before + after).encode())) + 6


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_wide_encodings_are_seen(encoding: str) -> None:
    assert KEY.encode(encoding) not in scrub(SPEC, HttpResponse(200, (), f"key {KEY}".encode(encoding)), SECRET).body


def test_basic_credentials_are_removed() -> None:
    host = dataclasses.replace(SPEC.hosts[0], credential=Credential(CredentialKind.BASIC, "me:{api_key}"))
    spec = dataclasses.replace(SPEC, hosts=(host,))
    pair = base64.b64encode(f"me:{KEY}".encode())
    assert pair not in scrub(spec, HttpResponse(200, (), b"sent Basic " + pair), SECRET).body


def test_fields_the_plugin_names_are_removed_wherever_they_are() -> None:
    data = {
        "id": "1",
        "temporary_token": "t",
        "list": [{"temporary_token": {"deep": 1}}],
        "number": 5,
        "card": {"number": "42", "name": "n"},
    }
    got = json.loads(scrub(SPEC, HttpResponse(200, (), json.dumps(data).encode()), SECRET).body)
    assert got == {
        "id": "1",
        "temporary_token": "[removed]",
        "list": [{"temporary_token": "[removed]"}],
        "number": 5,
        "card": {"number": "[removed]", "name": "n"},
    }


def test_answer_without_anything_to_remove_is_byte_for_byte_the_same() -> None:
    body = b'{ "amount": 1.10,\n "temporary": null, "name": "\\u00e9" }'
    assert scrub(SPEC, HttpResponse(200, (("X-Id", "1"),), body), SECRET) == HttpResponse(200, (("X-Id", "1"),), body)


def test_headers_of_the_connection_and_cookies_do_not_travel_on() -> None:
    headers = (
        ("Transfer-Encoding", "chunked"),
        ("Set-Cookie", "a=b"),
        ("Content-Length", "3"),
        ("Alt-Svc", "h3"),
        ("Retry-After", "1"),
    )
    assert scrub(SPEC, HttpResponse(200, headers), SECRET).headers == (("Retry-After", "1"),)


def test_short_values_do_not_destroy_the_answer() -> None:
    assert scrub(SPEC, HttpResponse(200, (), b"me and you"), {"user": "me"}).body == b"me and you"
