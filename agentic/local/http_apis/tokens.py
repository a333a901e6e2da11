"""JSON Web Tokens as API Gateway's JWT authorizer judges them: the issuer's RSA keys, its name, the audience, the times.

Written from API Gateway's developer guide, "Control access to HTTP APIs with JWT authorizers".
"""

import base64
import binascii
import http.client
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm

# API Gateway takes RSA-based algorithms only.
_HASHES: Mapping[str, Callable[[], HashAlgorithm]] = {"RS256": SHA256, "RS384": SHA384, "RS512": SHA512}
_KEPT_SECONDS = 300.0
# An unknown key asks the issuer again, but not more often than this.
_AGAIN_SECONDS = 5.0
_PATIENCE_SECONDS = 5.0
_LARGEST_ANSWER = 256 * 1024
_LONGEST_TOKEN = 16 * 1024

Fetch = Callable[[str], Any]


class TokenError(Exception):
    """The token proves nothing. Its message is for the log of whoever runs the API, not for the caller."""


def fetch_json(url: str) -> Any:
    """The JSON at an issuer's address: over TLS, or on this machine. Raises `TokenError`."""
    parts = urlsplit(url)
    plain = parts.scheme == "http" and parts.hostname == "127.0.0.1"
    if not plain and parts.scheme != "https":
        raise TokenError("an issuer is asked over https:// only")
    kind = http.client.HTTPConnection if plain else http.client.HTTPSConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_PATIENCE_SECONDS)
    try:
        connection.request("GET", parts.path or "/", headers={"Accept": "application/json"})
        answer = connection.getresponse()
        text = answer.read(_LARGEST_ANSWER)
        if answer.status != 200:
            raise TokenError(f"the issuer answered {answer.status}")
        return json.loads(text)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise TokenError(f"the issuer cannot be asked: {type(error).__name__}") from error
    finally:
        connection.close()


class Issuers:
    """The keys of all issuers, asked for when a token needs them. Safe for concurrent use."""

    def __init__(self, fetch: Fetch = fetch_json, clock: Callable[[], float] = time.time) -> None:
        self._fetch = fetch
        self._clock = clock
        self._known: dict[str, tuple[float, dict[str, Mapping[str, Any]]]] = {}
        self._lock = threading.Lock()

    def claims(self, token: str, issuer: str, audiences: Sequence[str]) -> Mapping[str, Any]:
        """The claims of a token that this issuer made for one of these audiences. Raises `TokenError`."""
        signed, _, signature = token.rpartition(".")
        parts = signed.split(".")
        if len(parts) != 2 or len(token) > _LONGEST_TOKEN:
            raise TokenError("it is no signed token")
        header, claims = (_object(part) for part in parts)
        algorithm = header.get("alg")
        if not isinstance(algorithm, str) or algorithm not in _HASHES:
            raise TokenError("its algorithm is not RSA-based")
        self._verify(issuer, header.get("kid"), signed.encode(), _decoded(signature), _HASHES[algorithm]())
        _judge(claims, issuer, audiences, self._clock())
        return claims

    def _verify(self, issuer: str, kid: object, signed: bytes, signature: bytes, algorithm: HashAlgorithm) -> None:
        if not isinstance(kid, str):
            raise TokenError("it names no key")
        key = self._key(issuer, kid)
        if key.get("kty") != "RSA" or key.get("use", "sig") != "sig":
            raise TokenError("the issuer's key is none for signatures")
        try:
            numbers = [int.from_bytes(_decoded(str(key.get(name, "")))) for name in ("e", "n")]
            RSAPublicNumbers(*numbers).public_key().verify(signature, signed, PKCS1v15(), algorithm)
        except (InvalidSignature, ValueError) as error:
            raise TokenError("its signature is not the issuer's") from error

    def _key(self, issuer: str, kid: str) -> Mapping[str, Any]:
        with self._lock:
            asked, keys = self._known.get(issuer, (float("-inf"), {}))
            age = self._clock() - asked
            if age > _KEPT_SECONDS or (kid not in keys and age > _AGAIN_SECONDS):
                keys = self._asked(issuer)
                self._known[issuer] = (self._clock(), keys)
        if kid not in keys:
            raise TokenError("the issuer has no such key")
        return keys[kid]

    def _asked(self, issuer: str) -> dict[str, Mapping[str, Any]]:
        described = self._fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        address = cast(Mapping[str, Any], described).get("jwks_uri") if isinstance(described, Mapping) else None
        if not isinstance(address, str):
            raise TokenError("the issuer does not say where its keys are")
        found = self._fetch(address)
        keys: Any = cast(Mapping[str, Any], found).get("keys") if isinstance(found, Mapping) else None
        items = cast("list[Any]", keys) if isinstance(keys, list) else []
        named = [cast(Mapping[str, Any], key) for key in items if isinstance(key, Mapping)]
        return {str(key["kid"]): key for key in named if "kid" in key}


def _judge(claims: Mapping[str, Any], issuer: str, audiences: Sequence[str], now: float) -> None:
    if claims.get("iss") != issuer:
        raise TokenError("it is another issuer's")
    # `client_id` counts only where there is no `aud` (Cognito's access tokens).
    given: Any = claims.get("aud", claims.get("client_id"))
    named = cast("list[Any]", given) if isinstance(given, list) else [given]
    if not any(one in audiences for one in named):
        raise TokenError("it is for another audience")
    if not _is_time(claims.get("exp")) or claims["exp"] <= now:
        raise TokenError("it is over")
    for name in ("nbf", "iat"):
        if name in claims and (not _is_time(claims[name]) or claims[name] > now):
            raise TokenError("it is not valid yet")
    if not isinstance(claims.get("sub"), str):
        raise TokenError("it does not say whose it is")


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _object(text: str) -> Mapping[str, Any]:
    try:
        found: Any = json.loads(_decoded(text))
    except (ValueError, RecursionError) as error:
        raise TokenError("it is no signed token") from error
    if not isinstance(found, Mapping):
        raise TokenError("it is no signed token")
    return cast(Mapping[str, Any], found)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise TokenError("it is no signed token") from error
