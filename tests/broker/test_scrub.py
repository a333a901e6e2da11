"""An answer reaches the script without the secret, in whatever form it came back."""

import base64
import dataclasses
import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus, unquote

import pytest
from broker_stage import KEY, SPEC
from hypothesis import given, strategies as st

from agentic.broker.scrub import scrub
from agentic.core.errors import BrokerError
from agentic.core.spec import Credential, CredentialKind
from agentic.core.wire import HttpResponse

SECRET = {"api_key": KEY}


def escaped(spell: Callable[[str], str], which: Callable[[str], bool] = lambda _: True) -> str:
    return "".join(spell(character) if which(character) else character for character in KEY)


def special(character: str) -> bool:
    return not character.isalnum()


COMMON = {
    "itself": KEY,
    "percent": quote(KEY, safe=""),
    "percent in lower case": re.sub("%..", lambda found: found[0].lower(), quote(KEY, safe="")),
    "percent, slash kept": quote(KEY),
    "percent of a form": quote_plus(KEY),
    "percent twice": quote(quote(KEY, safe=""), safe=""),
    "JSON": json.dumps(KEY)[1:-1],
    "JSON, slash escaped": json.dumps(KEY)[1:-1].replace("/", "\\/"),
    "JSON, specials as units": escaped(lambda c: f"\\u{ord(c):04x}", special),
    "JSON, specials as upper units": escaped(lambda c: f"\\u{ord(c):04X}", special),
    "HTML": html.escape(KEY),
    "HTML, specials as numbers": escaped(lambda c: f"&#{ord(c)};", special),
    "HTML, specials as hexadecimal numbers": escaped(lambda c: f"&#x{ord(c):X};", special),
    "hexadecimal": KEY.encode().hex(),
    "hexadecimal in upper case": KEY.encode().hex().upper(),
    "base64": base64.b64encode(KEY.encode()).decode(),
    "base64 of a URL": base64.urlsafe_b64encode(KEY.encode()).decode().rstrip("="),
    "base64, percent": quote(base64.b64encode(KEY.encode()).decode(), safe=""),
    "base64, slash escaped": base64.b64encode(KEY.encode()).decode().replace("/", "\\/"),
    "Basic, as user": base64.b64encode(f"{KEY}:".encode()).decode(),
    "Basic, as password": base64.b64encode(f"me:{KEY}".encode()).decode(),
}
ODD = {
    "JSON, every character": escaped(lambda c: f"\\u{ord(c):04X}"),
    "JSON, every second character": "".join(f"\\u{ord(c):04x}" if at % 2 else c for at, c in enumerate(KEY)),
    "JSON in JSON": json.dumps(json.dumps(escaped(lambda c: f"\\u{ord(c):04x}")))[1:-1],
    "JavaScript": escaped(lambda c: f"\\x{ord(c):02x}"),
    "JavaScript's braces": escaped(lambda c: f"\\u{{{ord(c):x}}}"),
    "percent, every character": escaped(lambda c: f"%{ord(c):02x}"),
    "percent four times": quote(quote(quote(quote(KEY, safe="")))),
    "HTML, every character": escaped(lambda c: f"&#{ord(c)};"),
    "HTML with zeros": escaped(lambda c: f"&#x{ord(c):06x};"),
    "HTML by name": KEY.replace("+", "&plus;").replace("/", "&sol;").replace("=", "&equals;").replace("_", "&lowbar;"),
    "HTML of HTML": html.escape(escaped(lambda c: f"&#{ord(c)};")),
    "percent of JSON": quote(escaped(lambda c: f"\\u{ord(c):04x}")),
    "base64 with line ends": base64.encodebytes(("some text before it, so that it is long " + KEY).encode()).decode(),
    "base64 with line ends in JSON": json.dumps(base64.encodebytes(("x" * 40 + KEY).encode()).decode()),
    "bytes apart": KEY.encode().hex(" "),
    "bytes with colons": KEY.encode().hex(":").upper(),
    "byte numbers": str(list(KEY.encode())),
    "wide, escaped": escaped(lambda c: f"%{ord(c):02x}").encode("utf-16-le").decode("latin-1"),
    "wide, escaped as JSON": escaped(lambda c: f"\\u{ord(c):04x}").encode("utf-16-le").decode("latin-1"),
    "thirty-two bits": KEY.encode("utf-32-be").decode("latin-1"),
}


