"""Which requests an API's operations allow, and the one canonical form in which an allowed request is sent.

What is not known to be allowed is refused. A request that servers could read in two ways is refused too, never repaired:
empty or dot segments, encoded slashes, a body whose encoding hides its fields.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from agentic.broker.fields import FieldError, body_fields, field_path, query_fields
from agentic.broker.limits import BODY_BYTES, HEADERS_BYTES, URL_BYTES
from agentic.core.spec import ApiSpec, Host, Operation
from agentic.core.wire import Headers, HttpRequest

_URL = re.compile(r"https://([^/?#@]*)(/[^?#]*)(?:\?([^#]*))?", re.ASCII)
_PLAIN = re.compile(r"[!-~]*", re.ASCII)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SAFE_IN_SEGMENT = "-._~!$&'()*+,=:@"
_PLACEHOLDER = re.compile(r"\{\w+\}")
_READS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Allowed:
    """A request that fits `operation`, in canonical form: `path` is encoded anew, headers are as the script sent them."""

    host: Host
    operation: Operation
    method: str
    path: str
    query: str
    headers: Headers
    body: bytes

    @property
    def url(self) -> str:
        return f"https://{self.host.name}{self.path}{'?' if self.query else ''}{self.query}"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a request is not sent, in words for the script's author."""

    reason: str


class Rules:
    """The operations of one API, for judging requests one at a time. Holds no state of a run."""

    def __init__(self, spec: ApiSpec) -> None:
        self._spec = spec
        self._hosts = {host.name: host for host in spec.hosts}

    def judge(self, request: HttpRequest) -> Allowed | Refused:
        """Trusts nothing of `request`: it may come from a relay that the script has taken over."""
        try:
            return self._judge(request)
        except _Unfit as unfit:
            return Refused(str(unfit))
        except FieldError as error:
            return Refused(f"the request's fields cannot be checked: {error}")

    def _judge(self, request: HttpRequest) -> Allowed:
        _check_sizes(request)
        _check_headers(request.headers)
        if not _TOKEN.fullmatch(request.method) or len(request.method) > 20:
            raise _Unfit("the method is not one of HTTP's")
        found = _URL.fullmatch(request.url)
        if found is None or not _PLAIN.fullmatch(request.url):
            raise _Unfit("the URL is not of the form https://host/path")
        name, raw_path, query = found[1], found[2], found[3] or ""
        host = self._hosts.get(name.removesuffix(":443"))
        if host is None:
            raise _Unfit(f"{name[:100]} is not a host of {self._spec.title}; allowed: {', '.join(self._hosts)}")
        segments = _segments(raw_path)
        operation = _best(host.operations, request.method, segments)
        shown = "/" + "/".join(segments)
        if operation is None:
            raise _Unfit(f"{request.method} {shown} is not among the allowed operations of {self._spec.title}")
        for refused in self._spec.refused:
            # Without regard to case: some servers do not have any, and this line is the one that must not be passed by.
            if refused.method in {"*", request.method} and _fits(refused.path, segments, exact=False):
                if not refused.refused_fields:
                    raise _Unfit(f"{request.method} {shown} is never allowed ({refused.family})")
                self._check_fields(refused, query, request)
        self._check_fields(operation, query, request)
        if request.method in _READS and request.body:
            raise _Unfit(f"a {request.method} request with a body")
        path = "/" + "/".join(quote(segment, safe=_SAFE_IN_SEGMENT) for segment in segments)
        return Allowed(host, operation, request.method, path, _canonical_query(query), request.headers, request.body)

    def _check_fields(self, operation: Operation, query: str, request: HttpRequest) -> None:
        if not operation.refused_fields:
            return
        sent = [name for name, _ in (*query_fields(query), *body_fields(request.headers, request.body, strict=True))]
        for refused in operation.refused_fields:
            wanted = tuple(refused.casefold().split("."))
            for name in sent:
                path = tuple(part.casefold() for part in field_path(name))
                if path[: len(wanted)] == wanted:
                    raise _Unfit(f"the field {refused} is not allowed in {operation.method} {operation.path}")


class _Unfit(Exception):  # noqa: N818 (a refusal on its way to `judge`, not an error)
    pass


def _check_sizes(request: HttpRequest) -> None:
    if len(request.url) > URL_BYTES:
        raise _Unfit(f"the URL is longer than {URL_BYTES:,} characters")
    if sum(len(name) + len(value) for name, value in request.headers) > HEADERS_BYTES:
        raise _Unfit(f"the headers are longer than {HEADERS_BYTES:,} bytes")
    if len(request.body) > BODY_BYTES:
        raise _Unfit(f"the body is larger than {BODY_BYTES:,} bytes")


def _check_headers(headers: Headers) -> None:
    for name, value in headers:
        if not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
            raise _Unfit(f"the header {name[:60]!r} has characters that HTTP does not allow")
        if name.lower() == "content-encoding" and value.strip().lower() not in {"", "identity"}:
            raise _Unfit(f"the body's encoding {value[:40]!r} cannot be checked; send it plain")
    if sum(name.lower() == "content-type" for name, _ in headers) > 1:
        raise _Unfit("more than one Content-Type")


def _segments(raw_path: str) -> list[str]:
    """The path's segments, decoded once. Refuses what servers read in different ways."""
    if _BAD_ESCAPE.search(raw_path):
        raise _Unfit("the path has a broken %-escape")
    segments: list[str] = []
    raw_segments = raw_path[1:].split("/")
    for number, raw in enumerate(raw_segments, 1):
        try:
            segment = unquote_to_bytes(raw).decode("utf-8")
        except UnicodeDecodeError:
            raise _Unfit("the path is not UTF-8") from None
        if segment == "" and number < len(raw_segments):
            raise _Unfit("the path has an empty segment (//)")
        if segment in {".", ".."}:
            raise _Unfit("the path has a dot segment")
        if any(character in "/\\%;?#" or not character.isprintable() for character in segment):
            raise _Unfit("the path has a slash, a semicolon or another special character inside a segment")
        segments.append(segment)
    return segments


def _best(operations: tuple[Operation, ...], method: str, segments: list[str]) -> Operation | None:
    """The fitting operation with the fewest placeholders: /search before /{id}."""
    fitting = [item for item in operations if item.method == method and _fits(item.path, segments, exact=True)]
    return min(fitting, key=lambda item: len(_PLACEHOLDER.findall(item.path)), default=None)


def _fits(pattern: str, segments: list[str], *, exact: bool) -> bool:
    wanted = pattern[1:].split("/")
    if not exact:
        while len(segments) > 1 and segments[-1] == "":
            segments = segments[:-1]
    return len(wanted) == len(segments) and all(
        _segment_fits(*pair, exact=exact) for pair in zip(wanted, segments, strict=True)
    )


def _segment_fits(wanted: str, segment: str, *, exact: bool) -> bool:
    if not _PLACEHOLDER.search(wanted):
        return wanted == segment if exact else wanted.casefold() == segment.casefold()
    # A placeholder may be part of a segment: "bot{token}".
    literals = _PLACEHOLDER.split(wanted)
    return re.fullmatch(".+".join(map(re.escape, literals)), segment, re.DOTALL | (0 if exact else re.IGNORECASE)) is not None


def _canonical_query(query: str) -> str:
    """As sent, but with no separator left that only some servers know."""
    if _BAD_ESCAPE.search(query):
        raise _Unfit("the query has a broken %-escape")
    return query.replace(";", "%3B")
