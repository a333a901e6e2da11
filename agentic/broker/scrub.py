"""Takes the secret, and fields the plugin names, out of an answer. A second line: the key should not come back at all."""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast
from urllib.parse import quote, quote_plus

from agentic.core.spec import ApiSpec
from agentic.core.wire import HttpResponse

REMOVED = "[removed]"
# A shorter value would be found everywhere by chance.
_SHORTEST = 4
_DROPPED = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "content-length", "upgrade", "trailer", "alt-svc", "content-encoding"}
    | {"proxy-authenticate", "proxy-connection", "set-cookie"}
)


def scrub(spec: ApiSpec, response: HttpResponse, secret: Mapping[str, str]) -> HttpResponse:
    """`response` as the script may see it. Its body must be in the plain (no content encoding)."""
    texts = _forms(spec, secret)
    binary = [(form.encode(encoding), b"") for form in texts for encoding in ("utf-8", "utf-16-le", "utf-16-be")]
    body = response.body
    for form, _ in sorted(binary, key=lambda item: -len(item[0])):
        body = body.replace(form, REMOVED.encode())
    headers = tuple(
        (name, _without(value, texts)) for name, value in response.headers if name.lower() not in _DROPPED and name.isascii()
    )
    return HttpResponse(response.status, headers, _without_fields(body, spec.scrubbed_fields))


def _forms(spec: ApiSpec, secret: Mapping[str, str]) -> list[str]:
    """Every form in which a field's value may be written, longest first."""
    forms: set[str] = set()
    for value in secret.values():
        if len(value) < _SHORTEST:
            continue
        forms |= {value, quote(value, safe=""), quote(value), quote_plus(value), json.dumps(value)[1:-1], value.encode().hex()}
        forms |= {json.dumps(value)[1:-1].replace("/", "\\/"), *_base64(value)}
    for host in spec.hosts:
        if host.credential is not None:
            filled = re.sub(r"\{(\w+)\}", lambda found: secret.get(found[1], ""), host.credential.template)
            forms |= set(_base64(filled)) if len(filled) >= _SHORTEST and filled != host.credential.template else set()
    return sorted(forms, key=len, reverse=True)


def _base64(value: str) -> Iterator[str]:
    """`value` inside base64, whatever stands before it: of the three alignments, the part that is the same each time."""
    data = value.encode()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + data).decode("ascii").rstrip("=")
        whole = encoded[(0, 2, 3)[shift] : len(encoded) - (1 if (shift + len(data)) % 3 else 0)]
        if len(whole) >= 2 * _SHORTEST:
            yield whole
            yield whole.replace("+", "-").replace("/", "_")


def _without(text: str, forms: Iterable[str]) -> str:
    for form in forms:
        text = text.replace(form, REMOVED)
    return text


def _without_fields(body: bytes, names: tuple[str, ...]) -> bytes:
    if not names or not any(name.rpartition(".")[2].encode() in body for name in names):
        return body
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return body
    changed = _remove(data, [tuple(name.split(".")) for name in names], ())
    return json.dumps(data, ensure_ascii=False).encode() if changed else body


def _remove(data: Any, names: list[tuple[str, ...]], path: tuple[str, ...]) -> bool:
    """Replaces every field whose dotted path ends with one of `names`; says whether there was one."""
    if isinstance(data, list):
        changes = [_remove(item, names, path) for item in cast("list[Any]", data)]
        return any(changes)
    changed = False
    if isinstance(data, dict):
        fields = cast("dict[str, Any]", data)
        for key, value in fields.items():
            here = (*path, key)
            if value is not None and any(here[-len(name) :] == name for name in names):
                fields[key] = REMOVED
                changed = True
            else:
                changed = _remove(value, names, here) or changed
    return changed
