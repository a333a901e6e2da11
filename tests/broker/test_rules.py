"""Requests that fit an operation are sent in one canonical form; everything else is refused with its reason."""

import dataclasses

import pytest
from broker_stage import HOST, SPEC, request, widened
from hypothesis import given, strategies as st

from agentic.broker.rules import Allowed, Refused, Rules
from agentic.core.spec import Operation
from agentic.core.wire import HttpRequest

RULES = Rules(SPEC)


def allowed(judged: Allowed | Refused) -> Allowed:
    assert isinstance(judged, Allowed), judged
    return judged


def refusal(judged: Allowed | Refused) -> str:
    assert isinstance(judged, Refused), judged
    return judged.reason


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/v1/customers/cus_1", "/v1/customers/cus_1"),
        ("/v1/custom%65rs/cus%5F1", "/v1/customers/cus_1"),
        ("/v1/customers/a%20b", "/v1/customers/a%20b"),
        ("/v1/customers/%C3%A9", "/v1/customers/%C3%A9"),
        ("/v1/customers?limit=3&expand[]=data", "/v1/customers?limit=3&expand[]=data"),
        ("/v1/customers?a=1;b=2", "/v1/customers?a=1%3Bb=2"),
    ],
)
def test_fitting_path_is_sent_in_canonical_form(path: str, canonical: str) -> None:
    assert allowed(RULES.judge(request("GET", path))).url == f"https://{HOST}{canonical}"


def test_most_literal_operation_is_the_one_that_fits() -> None:
    assert allowed(RULES.judge(request("GET", "/v1/customers/search"))).operation.family == "search"
    assert allowed(RULES.judge(request("GET", "/v1/customers/x"))).operation.family == "customers"


@pytest.mark.parametrize(
    "path",
    [
        "/v1//customers",
        "//v1/customers",
        "/v1/customers/",
        "/v1/./customers",
        "/v1/customers/..",
        "/v1/customers/%2e%2e",
        "/v1/customers/%2E%2E/payouts",
        "/v1/customers/..%2fpayouts",
        "/v1/customers%2Fcus_1",
        "/v1/customers/a%5Cb",
        "/v1/customers/a\\b",
        "/v1/customers/%252e",
        "/v1/customers/a;x=1",
        "/v1/customers/a%3Bx",
        "/v1/customers/%00",
        "/v1/customers/%0d%0aX",
        "/v1/customers/%",
        "/v1/customers/%zz",
        "/v1/customers/%ff",
        "/v1/customers/%E2%80%AE",
        "/v1/Customers",
        "/V1/customers",
        "/v1/customers/a/b",
        "/v1/unknown",
        "/",
        "/v1/customers#x",
        "/v1/customers?a=%zz",
        "/v1/cust omers",
        "/v1/customers\r\nX: y",
        "/v1/customers/é",
        "/v1/customers/%EF%BC%8Fpayouts",  # A full-width slash,
        "/v1/customers/%E2%80%A5",  # a two dot leader,
        "/v1/customers/%EF%BC%8E%EF%BC%8E",  # full-width dots,
        "/v1/customers/%E2%84%80",  # "a/c" in one character,
        "/v1/customers/a%CD%BEx",  # and a Greek question mark, which folds to a semicolon.
        "/v1/customers/%c0%af",
        "/v1/customers/%u002f",
        "/v1/customers/..;/payouts",
        "/v1/customers/%09",
        "/v1/customers/%7f",
        "\\v1\\customers",
        "/v1/customers/.%2e/",
        "/v1/customers/%2f..%2fpayouts",
        "http://evil.test/v1/customers",
        "/v1/customers\x00",
        "/v1/customers /x",
        "/v1/payouts%20",
        "/v1/%20payouts",
        "/v1/customers/..%20",
        "/v1/customers/.%20.",
        "/v1/customers/..+",
        "/v1/customers/%20",
        "/v1/customers/a%E2%88%95b",  # A division slash,
        "/v1/customers/a%E2%81%84b",  # and a fraction slash.
    ],
)
def test_path_that_is_unknown_or_could_be_read_in_two_ways_is_refused(path: str) -> None:
    assert refusal(RULES.judge(request("GET", path)))


