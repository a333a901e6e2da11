"""A field that an operation refuses is found in every spelling of a query or body, or the request is refused unread."""

import json
import time
from urllib.parse import parse_qsl

import httpx
import pytest
import requests
from broker_stage import SPEC, request
from hypothesis import given, strategies as st

from agentic.broker.fields import body_fields, query_fields, reaches
from agentic.broker.rules import Allowed, Refused, Rules
from agentic.core.wire import Headers

RULES = Rules(SPEC)
FORM: Headers = (("Content-Type", "application/x-www-form-urlencoded"),)
JSON: Headers = (("Content-Type", "application/json; charset=utf-8"),)
PARTS: Headers = (("Content-Type", "multipart/form-data; boundary=b"),)


def allowed(judged: Allowed | Refused) -> Allowed:
    assert isinstance(judged, Allowed), judged
    return judged


def refusal(judged: Allowed | Refused) -> str:
    assert isinstance(judged, Refused), judged
    return judged.reason


def part(name: str, *, disposition: str = "form-data", more: str = "", value: str = "1", end: str = "\r\n") -> bytes:
    lines = ["--b", f"Content-Disposition: {disposition}; {name}", *([more] if more else []), "", value, "--b--", ""]
    return end.join(lines).encode()


def kind(value: str) -> Headers:
    return (("Content-Type", value),)


