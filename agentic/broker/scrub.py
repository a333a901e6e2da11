"""Takes the secret, and fields the plugin names, out of an answer. A second line: the key should not come back at all."""

import functools
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from agentic.broker.spelling import cores, decimal, joined, readings, written
from agentic.core.errors import BrokerError
from agentic.core.spec import ApiSpec
from agentic.core.wire import HttpResponse

REMOVED = "[removed]"
# A shorter value would be found everywhere by chance; in a spelling that has to be undone first, or from bytes
# that stand apart, even a longer one.
_SHORTEST, _SHORTEST_HIDDEN, _SHORTEST_APART = 4, 8, 16
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s;\"',]+)", re.IGNORECASE)
# Those in which ASCII is ASCII, or two or four bytes wide.
_READABLE = re.compile(
    r"(?:us-)?ascii|utf-?(?:8|16|32)(?:[bl]e)?|iso-?8859-\d{1,2}|latin-?1|windows-125\d|euc-\w+", re.IGNORECASE
)
_LETTER = re.compile(rb"\\u00[4-7]")
_DROPPED = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "content-length", "upgrade", "trailer", "alt-svc", "content-encoding"}
    | {"proxy-authenticate", "proxy-connection", "set-cookie"}
)


def scrub(spec: ApiSpec, response: HttpResponse, secret: Mapping[str, str]) -> HttpResponse:
    """`response` as the script may see it. Its body must be in the plain (no content encoding).

    Raises `BrokerError` for a body that holds the secret in a spelling too odd to be taken out of it.
    """
    forms = _forms_of(spec, secret)
    body = forms.taken_out(response.body)
    if forms.hidden_in(body):
        raise BrokerError("the API's answer holds the key, in a spelling that cannot be taken out of it")
    headers = tuple((name, value) for name, value in response.headers if name.lower() not in _DROPPED and name.isascii())
    if not forms.fit("\n".join(text for header in headers for text in header)):
        headers = tuple((name, forms.without(value)) for name, value in headers if forms.fit(name))
    return HttpResponse(response.status, headers, _without_fields(body, spec.scrubbed_fields))


def check_readable(response: HttpResponse) -> None:
    """Raises `BrokerError` for an answer in an encoding or a character set in which the key would not be recognised."""
    for name, value in response.headers:
        if name.lower() == "content-encoding" and value.strip().lower() not in {"", "identity"}:
            raise BrokerError(f"the API's answer is encoded ({value[:40]}), so that it cannot be checked for the key")
        if name.lower() == "content-type" and (found := _CHARSET.search(value)) and not _READABLE.fullmatch(found[1]):
            raise BrokerError(f"the API's answer is in {found[1][:40]}, so that it cannot be checked for the key")


def scrub_text(spec: ApiSpec, text: str, secret: Mapping[str, str]) -> str:
    """`text` (a reason, an error's words) without the secret."""
    return _forms_of(spec, secret).without(text)


@dataclass(frozen=True, slots=True)
class _Forms:
    """The forms of one API's secret, longest first: written out, to be read out, byte by byte, in any case."""

    written: tuple[bytes, ...]
    hidden: tuple[bytes, ...]
    apart: tuple[bytes, ...]
    lower: tuple[bytes, ...]

    def taken_out(self, data: bytes) -> bytes:
        for form in self.written:
            data = data.replace(form, REMOVED.encode())
        folded = data.lower()
        for form in self.lower:
            if form in folded:
                data = re.sub(re.escape(form), REMOVED.encode(), data, flags=re.IGNORECASE)
        return data

    def hidden_in(self, data: bytes) -> bool:
        for reading in readings(data):
            if reading is not data and any(form in reading for form in self.hidden):
                return True
            together = joined(reading)
            if any(form in together for form in self.apart):
                return True
        return False

    def fit(self, text: str) -> bool:
        """Whether `text` may stay as it is."""
        return self.without(text) == text

    def without(self, text: str) -> str:
        """Text from a header may be latin-1 or UTF-8; the one is tried inside the other."""
        for encoding in ("utf-8",) if text.isascii() else ("latin-1", "utf-8"):
            try:
                data = self.taken_out(text.encode(encoding))
            except UnicodeEncodeError:  # Not a header as it came in, but a text of ours.
                continue
            if self.hidden_in(data):
                return REMOVED
            text = data.decode(encoding)
        return text


