"""Puts the secret into the request that the rules allowed, and takes out whatever else a script could steer with."""

import base64
import importlib
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote, unquote_plus

from agentic.broker.fields import reaches
from agentic.broker.rules import Allowed
from agentic.core.errors import BrokerError, MissingCredentialsError
from agentic.core.spec import ApiSpec, Credential, CredentialKind, SecretField
from agentic.core.wire import LANE_HEADER, OF_THE_CONNECTION, Headers, HttpRequest

_NOT_THE_SCRIPTS = {
    # Another account than the key's, by any of the usual names.
    *("authorization", "cookie", "cookie2", "api-key", "apikey", "x-api-key", "x-apikey", "x-access-token", "private-token"),
    # Where the request comes from, as only a proxy may say it.
    *(
        "forwarded",
        "via",
        "x-real-ip",
        "true-client-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-host",
        "x-http-host-override",
    ),
    # Another method than the one that was judged.
    *("x-http-method-override", "x-http-method", "x-method-override", "x-method", "http-method-override"),
    # What only the relay has any use for; it takes it off, unless it is the attacker's.
    LANE_HEADER.lower(),
    # An answer in a form, or cut into parts, in which the key would not be recognised.
    *("accept-encoding", "accept-charset", "range", "if-range", "a-im"),
}
# So that the answer can be read, and scrubbed.
_AS_IT_IS = ("Accept-Encoding", "identity")
_STEERING = re.compile(
    r"(?:x-forwarded|proxy|x-original|x-rewrite|x-auth|x-authorization|x-envoy|x-amzn|cf-connecting)(?:-.*)?"
)
_FIELD = re.compile(r"\{(\w+)\}")
_SENDABLE = re.compile(r"[\x20-\x7e\xa0-\xff]+")


def to_send(spec: ApiSpec, allowed: Allowed, secret: Mapping[str, str]) -> HttpRequest:
    """The request as the API gets it: canonical, with the credential and without a header that could undo it.

    Raises `MissingCredentialsError` for a secret without a field that the credential needs.
    """
    headers = (*sendable(spec, allowed.headers), _AS_IT_IS)
    request = HttpRequest(allowed.method, allowed.url, headers, allowed.body)
    if allowed.host.credential is None:
        return request
    return _INJECT[allowed.host.credential.kind](allowed, request, allowed.host.credential, secret)


def sendable(spec: ApiSpec, headers: Headers) -> Headers:
    """Those headers of a script's request that go on to the API, but for the credential's."""
    named = {token.strip().lower() for name, value in headers if name.lower() == "connection" for token in value.split(",")}
    # The type by which the body was judged goes with it, whatever the connection's own header says.
    named.discard("content-type")
    dropped = OF_THE_CONNECTION | _NOT_THE_SCRIPTS | named | {name.lower() for name in spec.dropped_headers}
    return tuple(
        (name, value)
        for name, value in headers
        # An underscore is a hyphen to many servers, so that Content_Type is a second Content-Type.
        if "_" not in name and (plain := name.lower()) not in dropped and not _STEERING.fullmatch(plain)
    )


def _header(allowed: Allowed, request: HttpRequest, credential: Credential, secret: Mapping[str, str]) -> HttpRequest:
    return _with_header(request, credential.name, _filled(credential.template, secret))


def _basic(allowed: Allowed, request: HttpRequest, credential: Credential, secret: Mapping[str, str]) -> HttpRequest:
    pair = _filled(credential.template, secret).encode()
    return _with_header(request, "Authorization", f"Basic {base64.b64encode(pair).decode('ascii')}")


def _query(allowed: Allowed, request: HttpRequest, credential: Credential, secret: Mapping[str, str]) -> HttpRequest:
    parts = [part for part in allowed.query.split("&") if part and not _names(part, credential.name)]
    parts.append(f"{quote(credential.name, safe='')}={quote(_filled(credential.template, secret), safe='')}")
    url = f"https://{allowed.host.name}{allowed.path}?{'&'.join(parts)}"
    return HttpRequest(request.method, url, request.headers, request.body)