SPELLINGS: dict[str, tuple[bytes, Headers]] = {
    "plain": (b"card[number]=4242", FORM),
    "escaped brackets": (b"card%5Bnumber%5D=4242", FORM),
    "escaped letters": (b"c%61rd[n%75mber]=4242", FORM),
    "other case": (b"CARD[NUMBER]=4242", FORM),
    "below it": (b"card[number][deep]=1", FORM),
    "position between": (b"card[0][number]=1", FORM),
    "list of": (b"card[][number]=1", FORM),
    "bracket left open": (b"card[number=1", FORM),
    "bracket before": (b"[card][number]=1", FORM),
    "dots": (b"card.number=1", FORM),
    "blank before": (b"+card[number]=1", FORM),
    "blank inside (PHP)": (b"transfer+data=1", FORM),
    "dot for underscore (PHP)": (b"transfer.data[x]=1", FORM),
    "hyphen for underscore": (b"transfer-data=1", FORM),
    "full-width letter": (b"c%EF%BD%81rd[number]=1", FORM),
    "long s": (b"tran%C5%BFfer_data=1", FORM),
    "null behind": (b"card[number]%00x=1", FORM),
    "null before": (b"%00transfer_data=1", FORM),
    "line end": (b"%0Atransfer_data=1", FORM),
    "nested": (b"transfer_data[destination]=acct_1", FORM),
    "second of two": (b"name=x&transfer_data=", FORM),
    "without a value": (b"name=x&transfer_data", FORM),
    "behind many others": (b"a=1&" * 6000 + b"transfer_data=1", FORM),
    "behind a semicolon": (b"name=x;transfer_data=1", FORM),
    "behind a blank": (b"name=x& transfer_data=1", FORM),
    "behind a line end": (b"name=x\r\ntransfer_data=1", FORM),
    "broken escape": (b"name=%zz&transfer%5fdata=1", FORM),
    "not UTF-8": (b"\xff=1", FORM),
    "escaped, not UTF-8": (b"%ff=1", FORM),
    "character set of the form": (b"name=x&_charset_=utf-7&+AHQ-ransfer_data=1", FORM),
    "character set of the type": (b"name=x", kind("application/x-www-form-urlencoded; charset=utf-16")),
    "odd parameter of the type": (b"name=x", kind("application/x-www-form-urlencoded; boundary=b")),
    "two types in one": (b"transfer_data=1", kind("application/json, application/x-www-form-urlencoded")),
    "wide characters": ("transfer_data=1".encode("utf-16-be"), FORM),
    "another type": (b"card[number]=1", kind("text/plain")),
    "no type": (b"card[number]=1", (("X", "y"),)),
    "empty type": (b"card[number]=1", kind("")),
    "a second type": (b"card[number]=1", (*FORM, ("content-type", "text/plain"))),
    "compressed": (b"\x1f\x8b", (*FORM, ("Content-Encoding", "gzip"))),
    "JSON": (b'{"card": {"number": 1}}', JSON),
    "JSON list": (b'{"card": [{"number": 1}]}', JSON),
    "JSON in a list": (b'[{"transfer_data": 1}]', JSON),
    "JSON empty": (b'{"transfer_data": {}}', JSON),
    "JSON null": (b'{"transfer_data": null}', JSON),
    "JSON twice": (b'{"card": {"number": 1}, "card": {}}', JSON),
    "JSON harmless twice": (b'{"name": 1, "name": {}}', JSON),
    "JSON escaped": (b'{"c\\u0061rd": {"number": 1}}', JSON),
    "JSON other case": (b'{"Transfer_Data": 1}', JSON),
    "JSON full-width letter": ('{"transfer_\uff44ata": 1}'.encode(), JSON),
    "JSON name with brackets": (b'{"card[number]": 1}', JSON),
    "JSON null behind": (b'{"transfer_data\\u0000x": 1}', JSON),
    "JSON behind many others": (json.dumps({"filler": [0] * 6000, "transfer_data": 1}).encode(), JSON),
    "JSON too many": (json.dumps({"filler": [0] * 100_001}).encode(), JSON),
    "JSON too deep": (b'{"a": ' * 70 + b"1" + b"}" * 70, JSON),
    "JSON far too deep": (b'{"a": ' * 20_000 + b"1" + b"}" * 20_000, JSON),
    "JSON broken": (b"{", JSON),
    "JSON and more": (b'{"name": 1}{"transfer_data": 1}', JSON),
    "JSON with a comment": (b'{"name": 1 /* */, "transfer_data": 1}', JSON),
    "JSON with a mark": (b'\xef\xbb\xbf{"name": 1}', JSON),
    "JSON without JSON's numbers": (b'{"name": NaN}', JSON),
    "JSON wide": ('{"card": {"number": 1}}'.encode("utf-16"), JSON),
    "JSON of another set": (b'{"name": 1}', kind("application/json; charset=utf-7")),
    "parts": (part('name="card[number]"'), PARTS),
    "part with a file": (part('name="card[number]"; filename="x"'), PARTS),
    "part escaped": (part('name="transfer%5fdata"'), PARTS),
    "part with a backslash": (part('name="transfer\\_data"'), PARTS),
    "part unquoted": (part("name=transfer_data"), PARTS),
    "part in extended notation": (part("name*=utf-8''transfer_data"), PARTS),
    "part with two names": (part('name="a"; name="transfer_data"'), PARTS),
    "part folded": (part('name="a";\r\n name="transfer_data"'), PARTS),
    "part with two dispositions": (part('name="a"', more='Content-Disposition: form-data; name="transfer_data"'), PARTS),
    "part encoded": (part('name="a"', more="Content-Transfer-Encoding: base64"), PARTS),
    "part that is a mail": (part('name="a"', more="Content-Type: message/rfc822"), PARTS),
    "encoded word": (part('name="=?utf-8?q?transfer_data?="'), PARTS),
    "part of parts": (part('name="a"', more="Content-Type: multipart/mixed; boundary=c"), PARTS),
    "part in utf-7": (part('name="a"', more="Content-Type: text/plain; charset=utf-7"), PARTS),
    "part with bare line feeds": (part('name="a"', end="\n"), PARTS),
    "part behind a bare line feed": (
        part('name="a"', value='1\n--b\r\nContent-Disposition: form-data; name="transfer_data"\r\n\r\n1'),
        PARTS,
    ),
    "part attached": (part('name="a"', disposition="attachment"), PARTS),
    "parts with a preamble": (b"x\r\n" + part('name="a"'), PARTS),
    "parts with an epilogue": (part('name="a"') + b"--b\r\n", PARTS),
    "parts not ended": (part('name="a"').replace(b"--b--", b""), PARTS),
    "parts with two boundaries": (part('name="a"'), kind("multipart/form-data; boundary=b; boundary=c")),
    "parts without a boundary": (part('name="a"'), kind("multipart/form-data")),
    "no parts": (b"x", PARTS),
    "related parts": (part('name="transfer_data"'), kind("multipart/related; boundary=b")),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_refused_field_is_found_or_the_body_refused(spelling: str) -> None:
    body, headers = SPELLINGS[spelling]
    assert refusal(RULES.judge(request("POST", "/v1/customers", body, headers=headers)))


@pytest.mark.parametrize("spelling", ["plain", "JSON", "parts", "blank inside (PHP)"])
def test_control_without_the_rule_the_same_body_is_sent(spelling: str) -> None:
    body, headers = SPELLINGS[spelling]
    assert allowed(RULES.judge(request("POST", "/v1/customers/cus_1", body, headers=headers))).body == body


@pytest.mark.parametrize(
    "query", ["card[number]=1", "CARD%5bnumber%5d=1", "a=1&transfer.data=2", "transfer_data", "%00card[number]=1"]
)
def test_refused_field_in_the_query_is_found(query: str) -> None:
    assert refusal(RULES.judge(request("POST", f"/v1/customers?{query}")))


def test_semicolon_in_the_query_reaches_the_api_as_part_of_a_value() -> None:
    judged = allowed(RULES.judge(request("POST", "/v1/customers?a=1;transfer_data=2")))
    assert judged.query == "a=1%3Btransfer_data=2"
    assert query_fields(judged.query) == [("a", "1;transfer_data=2")]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", ()),
        (b"name=Ada&card[name]=x&number=1&metadata[transfer_data]=1&metadata[My+key]=%C3%A9", FORM),
        (b"name=Ada", kind("application/x-www-form-urlencoded; charset=UTF-8")),
        (b'{"name": "Ada", "numbers": [1, 2.5e3], "metadata": {"card": {"number": 1}}}', JSON),
        (b'{"name": "Ada"}', kind("application/vnd.api+json")),
        (b"[]", kind("application/json")),
        (part('name="a"; filename="b c.png"', more="Content-Type: image/png"), PARTS),
    ],
)
def test_honest_bodies_pass_as_they_are(body: bytes, headers: Headers) -> None:
    assert allowed(RULES.judge(request("POST", "/v1/customers", body, headers=headers))).body == body


