"""What makes two requests the same call: by this, the calls of a script that runs again are found in the journal.

Two runs of a script send the same things in other bytes: the order of form fields and JSON keys, the boundary of a multipart
body, headers about the client. None of these counts. Everything that the API acts on does: a person's approval is bound to
the digest as well, so that two requests which a server could take for different ones never have the same.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from urllib.parse import unquote_plus

from agentic.broker.rules import Allowed
from agentic.core.spec import ApiSpec, CredentialKind
from agentic.core.wire import Headers, HttpRequest

# What of the headers an API acts on. An idempotency key is none of them: the script's own is never sent.
_COUNTED = frozenset({"accept", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "prefer"})
_BOUNDARY = re.compile(r';\s*boundary="?([^";,]+)"?', re.IGNORECASE)


def digest_of(spec: ApiSpec, judged: Allowed | None, request: HttpRequest) -> str:
    """SHA-256 in hex. `judged` is the request's canonical form; None for one that the rules refuse, which counts as it is."""
    if judged is None:
        return _sha256("refused", request.method, request.url, _type(request.headers), request.body)
    credential = judged.host.credential
    left_out = credential.name.lower() if credential and credential.kind is CredentialKind.QUERY else ""
    query = [part for part in _parts(judged.query) if not left_out or _name(part).lower() != left_out]
    headers = sorted((name.lower(), value.strip()) for name, value in counted_headers(spec, judged.headers))
    return _sha256(judged.method, judged.host.name, judged.path, query, headers, *_body(_type(judged.headers), judged.body))


def counted_names(spec: ApiSpec) -> frozenset[str]:
    """The headers, in lower case, that make a request another one, besides its body's type."""
    return _COUNTED | {name.lower() for name in spec.counted_headers}


def counted_headers(spec: ApiSpec, headers: Headers) -> Headers:
    """Those that the API acts on."""
    counted = counted_names(spec)
    return tuple((name, value) for name, value in headers if name.lower() in counted)


def client_key_of(spec: ApiSpec, request: HttpRequest) -> str:
    """The idempotency key that the script or its SDK has chosen; empty where there is none, or the API has no such thing."""
    if not spec.idempotency_header or request.method not in spec.idempotency_methods:
        return ""
    wanted = spec.idempotency_header.lower()
    return next((value.strip() for name, value in request.headers if name.lower() == wanted), "")


def fingerprint(effect_seed: str, secret: Mapping[str, str]) -> str:
    """Which key it is, for whoever has the run's seed; tells nothing of the key itself. 32 characters of hex."""
    named = repr(sorted(secret.items())).encode("utf-8", "surrogatepass")
    return hmac.digest(effect_seed.encode(), b"account:" + named, hashlib.sha256).hex()[:32]


def _body(content_type: str, body: bytes) -> tuple[str, object]:
    """The body's type and its content, in one spelling."""
    kind = content_type.partition(";")[0].strip().lower()
    if not body:
        return content_type.strip().lower(), b""
    try:
        if kind == "application/json" or kind.endswith("+json"):
            return content_type.strip().lower(), _json(body)
        if kind == "application/x-www-form-urlencoded":
            return content_type.strip().lower(), _parts(body.decode("ascii"))
    except (ValueError, RecursionError):
        return content_type.strip().lower(), body
    if kind == "multipart/form-data" and (found := _BOUNDARY.search(content_type)):
        # As a list: what stands between two delimiters can never pass for one, whatever it looks like.
        return _BOUNDARY.sub("", content_type).strip().lower(), body.split(b"--" + found[1].encode("latin-1"))
    return content_type, body


def _json(body: bytes) -> str:
    """With sorted names. Numbers stay as they were written: a server may know more digits than Python's floats."""
    value = json.loads(
        body.decode("utf-8"),
        object_pairs_hook=lambda pairs: {"object": sorted(pairs, key=lambda pair: pair[0])},
        parse_int=lambda text: {"number": text},
        parse_float=lambda text: {"number": text},
        parse_constant=lambda text: {"number": text},
    )
    return json.dumps(value)


def _parts(text: str) -> list[str]:
    """Form fields as they were written, sorted by what stands before the first bracket of their names.

    Fields of one such name keep their order: of `a[][x]=1&a[][y]=2` servers make lists. Nor are they decoded: to some servers
    "+" is no blank, and `a` is not `a=`.
    """
    return sorted(filter(None, text.split("&")), key=lambda part: _name(part).partition("[")[0])


def _name(part: str) -> str:
    return unquote_plus(part.partition("=")[0], errors="surrogateescape")


def _type(headers: Headers) -> str:
    return next((value for name, value in headers if name.lower() == "content-type"), "")


def _sha256(*parts: object) -> str:
    # `repr` of texts, bytes and lists of pairs of texts is one to one.
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()