def _forms_of(spec: ApiSpec, secret: Mapping[str, str]) -> _Forms:
    templates = {host.credential.template for host in spec.hosts if host.credential is not None}
    filled = (re.sub(r"\{(\w+)\}", lambda found: secret.get(found[1], ""), template) for template in templates)
    return _forms(tuple(secret.values()), tuple(sorted(filled)))


# The broker uses one key, or one for each run that brings its own.
@functools.lru_cache(maxsize=2)
def _forms(values: tuple[str, ...], filled: tuple[str, ...]) -> _Forms:
    long = {value for value in values if len(value) >= _SHORTEST}
    hidden: set[bytes] = set()
    apart: set[bytes] = set()
    for value in long:
        plain = cores(value) | {value.replace(" ", "+").encode()}
        hidden |= {reading for core in plain for reading in readings(core)}
        apart |= {joined(core) for core in plain} | {decimal(value)}
    # Basic credentials: the pair as a whole, not the key alone.
    pairs = {core for text in filled if any(value in text for value in long) for core in cores(text)}
    return _Forms(
        _longest_first(pairs.union(*map(written, long)), _SHORTEST),
        _longest_first(hidden, _SHORTEST_HIDDEN),
        _longest_first(apart, _SHORTEST_APART),
        _longest_first({value.encode().lower() for value in long}, _SHORTEST_APART),
    )


def _longest_first(forms: Iterable[bytes], shortest: int) -> tuple[bytes, ...]:
    return tuple(sorted((form for form in forms if len(form) >= shortest), key=lambda form: (-len(form), form)))


def _without_fields(body: bytes, names: tuple[str, ...]) -> bytes:
    # A letter's escape or a wide character may stand in a field's name.
    hidden = b"\0" in body or (b"\\u00" in body and _LETTER.search(body) is not None)
    if not any(hidden or name.rpartition(".")[2].encode() in body for name in names):
        return body
    try:
        # Lenient, as clients are: a byte that is no UTF-8 hides no field.
        text = body.decode(json.detect_encoding(body), "replace")
        before, data, after = _read(text)
        changed = _remove(data, [tuple(name.split(".")) for name in names])
        return f"{before}{json.dumps(data)}{after}".encode() if changed else body
    except json.JSONDecodeError:  # It is no JSON, and so has no fields.
        return body
    except (ValueError, RecursionError):
        raise BrokerError("the API's answer has a number too long or is nested too deeply to be checked") from None


def _read(text: str) -> tuple[str, Any, str]:
    """JSON, with what stands around it where an API was asked for a script (JSONP): `callback({…});`."""
    try:
        return "", json.loads(text), ""
    except json.JSONDecodeError:
        start, end = text.find("(") + 1, text.rfind(")")
        if not 0 < start <= end or "{" in text[:start]:
            raise
        return text[:start], json.loads(text[start:end]), text[end:]


def _remove(data: Any, names: list[tuple[str, ...]]) -> bool:
    """Replaces every field whose dotted path ends with one of `names`; says whether there was one."""
    changed = False
    pending: list[tuple[Any, tuple[str, ...]]] = [(data, ())]
    longest = max(map(len, names))
    while pending:
        value, path = pending.pop()
        if isinstance(value, list):
            pending += [(item, path) for item in cast("list[Any]", value)]
        elif isinstance(value, dict):
            fields = cast("dict[str, Any]", value)
            for key, item in fields.items():
                here = (*path, key)[-longest:]
                if item is not None and any(here[-len(name) :] == name for name in names):
                    fields[key] = REMOVED
                    changed = True
                else:
                    pending.append((item, here))
    return changed
