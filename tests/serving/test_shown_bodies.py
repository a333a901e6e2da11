"""What a person sees of a call's bodies has nothing in it that looks secret, and is bounded."""

import json

import pytest

from agentic.serving.bodies import shown_body, shown_headers

FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
JSON = (("content-type", "application/json; charset=utf-8"),)


def test_a_form_is_shown_field_by_field_without_what_is_secret():
    body = b"name=Alice+B&card%5Bnumber%5D=4242424242424242&client_secret=abc&note=4000+0566+5566+5556&x"
    shown = shown_body(FORM, body).splitlines()
    assert shown == [
        "name = Alice B",
        "card[number] = [redacted]",
        "client_secret = [redacted]",
        "note = [redacted]",
        "x = ",
    ]


def test_json_is_shown_without_what_is_secret_at_any_depth():
    answer = {"id": "cus_1", "list": [{"client_secret": "s", "deep": {"api_key": "k", "n": 1}}], "token": None, "on": True}
    shown = json.loads(shown_body(JSON, json.dumps(answer).encode()))
    assert shown == {
        "id": "cus_1",
        "list": [{"client_secret": "[redacted]", "deep": {"api_key": "[redacted]", "n": 1}}],
        "token": None,
        "on": True,
    }


@pytest.mark.parametrize("value", ["sk_live_abc", "whsec_x", "ghp_abcdef", "Bearer abc", "4242 4242 4242 4242"])
@pytest.mark.parametrize("headers", [(), JSON, (("content-type", "text/plain"),)])
def test_a_value_that_looks_secret_is_taken_out_of_any_text(value: str, headers: tuple[tuple[str, str], ...]):
    for body in (f"before\nit is {value} here\nafter", json.dumps({"harmless": value}), json.dumps([[value]])):
        shown = shown_body(headers, body.encode())
        assert value not in shown
        assert "[redacted]" in shown


def test_what_is_long_is_cut_off_and_what_is_no_text_is_counted():
    shown = shown_body((("content-type", "text/plain"),), b"a" * 100_000)
    assert (len(shown), shown[-1]) == (16 * 1024 + 1, "…")
    assert shown_body((("Content-Type", "image/png"),), b"\x89PNG" * 10) == "(40 bytes of image/png)"
    assert shown_body((), b"") == ""


def test_json_that_is_deeper_than_python_goes_is_shown_as_text():
    assert shown_body(JSON, b"[" * 100_000).startswith("[[[")


def test_of_the_headers_only_those_are_shown_that_tell_what_it_is():
    headers = (("Set-Cookie", "s=1"), ("Content-Type", "text/plain"), ("X-RateLimit-Remaining", "3"), ("Authorization", "x"))
    assert shown_headers(headers) == {"content-type": "text/plain", "x-ratelimit-remaining": "3"}