@pytest.mark.parametrize("form", COMMON)
def test_common_form_is_taken_out_of_body_and_headers_and_the_rest_stays(form: str) -> None:
    spelled = COMMON[form]
    response = HttpResponse(400, (("X-Error", f"bad key {spelled}!"),), f'{{"error": "bad key {spelled}"}}'.encode())
    got = scrub(SPEC, response, SECRET)
    assert b'{"error": "bad key ' in got.body
    assert b"[removed]" in got.body
    assert "bad key " in got.headers[0][1]
    # Of base64 the characters at the ends hold bits of what stands around.
    assert spelled[4:-4] not in str(got)


@pytest.mark.parametrize("form", ODD)
def test_odd_form_keeps_the_whole_answer_back(form: str) -> None:
    body = f'{{"error": "bad key {ODD[form]}"}}'.encode("latin-1")
    with pytest.raises(BrokerError, match="holds the key"):
        scrub(SPEC, HttpResponse(400, (), body), SECRET)
    assert scrub(SPEC, HttpResponse(400, (), body), {"api_key": "another key of this length"}).body == body  # The control.
    if "\n" not in ODD[form] and "\0" not in ODD[form]:
        got = scrub(SPEC, HttpResponse(400, (("X-Error", f"bad key {ODD[form]}"), ("X-Id", "1"))), SECRET)
        assert got.headers == (("X-Error", "[removed]"), ("X-Id", "1"))


def test_a_key_in_another_case_is_taken_out_of_body_and_headers() -> None:
    """Hexadecimal digits, as OpenWeather's keys are, are the same key in capitals."""
    key, other = "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "0a1b2c3d4e5f60718293a4b5c6d7e8f8"
    response = HttpResponse(200, (("Link", f"<https://x.dev?APPID={key.upper()}>"),), f'{{"next": "{key.upper()}"}}'.encode())
    got = scrub(SPEC, response, {"api_key": key})
    assert got.body == b'{"next": "[removed]"}'
    assert got.headers == (("Link", "<https://x.dev?APPID=[removed]>"),)
    assert scrub(SPEC, response, {"api_key": other}) == response, "the control"


def test_header_whose_name_is_the_key_is_dropped() -> None:
    secret = {"api_key": "CANARY7f3a0123456789"}
    got = scrub(SPEC, HttpResponse(200, (("X-CANARY7f3a0123456789", "1"), ("X-Id", "1"))), secret)
    assert got.headers == (("X-Id", "1"),)


ESCAPES: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    lambda text: quote(text, safe=""),
    lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    lambda text: json.dumps(text)[1:-1],
    lambda text: "".join(f"\\{c}" if c in '"\\' else f"\\u{ord(c):04x}" if ord(c) % 2 else c for c in text),
    lambda text: "".join(f"\\u{ord(c):04X}" for c in text),
    lambda text: html.escape(text),
    lambda text: "".join(f"&#{ord(c)};" for c in text),
)
ENCODINGS: tuple[Callable[[str], str], ...] = (
    lambda text: text.encode().hex(),
    lambda text: text.encode().hex().upper(),
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.b64encode(b"u:" + text.encode()).decode(),
    lambda text: base64.urlsafe_b64encode(b"xu:" + text.encode()).decode(),
)
SPELLINGS = st.tuples(st.sampled_from((*ESCAPES, *ENCODINGS)), st.sampled_from(ESCAPES))
KEYS = st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=12, max_size=60)
AROUND = st.text(alphabet='abc {}":,.<>\n', max_size=12)


