"""The secret is put where the API wants it; whatever the script put there, and what could undo it, is taken out."""

import base64
import dataclasses

import pytest
from broker_stage import KEY, LIVE_KEY, PLACEHOLDER, SPEC, request

from agentic.broker.credentials import key_class, to_send
from agentic.broker.rules import Allowed, Rules
from agentic.core.errors import BrokerError, MissingCredentialsError
from agentic.core.spec import ApiSpec, Credential, CredentialKind, Operation
from agentic.core.wire import Headers, HttpRequest


def sent(credential: Credential | None, path: str = "/v1/customers", *, headers: Headers = (), key: str = KEY) -> HttpRequest:
    host = dataclasses.replace(SPEC.hosts[0], credential=credential)
    host = dataclasses.replace(host, operations=(*host.operations, Operation("GET", "/bot{token}/me", "bot")))
    spec: ApiSpec = dataclasses.replace(SPEC, hosts=(host,))
    judged = Rules(spec).judge(request("GET", path, headers=headers))
    assert isinstance(judged, Allowed), judged
    return to_send(spec, judged, {"api_key": key})


def values(got: HttpRequest, name: str) -> list[str]:
    return [value for header, value in got.headers if header.lower() == name]


HEADER = Credential(CredentialKind.HEADER, "Bearer {api_key}", "Authorization")


@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
def test_header_replaces_whatever_the_script_set(name: str) -> None:
    got = sent(HEADER, headers=((name, f"Bearer {PLACEHOLDER}"), (name, "Basic eDp5")))
    assert values(got, "authorization") == [f"Bearer {KEY}"]


def test_own_header_name_replaces_and_authorization_goes_too() -> None:
    got = sent(
        Credential(CredentialKind.HEADER, "{api_key}", "X-Api-Key"),
        headers=(("x-api-key", "p"), ("X_Api_Key", "q"), ("Authorization", "r")),
    )
    assert values(got, "x-api-key") == [KEY]
    assert not values(got, "x_api_key") + values(got, "authorization")


def test_basic_is_user_and_password() -> None:
    got = sent(Credential(CredentialKind.BASIC, "{api_key}:"))
    assert values(got, "authorization") == ["Basic " + base64.b64encode(f"{KEY}:".encode()).decode()]


@pytest.mark.parametrize("query", ["APPID=x&q=1", "q=1&appid=x&AppId=y", "q=1&app%69d=x", "q=1"])
def test_query_replaces_every_spelling_of_the_parameter(query: str) -> None:
    got = sent(Credential(CredentialKind.QUERY, "{api_key}", "appid"), f"/v1/customers?{query}", key="a b&c")
    assert got.url.endswith("/v1/customers?q=1&appid=a%20b%26c")


def test_path_replaces_the_placeholder() -> None:
    got = sent(Credential(CredentialKind.PATH, "{api_key}", "TOKEN:x"), "/botTOKEN:x/me?a=1", key="1:a/b")
    assert got.url == "https://api.stripe.com/bot1:a%2Fb/me?a=1"


def signed(request: HttpRequest, secret: dict[str, str]) -> HttpRequest:
    return dataclasses.replace(request, headers=(*request.headers, ("X-Signature", f"{secret['api_key']}|{request.url}")))


def signed_for_another(request: HttpRequest, secret: dict[str, str]) -> HttpRequest:
    return dataclasses.replace(request, url="https://evil.test/")


def test_sign_calls_the_plugins_signer_with_the_canonical_request() -> None:
    got = sent(Credential(CredentialKind.SIGN, "test_credentials:signed"), "/v1/custom%65rs")
    assert values(got, "x-signature") == [f"{KEY}|https://api.stripe.com/v1/customers"]


def test_signer_cannot_lead_elsewhere() -> None:
    with pytest.raises(BrokerError, match="must give"):
        sent(Credential(CredentialKind.SIGN, "test_credentials:signed_for_another"))


@pytest.mark.parametrize(
    "header",
    [
        ("Stripe-Account", "acct_1"),
        ("stripe_account", "acct_1"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("X-Method-Override", "DELETE"),
        ("Host", "evil.test"),
        ("Cookie", "session=1"),
        ("Transfer-Encoding", "chunked"),
        ("Content-Length", "5"),
        ("X-Forwarded-Host", "evil.test"),
        ("X-Original-URL", "/v1/payouts"),
        ("Forwarded", "host=evil.test"),
        ("Proxy-Authorization", "Basic x"),
        ("Accept-Encoding", "gzip"),
        ("Expect", "100-continue"),
    ],
)
def test_steering_header_is_dropped(header: tuple[str, str]) -> None:
    got = sent(HEADER, headers=(header, ("X-Kept", "1")))
    assert header not in got.headers
    assert ("X-Kept", "1") in got.headers
    assert values(got, "accept-encoding") == ["identity"]


def test_headers_named_by_connection_are_dropped() -> None:
    got = sent(HEADER, headers=(("Connection", "keep-alive, X-Hop"), ("X-Hop", "1")))
    assert not values(got, "x-hop") + values(got, "connection")


def test_host_without_a_credential_gets_none() -> None:
    assert not values(sent(None, headers=(("Authorization", "x"),)), "authorization")


def test_secret_without_the_field_is_an_error_that_names_it() -> None:
    with pytest.raises(MissingCredentialsError, match="api_key"):
        sent(HEADER, key="")


def test_key_class_is_told_by_the_patterns() -> None:
    assert key_class(SPEC.secrets, {"api_key": KEY}) == "test"
    assert key_class(SPEC.secrets, {"api_key": LIVE_KEY}) == "live"
    assert key_class(SPEC.secrets, {"api_key": "whatever"}) == "unknown"
    assert key_class(SPEC.secrets, {}) == "unknown"
