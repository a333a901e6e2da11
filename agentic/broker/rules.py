"""Which requests an API's operations allow, and the one canonical form in which an allowed request is sent.

What is not known to be allowed is refused. A request that servers could read in two ways is refused too, never repaired:
empty or dot segments, encoded slashes, a body whose encoding hides its fields.
"""

import functools
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from agentic.broker.fields import FieldError, body_fields, may_override_method, method_override, query_fields, reaches
from agentic.broker.limits import BODY_BYTES, HEADERS_BYTES, URL_BYTES
from agentic.core.operation_paths import as_pattern, openness
from agentic.core.spec import READ_METHODS, ApiSpec, Host, Operation
from agentic.core.wire import Headers, HttpRequest

_URL = re.compile(r"https://([^/?#@]*)(/[^?#]*)(?:\?([^#]*))?", re.ASCII)
_PLAIN = re.compile(r"[!-~]*", re.ASCII)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SAFE_IN_SEGMENT = "-._~!$&'()*+,=:@"
# The last two look like a slash, and some systems make one of them.
_SPECIAL = "/\\%;?#\u2044\u2215"


@dataclass(frozen=True, slots=True)
class Allowed:
    """A request that fits `operation`, in canonical form: `path` is encoded anew, headers are as the script sent them.

    `host` has the name that the request goes to, also where a pattern declared it.
    """

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
        self._refused_headers = {name.lower() for name in spec.refused_headers}
        self._refused = [(operation, _near(operation.path)) for operation in spec.refused]

    def judge(self, request: HttpRequest) -> Allowed | Refused:
        """Trusts nothing of `request`: it may come from a relay that the script has taken over."""
        try:
            return self._judge(request)
        except _Unfit as unfit:
            return Refused(str(unfit))
        except FieldError as error:
            return Refused(f"the request's fields cannot be checked: {error}")

    def _check_refused(self, headers: Headers) -> None:
        # Left out, such a header would have the call done for another account than the script meant.
        for name, _ in headers:
            if name.lower().replace("_", "-") in self._refused_headers:
                raise _Unfit(f"the header {name} is never allowed")

    def _judge(self, request: HttpRequest) -> Allowed:
        _check_sizes(request)
        _check_headers(request.headers)
        self._check_refused(request.headers)
        if not _TOKEN.fullmatch(request.method) or len(request.method) > 20:
            raise _Unfit("the method is not one of HTTP's")
        found = _URL.fullmatch(request.url)
        if found is None or not _PLAIN.fullmatch(request.url):
            raise _Unfit("the URL is not of the form https://host/path")
        name, raw_path, query = found[1], found[2], found[3] or ""
        host = self._spec.host(name.removesuffix(":443"))
        if host is None:
            allowed_hosts = ", ".join(host.name for host in self._spec.hosts)
            raise _Unfit(f"{name[:100]} is not a host of {self._spec.title}; allowed: {allowed_hosts}")
        segments = _segments(raw_path)
        fitting = _best(host.operations, request.method, segments)
        shown = "/" + "/".join(segments)
        if not fitting:
            raise _Unfit(f"{request.method} {shown} is not among the allowed operations of {self._spec.title}")
        for operation in fitting:
            if operation.family in self._spec.closed:
                raise _Unfit(
                    f"{request.method} {shown} belongs to {operation.family}, which this stack keeps closed;"
                    f" agentic:open_families: [{self._spec.name}.{operation.family}] opens it"
                )
        fields = _Fields(query, request)
        folded = _folded(segments)
        for refused, near in self._refused:
            if refused.method in {"*", request.method} and near.fullmatch(folded):
                if not refused.refused_fields:
                    raise _Unfit(f"{request.method} {shown} is never allowed ({refused.family})")
                fields.check(refused)
        for operation in fitting:
            fields.check(operation)
        # Which of them the API takes it for is not ours to guess: one that writes counts.
        operation = max(fitting, key=lambda item: item.writes)
        if request.method in READ_METHODS and request.body:
            raise _Unfit(f"a {request.method} request with a body")
        path = "/" + "/".join(quote(segment, safe=_SAFE_IN_SEGMENT) for segment in segments)
        allowed = Allowed(host, operation, request.method, path, _canonical_query(query), request.headers, request.body)
        # Escaping anew makes a URL longer.
        _check_length(allowed.url)
        return allowed