@pytest.mark.parametrize(
    "url",
    [
        f"http://{HOST}/v1/customers",
        f"https://{HOST}:444/v1/customers",
        f"https://{HOST}.evil.test/v1/customers",
        f"https://{HOST.upper()}/v1/customers",
        f"https://user@{HOST}/v1/customers",
        f"https://{HOST}",
        f"https://evil.test\\@{HOST}/v1/customers",
        f"//{HOST}/v1/customers",
        "",
    ],
)
def test_other_url_forms_and_hosts_are_refused(url: str) -> None:
    assert refusal(RULES.judge(HttpRequest("GET", url)))


@pytest.mark.parametrize("method", ["get", "PUT", "CONNECT", "TRACE", "GET ", "", "HEAD"])
def test_methods_that_are_not_declared_are_refused(method: str) -> None:
    assert refusal(RULES.judge(request(method, "/v1/customers")))


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/v1/payouts",
            "/v1/PAYOUTS",
            "/v1/payout%73",
            "/v1/payouts.json",
            "/v1/payouts.",
        ),
        *("/v1/p%EF%BD%81youts", "/v1/payout%C5%BF"),  # A full-width a; a long s.
    ],
)
def test_refused_operation_stays_refused_when_a_stack_widens(path: str) -> None:
    assert "never allowed" in refusal(Rules(widened(refused=SPEC.refused)).judge(request("POST", path)))
    allowed(Rules(widened(refused=())).judge(request("POST", path)))  # The control.


@pytest.mark.parametrize("path", ["/v1/vault", "/v1/vault/a", "/v1/vault/a/b", "/v1/VAULT/a", "/v1/vault.json/a"])
def test_refused_path_may_stand_for_everything_below_it(path: str) -> None:
    wide = tuple(Operation("POST", f"/{'/'.join('{x}' for _ in range(depth))}", "wide") for depth in range(1, 6))
    host = dataclasses.replace(SPEC.hosts[0], operations=wide)
    spec = dataclasses.replace(SPEC, hosts=(host,), refused=(Operation("*", "/v1/vault/**", "vault"),))
    assert "never allowed (vault)" in refusal(Rules(spec).judge(request("POST", path)))
    for near in ("/v1/vaults", "/v1/x/vault", "/v1/vau", "/v1"):
        allowed(Rules(spec).judge(request("POST", near)))


@pytest.mark.parametrize("header", [("X\r\nY", "1"), ("X", "1\r\nY: 2"), ("X Y", "1"), ("", "1"), ("X", "\x00"), ("X", "€")])
def test_header_that_http_cannot_carry_is_refused(header: tuple[str, str]) -> None:
    assert "header" in refusal(RULES.judge(request("GET", "/v1/customers", headers=(header,))))


def test_sizes_are_limited() -> None:
    assert "URL" in refusal(RULES.judge(request("GET", "/v1/customers?" + "a" * 20_000)))
    assert "headers" in refusal(RULES.judge(request("GET", "/v1/customers", headers=(("X", "y" * 70_000),))))
    assert "body" in refusal(RULES.judge(request("POST", "/v1/customers", b"x" * (4 * 1024 * 1024 + 1))))


def test_placeholder_may_be_a_part_of_a_segment() -> None:
    host = dataclasses.replace(SPEC.hosts[0], operations=(Operation("POST", "/bot{token}/send", "bot"),))
    rules = Rules(dataclasses.replace(SPEC, hosts=(host,)))
    assert allowed(rules.judge(request("POST", "/bot123:abc/send"))).path == "/bot123:abc/send"
    assert refusal(rules.judge(request("POST", "/bot/send")))
    assert refusal(rules.judge(request("POST", "/robot1/send")))


@given(st.text(alphabet="/.%2eEfF5cC;\\?#aZ1-_ v\x00é", max_size=40))
def test_what_is_allowed_has_a_path_that_every_reader_reads_alike(tail: str) -> None:
    """An independent check: decoded again and again, normalised or not, the path is one customer's or none."""
    judged = RULES.judge(request("GET", "/v1/customers/" + tail))
    if isinstance(judged, Allowed):
        assert judged.path.count("/") == 3
        assert ".." not in judged.path.split("/")
        assert not set("\\;#?") & set(judged.path)
        assert "%2F" not in judged.path.upper()
        assert "%25" not in judged.path


def test_url_that_grows_beyond_the_limit_when_it_is_escaped_anew_is_refused() -> None:
    assert "longer than" in refusal(RULES.judge(request("GET", "/v1/customers?_" + ";" * 16_000)))
    allowed(RULES.judge(request("GET", "/v1/customers?_" + ";" * 4_000)))