def _names(part: str, parameter: str) -> bool:
    """Whether a server could take a part of a query for `parameter`: in any case, escaped, as a list."""
    return bool(reaches([unquote_plus(part.partition("=")[0])], (parameter,)))


def _path(allowed: Allowed, request: HttpRequest, credential: Credential, secret: Mapping[str, str]) -> HttpRequest:
    """Where the operation's path has the placeholder, whatever the script wrote there; and nowhere else.

    Else a script could have the key stored as somebody's name, at a place of its choice.
    """
    value = quote(_filled(credential.template, secret), safe=":-._~")
    placeholder = f"{{{credential.name}}}"
    segments = allowed.path.split("/")
    for number, pattern in enumerate(allowed.operation.path.split("/")):
        if placeholder in pattern:
            segments[number] = pattern.replace(placeholder, value)
            if "{" in segments[number]:
                raise BrokerError(f"{allowed.operation.path}: the credential shares its segment with another placeholder")
    path = "/".join(segments)
    query = f"?{allowed.query}" if allowed.query else ""
    return HttpRequest(request.method, f"https://{allowed.host.name}{path}{query}", request.headers, request.body)


def _sign(allowed: Allowed, request: HttpRequest, credential: Credential, secret: Mapping[str, str]) -> HttpRequest:
    """The signer may add headers and query fields; what was judged stays as it was."""
    module, _, name = credential.template.partition(":")
    try:
        signed = getattr(importlib.import_module(module), name)(request, secret)
    # A plugin's code; what it says may hold the secret.
    except Exception as error:  # noqa: BLE001
        raise BrokerError(f"{credential.template} cannot sign the request: {type(error).__name__}") from None
    if (
        not isinstance(signed, HttpRequest)
        or (signed.method, signed.body) != (request.method, request.body)
        or signed.url.partition("?")[0] != request.url.partition("?")[0]
        or not signed.url.partition("?")[2].startswith(request.url.partition("?")[2])
    ):
        raise BrokerError(f"{credential.template} must give the HttpRequest that it got, with headers or query fields added")
    return signed


_INJECT: Mapping[CredentialKind, Callable[[Allowed, HttpRequest, Credential, Mapping[str, str]], HttpRequest]] = {
    CredentialKind.HEADER: _header,
    CredentialKind.BASIC: _basic,
    CredentialKind.QUERY: _query,
    CredentialKind.PATH: _path,
    CredentialKind.SIGN: _sign,
}


def _with_header(request: HttpRequest, name: str, value: str) -> HttpRequest:
    if not _SENDABLE.fullmatch(value):
        # Not the value itself: this is read by scripts and kept in logs.
        raise MissingCredentialsError("the key has a character that no header can carry; `agentic keys set` stores it anew")
    others = tuple(pair for pair in request.headers if pair[0].lower() != name.lower())
    return HttpRequest(request.method, request.url, (*others, (name, value)), request.body)


def _filled(template: str, secret: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        if not secret.get(found[1]):
            # The person sees the message alone: it is in the API's answer to the script.
            raise MissingCredentialsError(f"the key has no field {found[1]!r}; `agentic keys set` stores it anew")
        return secret[found[1]]

    return _FIELD.sub(value, template)


def key_class(fields: tuple[SecretField, ...], secret: Mapping[str, str]) -> str:
    """What a secret can do: `live` when any field says so, `test` when a field says so, else `unknown`."""
    classes = {_field_class(field, secret.get(field.name, "")) for field in fields}
    return "live" if "live" in classes else "test" if "test" in classes else "unknown"


def _field_class(field: SecretField, value: str) -> str:
    # As pasted: a blank before a live key makes it no other key to the API.
    value = value.strip()
    if field.live_pattern and re.search(field.live_pattern, value):
        return "live"
    if field.test_pattern and re.search(field.test_pattern, value):
        return "test"
    return "unknown"