class _Fields:
    """The names of one request's fields, held against what operations refuse."""

    def __init__(self, query: str, request: HttpRequest) -> None:
        body = body_fields(request.headers, request.body)
        self._readable = body is not None
        self._pairs = [*query_fields(query), *(body or ())]
        self._names = [name for name, _ in self._pairs]
        if override := method_override(self._names):
            raise _Unfit(f"the field {override} would change the method; make the request with the method itself")
        if body is None and may_override_method(request.headers, request.body):
            raise _Unfit("the body may be a form with the field _method, which would change the method")

    def check(self, operation: Operation) -> None:
        if not operation.refused_fields and not operation.allowed_values:
            return
        if not self._readable:
            raise FieldError("a body of a type that has none that are known; send a form, JSON or multipart/form-data")
        if found := reaches(self._names, operation.refused_fields):
            raise _Unfit(f"the field {found} is not allowed in {operation.method} {operation.path}")
        for name, values in operation.allowed_values:
            # In any spelling, and once: servers differ in which of two they take.
            given = [(known, value) for known, value in self._pairs if reaches((known,), (name,))]
            if len(given) != 1 or given[0][0] != name or given[0][1] not in values:
                raise _Unfit(
                    f"the field {name} must be there once, as {' or '.join(values)}, in {operation.method} {operation.path}"
                )


class _Unfit(Exception):  # noqa: N818 (a refusal on its way to `judge`, not an error)
    pass


def _check_sizes(request: HttpRequest) -> None:
    _check_length(request.url)
    if sum(len(name) + len(value) for name, value in request.headers) > HEADERS_BYTES:
        raise _Unfit(f"the headers are longer than {HEADERS_BYTES:,} bytes")
    if len(request.body) > BODY_BYTES:
        raise _Unfit(f"the body is larger than {BODY_BYTES:,} bytes")


def _check_length(url: str) -> None:
    if len(url) > URL_BYTES:
        raise _Unfit(f"the URL is longer than {URL_BYTES:,} characters")


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
        # Also as servers may fold it that know compatibility forms: a full-width slash, a two dot leader.
        folded = unicodedata.normalize("NFKC", segment)
        if folded in {".", ".."} or folded.startswith("..."):
            raise _Unfit("the path has a dot segment")
        if segment != segment.strip() or (segment and not segment.strip(" .+")):
            raise _Unfit("the path has a segment of dots and blanks, or with blanks around it, which some servers trim")
        if any(character in _SPECIAL or not character.isprintable() for character in segment + folded):
            raise _Unfit("the path has a slash, a semicolon or another special character inside a segment")
        segments.append(segment)
    return segments


def _best(operations: tuple[Operation, ...], method: str, segments: list[str]) -> list[Operation]:
    """The fitting operations that leave least open: /search before /{id}, and /{id} before /{path...}.

    Usually one; /things/{id}/parts and /things/new/{name} leave as much open and fit /things/new/parts both.
    """
    path = "/" + "/".join(segments)
    fitting = [item for item in operations if item.method == method and _exact(item.path).fullmatch(path)]
    least = min((openness(item.path) for item in fitting), default=None)
    return [item for item in fitting if openness(item.path) == least]


@functools.cache
def _exact(path: str) -> re.Pattern[str]:
    """Matches the decoded paths, none of whose segments holds a slash, that an operation's `path` allows.

    A placeholder may be part of a segment: "bot{token}". "{path...}" stands for one or more whole segments, none of them empty.
    """
    return re.compile(as_pattern(path, one="[^/]+", several="[^/]+(?:/[^/]+)*"), re.DOTALL)


def _near(path: str) -> re.Pattern[str]:
    """Matches every folded path that some server could take for `path`; "/**" at its end stands for everything below too.

    This line must not be passed by: /payouts.json is /payouts to many servers.
    """
    folded = _folded(path.removesuffix("/**")[1:].split("/"))
    segments = (as_pattern(segment, one="[^/]+", several=".+") for segment in folded.split("/"))
    below = "(?:/.*)?" if path.endswith("/**") else ""
    return re.compile("/".join(f"{segment}(?:\\.[^/]*)?" for segment in segments) + below, re.DOTALL)


def _folded(segments: list[str]) -> str:
    """The path as the most lenient server compares it: no case, no compatibility forms, no blanks and dots at the ends."""
    folded = [unicodedata.normalize("NFKC", segment).casefold().strip().rstrip(". ") for segment in segments]
    return "/".join(folded).rstrip("/")


def _canonical_query(query: str) -> str:
    """As sent, but with no separator left that only some servers know."""
    if _BAD_ESCAPE.search(query):
        raise _Unfit("the query has a broken %-escape")
    return query.replace(";", "%3B")
