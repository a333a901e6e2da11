"""The secret is put where the API wants it; whatever the script put there, and what could undo it, is taken out."""

import base64
import dataclasses
import traceback

import pytest
from broker_stage import KEY, LIVE_KEY, PLACEHOLDER, SPEC, request

from agentic.broker.credentials import key_class, to_send
from agentic.broker.rules import Allowed, Rules
from agentic.core.errors import BrokerError, MissingCredentialsError
from agentic.core.spec import ApiSpec, Credential, CredentialKind, Operation
from agentic.core.wire import Headers, HttpRequest

BOT = Operation("GET", "/bot{token}/me", "bot")


def sent(
    credential: Credential | None,
    path: str = "/v1/customers",
    *,
    headers: Headers = (),
    key: str = KEY,
    operation: Operation = BOT,
) -> HttpRequest:
    host = dataclasses.replace(SPEC.hosts[0], credential=credential)
    host = dataclasses.replace(host, operations=(*host.operations, operation))
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


@pytest.mark.parametrize(
    "query",
    [
        *("APPID=x&q=1", "q=1&appid=x&AppId=y", "q=1&app%69d=x", "q=1", "appid&q=1", "q=1&appid[]=x", "q=1&appid%5B0%5D=x"),
        *("%20appid=x&q=1", "q=1&+appid=x", "app%49d=x&q=1", "&q=1&&", "q=1&app_id=x", "q=1&%EF%BD%81ppid=x"),
    ],
)
def test_query_replaces_every_spelling_of_the_parameter(query: str) -> None:
    got = sent(Credential(CredentialKind.QUERY, "{api_key}", "appid"), f"/v1/customers?{query}", key="a b&c")
    assert got.url.endswith("/v1/customers?q=1&appid=a%20b%26c")


PATH = Credential(CredentialKind.PATH, "{api_key}", "token")


@pytest.mark.parametrize("written", ["TOKEN", "123:abc", "%7Bx%7D"])
def test_path_replaces_whatever_the_script_wrote_at_the_placeholder(written: str) -> None:
    assert sent(PATH, f"/bot{written}/me?a=1", key="1:a/b").url == "https://api.stripe.com/bot1:a%2Fb/me?a=1"


def test_key_goes_nowhere_else_in_the_path() -> None:
    """The attack: one's own token where the key belongs, and the placeholder where the API stores a name."""
    got = sent(PATH, "/botATTACKERS/name/token", operation=Operation("GET", "/bot{token}/name/{name}", "bot"), key="1:a")
    assert got.url == "https://api.stripe.com/bot1:a/name/token"
    with pytest.raises(BrokerError, match="shares"):
        sent(PATH, "/a/b-c", operation=Operation("GET", "/a/{token}-{name}", "bot"))


def signed(request: HttpRequest, secret: dict[str, str]) -> HttpRequest:
    return dataclasses.replace(request, headers=(*request.headers, ("X-Signature", f"{secret['api_key']}|{request.url}")))


def signed_for_another(request: HttpRequest, secret: dict[str, str]) -> HttpRequest:
    return dataclasses.replace(request, url="https://evil.test/")


def signed_another_path(request: HttpRequest, secret: dict[str, str]) -> HttpRequest:
    return dataclasses.replace(request, url="https://api.stripe.com/v1/payouts")


def signed_another_method(request: HttpRequest, secret: dict[str, str]) -> HttpRequest:
    return dataclasses.replace(request, method="DELETE")


def signed_another_body(request: HttpRequest, secret: dict[str, str]) -> HttpRequest:
    return dataclasses.replace(request, body=b"transfer_data=1")


def signed_without_the_query(request: HttpRequest, secret: dict[str, str]) -> HttpRequest:
    return dataclasses.replace(request, url=request.url.partition("?")[0])


def signed_nothing(request: HttpRequest, secret: dict[str, str]) -> None:
    return None


def signed_in_the_query(request: HttpRequest, secret: dict[str, str]) -> HttpRequest:
    return dataclasses.replace(request, url=f"{request.url}&signature=abc")


def signing_fails(request: HttpRequest, secret: dict[str, str]) -> HttpRequest:
    raise ValueError(f"bad key {secret['api_key']}")


def test_sign_calls_the_plugins_signer_with_the_canonical_request() -> None:
    got = sent(Credential(CredentialKind.SIGN, "test_credentials:signed"), "/v1/custom%65rs")
    assert values(got, "x-signature") == [f"{KEY}|https://api.stripe.com/v1/customers"]


def test_signer_may_add_to_the_query() -> None:
    got = sent(Credential(CredentialKind.SIGN, "test_credentials:signed_in_the_query"), "/v1/customers?a=1")
    assert got.url == "https://api.stripe.com/v1/customers?a=1&signature=abc"


@pytest.mark.parametrize(
    "signer", ["for_another", "another_path", "another_method", "another_body", "without_the_query", "nothing"]
)
def test_signer_cannot_change_what_was_judged(signer: str) -> None:
    with pytest.raises(BrokerError, match="must give"):
        sent(Credential(CredentialKind.SIGN, f"test_credentials:signed_{signer}"), "/v1/customers?a=1")


def test_error_of_a_signer_does_not_tell_the_key() -> None:
    with pytest.raises(BrokerError) as raised:
        sent(Credential(CredentialKind.SIGN, "test_credentials:signing_fails"))
    told = "".join(traceback.format_exception(raised.value))
    assert "cannot sign the request: ValueError" in told
    assert KEY not in told


@pytest.mark.parametrize("key", ["sk_test_x\n", "sk_test_x\r\nX-Y: z", "sk_test_\u20ac", "sk\x00"])
def test_key_that_no_header_can_carry_is_an_error_without_the_key(key: str) -> None:
    """The standard library's own error would quote it, into the function's log."""
    with pytest.raises(MissingCredentialsError, match="no header can carry") as raised:
        sent(HEADER, key=key)
    assert "sk" not in str(raised.value)


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
        ("Content_Type", "multipart/form-data"),
        ("Transfer_Encoding", "chunked"),
        ("X_HTTP_Method_Override", "DELETE"),
        ("X-Method", "DELETE"),
        ("X-Forwarded-For", "127.0.0.1"),
        ("X-Forwarded", "for=x"),
        ("True-Client-IP", "127.0.0.1"),
        ("Via", "1.1 x"),
        ("Proxy-Connection", "close"),
        ("TE", "trailers"),
        ("Trailer", "X"),
        ("HTTP2-Settings", "x"),
        ("X-Api-Key", "sk_of_another_account"),
        ("X-Auth-Token", "x"),
        ("Accept-Charset", "utf-7"),
        # A part of an answer holds a part of the key, which nobody would recognise.
        ("Range", "bytes=0-10"),
        ("If-Range", "x"),
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
    assert key_class(SPEC.secrets, {"api_key": f" \n{LIVE_KEY} "}) == "live", "blanks make it no other key"
    assert key_class(SPEC.secrets, {"api_key": "whatever"}) == "unknown"
    assert key_class(SPEC.secrets, {}) == "unknown"


def test_type_that_the_body_was_judged_by_goes_with_it_whatever_connection_names() -> None:
    headers = (("Connection", "Content-Type, X-Hop"), ("Content-Type", "application/json"), ("X-Hop", "1"))
    got = sent(HEADER, headers=headers)
    assert values(got, "content-type") == ["application/json"]
    assert not values(got, "x-hop")
