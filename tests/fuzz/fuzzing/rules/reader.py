"""A second reading of requests that the rules accepted: URL and operation by other parsers, and as doubtful as a server may be.

Shares no code with the broker. It may take the worst view of a request, because the rules promise to refuse whatever servers
could read in two ways.
"""

import re
import unicodedata
from urllib.parse import parse_qsl, unquote, unquote_to_bytes, urlsplit

from urllib3.util import parse_url

from agentic.core.spec import ApiSpec, Host, Operation
from agentic.core.wire import Headers, HttpRequest
from fuzzing.rules.field_reader import names_of
from fuzzing.target import Disagreement

_LONGEST_URL = 16 * 1024
_ESCAPE_LIMIT = 5
_SPECIAL = frozenset("/\\;?#%")
_OF_HTTP = re.compile(r"[A-Z]{3,10}")
_NEVER_SENT = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer", "expect", "cookie"}
    | {
        "proxy-authorization",
        "x-http-method-override",
        "x-http-method",
        "x-method-override",
        "x-original-url",
        "x-forwarded-host",
    }
)


def reread(spec: ApiSpec, request: HttpRequest, operation: Operation) -> None:
    """Raises `Disagreement` unless `request`, in its canonical form, is that operation and nothing else."""
    host, segments = _read_url(spec, request.url)
    if not _OF_HTTP.fullmatch(request.method):
        raise Disagreement("the method is none of HTTP's", repr(request.method))
    fitting = [item for item in host.operations if item.method == request.method and _matches(item.path, segments)]
    if operation not in fitting:
        raise Disagreement("the operation does not fit the request", f"{operation.path} {segments}")
    if operation.path != _plain(segments) and any(item.path == _plain(segments) for item in fitting):
        raise Disagreement("an operation with placeholders was preferred to the literal one", operation.path)
    names = names_of(request)
    for refused in spec.refused:
        if refused.method not in {"*", request.method} or not _matches_folded(refused.path, segments):
            continue
        if not refused.refused_fields:
            raise Disagreement("an operation that is never allowed was accepted", f"{refused.path} {segments}")
        _check_absent(refused.refused_fields, names)
    _check_absent(operation.refused_fields, names)
    if request.body and request.method in {"GET", "HEAD"}:
        raise Disagreement("a request that reads has a body")


def reread_sent(spec: ApiSpec, sent: HttpRequest, secret: str) -> None:
    """Raises `Disagreement` unless the request as it is sent has the key once, where it belongs, and steers nothing else."""
    host, _ = _read_url(spec, sent.url, query_may_grow=True)
    _read_headers(sent.headers)
    folded = [name.lower().replace("_", "-") for name, _ in sent.headers]
    for name in folded:
        if name in _NEVER_SENT or name in {header.lower() for header in (*spec.dropped_headers, *spec.refused_headers)}:
            raise Disagreement("a header that steers travels on", name)
    keys = [value for name, value in sent.headers if name.lower().replace("_", "-") == "authorization"]
    if host.credential is None or host.credential.kind == "header":
        if keys != [f"Bearer {secret}"]:
            raise Disagreement("the Authorization header is not the broker's alone", keys)
    else:
        named = [
            value for name, value in parse_qsl(urlsplit(sent.url).query) if name.casefold() == host.credential.name.casefold()
        ]
        if named != [secret] or keys:
            raise Disagreement("the key's parameter is not the broker's alone", f"{named} {keys}")
    if [value for name, value in sent.headers if name.lower() == "accept-encoding"] != ["identity"]:
        raise Disagreement("the answer's encoding is not the broker's choice")


def _read_url(spec: ApiSpec, url: str, *, query_may_grow: bool = False) -> tuple[Host, list[str]]:
    if not url.isascii() or any(
        not "!" <= character <= "~" or character in '\\"<>^`{|}' for character in url.partition("?")[0]
    ):
        raise Disagreement("the URL has characters that no URL has", url)
    if len(url) > _LONGEST_URL and not query_may_grow:
        raise Disagreement("the canonical URL is longer than a URL may be", len(url))
    parts, other = urlsplit(url), parse_url(url)
    segments = [_read_segment(segment, url) for segment in parts.path[1:].split("/")]
    host = next((item for item in spec.hosts if item.name == parts.netloc), None)
    if (
        host is None
        or parts.scheme != "https"
        or (other.scheme, other.host, other.port, other.auth) != ("https", host.name, None, None)
    ):
        raise Disagreement("the URL does not lead to one of the API's hosts by https", url)
    if parts.fragment or "#" in url or other.path != parts.path or unquote(other.query or "") != unquote(parts.query):
        raise Disagreement("two parsers divide the URL in two ways", url)
    if ";" in parts.query:
        raise Disagreement("the query has a separator that only some servers know", parts.query)
    return host, segments


def _read_segment(raw: str, url: str) -> str:
    try:
        once = unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        raise Disagreement("a segment of the path is not UTF-8", url) from None
    text = once
    for _ in range(_ESCAPE_LIMIT):
        for reading in (text, unicodedata.normalize("NFKC", text)):
            if reading.strip() in {"", ".", ".."} and once:
                raise Disagreement("the path has a dot segment", url)
            if _SPECIAL & set(reading) or any(
                unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp", "Cs"} for character in reading
            ):
                raise Disagreement("a segment of the path holds what divides or hides paths", url)
        text = unquote(text)
    return once


def _matches(pattern: str, segments: list[str]) -> bool:
    wanted = pattern[1:].split("/")
    return len(wanted) == len(segments) and all(_segment_matches(*pair) for pair in zip(wanted, segments, strict=True))


def _segment_matches(wanted: str, segment: str) -> bool:
    """Without regular expressions: what stands before and after the one placeholder, and something between."""
    before, brace, rest = wanted.partition("{")
    if not brace:
        return wanted == segment
    after = rest.partition("}")[2]
    return segment.startswith(before) and segment.endswith(after) and len(segment) > len(before) + len(after)


def _matches_folded(pattern: str, segments: list[str]) -> bool:
    folded = [unicodedata.normalize("NFKC", segment).casefold().strip() for segment in segments]
    while len(folded) > 1 and folded[-1] == "":
        folded.pop()
    plain = re.sub(r"\{\w+\}", "{}", pattern).casefold()
    return _matches(plain, folded)


def _plain(segments: list[str]) -> str:
    return "/" + "/".join(segments)


def _read_headers(headers: Headers) -> None:
    folded = [(name.lower().replace("_", "-"), value) for name, value in headers]
    if sum(name == "content-type" for name, _ in folded) > 1:
        raise Disagreement("two headers that servers take for Content-Type", folded)
    for name, value in folded:
        if name == "content-encoding" and value.strip().lower() not in {"", "identity"}:
            raise Disagreement("a header that servers take for Content-Encoding", value)
        if re.search(r"[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]", value) or not re.fullmatch(
            r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+", name
        ):
            raise Disagreement("a header that HTTP cannot carry", f"{name!r}: {value[:60]!r}")


def _check_absent(refused: tuple[str, ...], names: set[tuple[str, ...]]) -> None:
    for field in refused:
        wanted = tuple(field.casefold().split("."))
        for name in names:
            if name[: len(wanted)] == wanted:
                raise Disagreement("a field that is refused can be read from the request", f"{field} as {name}")