def undone(text: str) -> list[str]:
    """An independent reader: what the standard library makes of a text, applied again and again."""
    found = [text]
    for _ in range(4):
        for one in list(found):
            readings = [
                unquote(one),
                html.unescape(one),
                re.sub(r"\\u([0-9A-Fa-f]{4})", lambda unit: chr(int(unit[1], 16)), one),
            ]
            readings += [re.sub(r"\\(.)", r"\1", one)]
            found += [reading for reading in readings if reading not in found]
    return found


def gives_away(key: str, body: str) -> bool:
    """Whether the key can be read out of `body`: by the independent reader, and out of the base64 and hexadecimal in it."""
    for text in undone(body):
        if key in text:
            return True
        for run in re.findall(r"[0-9A-Za-z+/_-]{16,}", text):
            for start in range(4):
                part = run[start:].replace("-", "+").replace("_", "/")
                data = base64.b64decode(part[: len(part) // 4 * 4])
                if key[:-3].encode() in data:
                    return True
        for run in re.findall(r"[0-9A-Fa-f]{24,}", text):
            for start in range(2):
                even = run[start : start + (len(run) - start) // 2 * 2]
                if key.encode() in bytes.fromhex(even):
                    return True
    return False


@given(KEYS, SPELLINGS, AROUND, AROUND)
def test_no_spelling_of_a_random_key_gets_through(
    key: str, spelling: tuple[Callable[[str], str], ...], before: str, after: str
) -> None:
    """Escaped, or encoded and then escaped; what comes out is checked by an independent reader."""
    inner, outer = spelling
    body = f"{before}{outer(inner(key))}{after}"
    try:
        got = scrub(SPEC, HttpResponse(200, (), body.encode()), {"api_key": key}).body.decode()
    except BrokerError:
        return
    assert not gives_away(key, got), (body, got)


@given(KEYS, SPELLINGS, AROUND)
def test_control_without_the_scrubbing_the_independent_reader_finds_the_key(
    key: str, spelling: tuple[Callable[[str], str], ...], before: str
) -> None:
    inner, outer = spelling
    assert gives_away(key, f"{before} {outer(inner(key))}")


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


@pytest.mark.parametrize(
    "body",
    [
        b'{"temporary\\u005ftoken": "CANARY"}',
        b'{"temporary_token": "CANARY", "odd": "\xff"}',
        b'\xef\xbb\xbf{"temporary_token": "CANARY"}',
        '{"temporary_token": "CANARY", "odd": "\\ud800"}'.encode("utf-16"),
        b'{"temporary_token": "CANARY", "odd": "\\ud800"}',
        b'{"a": ' * 900 + b'{"temporary_token": "CANARY"}' + b"}" * 900,
        # What APIs answer that take a `callback`, GitHub's among them.
        b'/**/show({"meta": {"status": 200}, "data": {"temporary_token": "CANARY"}});',
        b'a.b[0]( [{"temporary_token": "CANARY"}] )\n',
        b"x" * 100_000 + b'({"temporary_token": "CANARY"})',
    ],
)
def test_named_field_is_removed_from_json_in_every_spelling(body: bytes) -> None:
    got = scrub(SPEC, HttpResponse(200, (), body), SECRET).body
    assert b"CANARY" not in got
    assert b"[removed]" in got


@pytest.mark.parametrize(
    "body",
    [
        b'show({"temporary": 1});',
        b'the "temporary_token" (a text)',
        b"(((",
        b"temporary_token)(",
        b'if (a) { b("temporary_token") }',
    ],
)
def test_a_script_and_a_text_without_such_a_field_stay_as_they_are(body: bytes) -> None:
    assert scrub(SPEC, HttpResponse(200, (), body), SECRET).body == body


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
