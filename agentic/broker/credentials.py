"""Puts the secret into the request that the rules allowed, and takes out whatever else a script could steer with."""

import base64
import importlib
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote, unquote_plus

from agentic.broker.rules import Allowed
from agentic.core.errors import BrokerError, MissingCredentialsError
from agentic.core.spec import ApiSpec, Credential, CredentialKind, SecretField
from agentic.core.wire import Headers, HttpRequest

_OF_THE_CONNECTION = {
    *("connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te", "trailer"),
    *("transfer-encoding", "upgrade", "http2-settings", "alt-used"),
}
_NOT_THE_SCRIPTS = {
    *("authorization", "proxy-authorization", "cookie", "accept-encoding", "forwarded", "via", "x-real-ip"),
    *("x-http-method-override", "x-http-method", "x-method-override"),
}
_STEERING = re.compile(r"x-forwarded-.*|proxy-.*|x-original-.*|x-rewrite-.*")
_FIELD = re.compile(r"\{(\w+)\}")


def to_send(spec: ApiSpec, allowed: Allowed, secret: Mapping[str, str]) -> HttpRequest:
    """The request as the API gets it: canonical, with the credential and without a header that could undo it.

    Raises `MissingCredentialsError` for a secret without a field that the credential needs.
    """
    headers = _clean(spec, allowed.headers)
    request = HttpRequest(allowed.method, allowed.url, headers, allowed.body)
    if allowed.host.credential is None:
        return request
    return _INJECT[allowed.host.credential.kind](allowed, request, allowed.host.credential, secret)


def _clean(spec: ApiSpec, headers: Headers) -> Headers:
    named = {token.strip().lower() for name, value in headers if name.lower() == "connection" for token in value.split(",")}
    dropped = _OF_THE_CONNECTION | _NOT_THE_SCRIPTS | named | {name.lower() for name in spec.dropped_headers}
    # An underscore is a hyphen to many servers.
    kept = [
        (name, value)
        for name, value in headers
        if (plain := name.lower().replace("_", "-")) not in dropped and not _STEERING.fullmatch(plain)
    ]
    # So that the answer can be read, and scrubbed.
    return (*kept, ("Accept-Encoding", "identity"))


def _header(allowed: Allowed, request: HttpRequest, credential: Credential, secret: Mapping[str, str]) -> HttpRequest:
    return _with_header(request, credential.name, _filled(credential.template, secret))


def _basic(allowed: Allowed, request: HttpRequest, credential: Credential, secret: Mapping[str, str]) -> HttpRequest:
    pair = _filled(credential.template, secret).encode()
    return _with_header(request, "Authorization", f"Basic {base64.b64encode(pair).decode('ascii')}")


def _query(allowed: Allowed, request: HttpRequest, credential: Credential, secret: Mapping[str, str]) -> HttpRequest:
    wanted = credential.name.casefold()
    parts = [part for part in allowed.query.split("&") if part and unquote_plus(part.partition("=")[0]).casefold() != wanted]
    parts.append(f"{quote(credential.name, safe='')}={quote(_filled(credential.template, secret), safe='')}")
    url = f"https://{allowed.host.name}{allowed.path}?{'&'.join(parts)}"
    return HttpRequest(request.method, url, request.headers, request.body)


def _path(allowed: Allowed, request: HttpRequest, credential: Credential, secret: Mapping[str, str]) -> HttpRequest:
    value = quote(_filled(credential.template, secret), safe=":-._~")
    path = allowed.path.replace(quote(credential.name, safe=":-._~"), value)
    query = f"?{allowed.query}" if allowed.query else ""
    return HttpRequest(request.method, f"https://{allowed.host.name}{path}{query}", request.headers, request.body)


def _sign(allowed: Allowed, request: HttpRequest, credential: Credential, secret: Mapping[str, str]) -> HttpRequest:
    module, _, name = credential.template.partition(":")
    signed = getattr(importlib.import_module(module), name)(request, secret)
    if not isinstance(signed, HttpRequest) or not signed.url.startswith(f"https://{allowed.host.name}/"):
        raise BrokerError(f"{credential.template} must give the signed HttpRequest for {allowed.host.name}")
    return signed


_INJECT: Mapping[CredentialKind, Callable[[Allowed, HttpRequest, Credential, Mapping[str, str]], HttpRequest]] = {
    CredentialKind.HEADER: _header,
    CredentialKind.BASIC: _basic,
    CredentialKind.QUERY: _query,
    CredentialKind.PATH: _path,
    CredentialKind.SIGN: _sign,
}


def _with_header(request: HttpRequest, name: str, value: str) -> HttpRequest:
    others = tuple(pair for pair in request.headers if pair[0].lower().replace("_", "-") != name.lower())
    return HttpRequest(request.method, request.url, (*others, (name, value)), request.body)


def _filled(template: str, secret: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        if not secret.get(found[1]):
            raise MissingCredentialsError(f"the secret has no field {found[1]!r}", hint="agentic keys set stores it")
        return secret[found[1]]

    return _FIELD.sub(value, template)


def key_class(fields: tuple[SecretField, ...], secret: Mapping[str, str]) -> str:
    """What a secret can do: `live` when any field says so, `test` when a field says so, else `unknown`."""
    classes = {_field_class(field, secret.get(field.name, "")) for field in fields}
    return "live" if "live" in classes else "test" if "test" in classes else "unknown"


def _field_class(field: SecretField, value: str) -> str:
    if field.live_pattern and re.search(field.live_pattern, value):
        return "live"
    if field.test_pattern and re.search(field.test_pattern, value):
        return "test"
    return "unknown"