def test_what_the_clients_write_passes() -> None:
    """Forms, JSON and files, as requests and httpx put them into a body."""
    fields, url = {"name": "Ada é & Co;", "card[name]": "x"}, "https://api.stripe.com/v1/customers"
    files = {"file": ("é.txt", b"--x\r\n")}
    sent: list[tuple[Headers, bytes]] = []
    for body in ({"data": fields}, {"json": fields}, {"data": fields, "files": files}):
        prepared = requests.Request("POST", url, **body).prepare()
        assert isinstance(prepared.body, bytes | str)
        data = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
        sent.append((tuple(prepared.headers.items()), data))
        built = httpx.Request("POST", url, **body)
        sent.append((tuple(built.headers.items()), built.read()))
    for headers, data in sent:
        judged = allowed(RULES.judge(request("POST", "/v1/customers", data, headers=headers)))
        assert dict(body_fields(judged.headers, judged.body) or ())["name"] == "Ada é & Co;"


def test_reading_with_a_body_is_refused() -> None:
    assert "body" in refusal(RULES.judge(request("GET", "/v1/customers", b"x=1")))


OVERRIDES: dict[str, tuple[str, bytes, Headers]] = {
    "query": ("?_method=DELETE", b"", ()),
    "query escaped": ("?%5fmethod=DELETE", b"", ()),
    "query in PHP's way": ("?.method=DELETE", b"", ()),
    "query like the header": ("?X-HTTP-Method-Override=DELETE", b"", ()),
    "form": ("", b"name=x&_method=DELETE", FORM),
    "form escaped": ("", b"_%6dethod=DELETE", FORM),
    "JSON": ("", b'{"_method": "DELETE"}', JSON),
    "parts": ("", part('name="_method"', value="DELETE"), PARTS),
    "other parts": ("", part('name="_method"', value="DELETE"), kind("multipart/mixed; boundary=b")),
    "no type": ("", b"name=x&_method=DELETE", (("X", "y"),)),
    "no type, semicolon": ("", b"name=x;_method=DELETE", (("X", "y"),)),
}


@pytest.mark.parametrize("way", OVERRIDES)
def test_field_that_names_another_method_is_refused(way: str) -> None:
    """Rack, Laravel, Symfony and Express would make the allowed POST the DELETE that was not judged."""
    query, body, headers = OVERRIDES[way]
    reason = refusal(RULES.judge(request("POST", f"/v1/customers/cus_1{query}", body, headers=headers)))
    assert "method" in reason


def test_control_fields_that_only_look_like_it_pass() -> None:
    for body, headers in (
        (b"payment_method=pm_1&metadata[_method]=x", FORM),
        (b'{"method": "x"}', ()),
        (b"\x00_method", kind("image/png")),
    ):
        assert allowed(RULES.judge(request("POST", "/v1/customers/cus_1?method=x", body, headers=headers or (("X", "y"),))))


WORDS = st.text(alphabet="abc_[].%26;= +&\x00é-", max_size=30)


@given(WORDS, WORDS)
def test_form_is_read_as_the_standard_librarys_reader_reads_it(name: str, value: str) -> None:
    """An independent check: whatever is accepted has, by `urllib.parse.parse_qsl`, the same names."""
    body = f"{name}={value}".encode()
    judged = RULES.judge(request("POST", "/v1/customers/cus_1", body, headers=FORM))
    if isinstance(judged, Allowed):
        names = [field for field, _ in parse_qsl(judged.body.decode("ascii"), keep_blank_values=True)]
        assert names == [field for field, _ in body_fields(FORM, judged.body) or ()]
        assert not any(ord(character) < 32 for field in names for character in field)


def test_name_of_a_million_brackets_is_looked_at_once() -> None:
    """It took 23 seconds at a megabyte; here only a hang would fail the test."""
    started = time.monotonic()
    assert reaches(["a" + "[a]" * 1_000_000], ("transfer_data", "card.number")) == ""
    assert time.monotonic() - started < 20
