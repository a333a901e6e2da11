"""From a description's document to the kit's `Description`: which operations, in which family, and which are left out."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agentic.core.errors import UsageError
from agentic.kit.description import Description, LeftOut, PlannedOperation
from agentic.kit.text import plain, slug

from . import examples
from .access import access, place
from .document import Document, Object, entries, items

MOST_OPERATIONS = 500
_MOST_PATHS = 5000
_METHODS = ("get", "head", "post", "put", "patch", "delete")
_SEGMENT = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,=:@-]|\{[^{}/]{1,60}\})+")
_PLACEHOLDER = re.compile(r"\{([^{}/]{1,60})\}")
_VERSION = re.compile(r"v\d+(?:_\d+)*|api|rest")
_SUCCESS = re.compile(r"2(?:\d\d|XX)", re.IGNORECASE)
# What makes keys, acts for others, or sends data or money elsewhere: nothing that a script should do unasked.
_DANGEROUS_WORDS = (
    "admin admins administration administrator superuser sudo impersonate impersonation internal token tokens secret secrets"
    " key keys apikey apikeys credential credentials password passwords oauth oauth2 webhook webhooks hook hooks payout payouts"
    " transfer transfers collaborators permissions roles"
)
_DANGEROUS = frozenset(_DANGEROUS_WORDS.split())


def describe(path: Path, *, title: str, host: str) -> Description:
    """The API in the file at `path`. `title` stands in where it has none; `host`, when given, replaces its servers.

    Raises `UsageError` for a file that is no description, says of no host, or has no operation that could be offered.
    """
    document = Document.read(path)
    found = place(document, host)
    if not found.hosts:
        reason = f": {found.notes[0]}" if found.notes else ""
        raise UsageError(
            f"{path.name} names no server that can be used{reason}", hint="say where the API is: --host api.acme.dev"
        )
    entry = access(document)
    offered: list[PlannedOperation] = []
    left_out: list[LeftOut] = []
    seen: set[str] = set()
    for item in _operations(document, found.base):
        if isinstance(item, PlannedOperation):
            shape = _PLACEHOLDER.sub("{}", item.named)
            if shape in seen:
                left_out.append(LeftOut(item.named, "declared already, with other names in its path"))
            elif len(offered) == MOST_OPERATIONS:
                left_out.append(LeftOut(item.named, f"only the first {MOST_OPERATIONS} are taken"))
            else:
                offered.append(item)
            seen.add(shape)
        else:
            left_out.append(item)
    if not offered:
        reason = f": {left_out[0].named} {left_out[0].reason}" if left_out else ""
        raise UsageError(f"{path.name} has no operation that can be offered{reason}", hint="write the plugin without --openapi")
    info = document.resolved(document.root.get("info"))
    return Description(
        plain(info.get("title", ""), 60) or title,
        found.hosts,
        entry.credential,
        tuple(offered),
        tuple(left_out),
        (*found.notes, *entry.notes),
        entry.fields,
        plain(path.name),
    )


def _operations(document: Document, base: str) -> Iterator[PlannedOperation | LeftOut]:
    for raw, value in entries(document.root.get("paths"), _MOST_PATHS):
        item = document.resolved(value)
        path = _path(base + raw)
        for method in _METHODS:
            operation = item.get(method)
            if operation is None:
                continue
            named = f"{method.upper()} {plain(raw)}"
            if not path:
                yield LeftOut(named, "has a path that no operation can be declared for")
                continue
            described = document.resolved(operation)
            family = _family(described, path)
            if reason := _dangerous(method, described, path):
                yield LeftOut(f"{method.upper()} {path}", reason)
            else:
                yield _planned(document, method, path, family, described)


def _planned(document: Document, method: str, path: str, family: str, operation: Object) -> PlannedOperation:
    status, answer = _answer(document, operation.get("responses"))
    taken: Any = None
    if method in ("post", "put", "patch"):
        taken = examples.of_content(document, document.resolved(operation.get("requestBody")).get("content"))
    summary = operation.get("summary") or operation.get("description") or ""
    return PlannedOperation(method.upper(), path, family, plain(summary, 100), status, answer, taken)


def _answer(document: Document, responses: Any) -> tuple[int, Any]:
    """Status and body of the first good answer that is described; 200 and an empty object without one."""
    listed = entries(responses, 50)
    for name, value in [
        *[row for row in listed if _SUCCESS.fullmatch(row[0])],
        *[row for row in listed if row[0] == "default"],
    ]:
        status = int(name) if name.isdigit() else 200
        body = examples.of_content(document, document.resolved(value).get("content"))
        return (status, None) if status in (204, 205) else (status, {} if body is None else body)
    return 200, {}


def _path(raw: str) -> str:
    """The path as an operation has it, its placeholders named anew; empty if there is no such thing."""
    if not raw.startswith("/") or len(raw) > 500:
        return ""
    # One slash at the end is part of the path: many APIs have it at every operation.
    segments = raw[1:].split("/")
    checked = segments[:-1] if len(segments) > 1 and not segments[-1] else segments
    if any(not _SEGMENT.fullmatch(segment) or segment in (".", "..") for segment in checked):
        return ""
    return "/" + "/".join(_PLACEHOLDER.sub(lambda found: f"{{{slug(found[1]) or 'id'}}}", segment) for segment in segments)


def _family(operation: Object, path: str) -> str:
    tags = items(operation.get("tags"), 1)
    if tags and isinstance(tags[0], str) and (tag := slug(tags[0])):
        return tag
    literal = [slug(segment) for segment in path.split("/") if segment and "{" not in segment]
    return next((name for name in literal if name and not _VERSION.fullmatch(name)), "api")


def _dangerous(method: str, operation: Object, path: str) -> str:
    if method == "delete":
        return "deletes"
    told = [slug(segment) for segment in path.split("/") if segment and "{" not in segment]
    told += [slug(tag) for tag in items(operation.get("tags"), 5)]
    words = {word for name in told for word in name.split("_")}
    if found := sorted(words & _DANGEROUS):
        return f"is about {', '.join(found)}"
    return ""
