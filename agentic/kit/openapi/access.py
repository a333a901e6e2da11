"""Where the API is and how its key is sent, from `servers` and `securitySchemes`."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from agentic.core.host_names import host_fault
from agentic.core.spec import Credential, CredentialKind
from agentic.core.wire import OF_THE_CONNECTION
from agentic.kit.description import BEARER
from agentic.kit.text import plain

from .document import Document, Object, entries, items

_MOST_SERVERS, _MOST_HOSTS, _MOST_PATHS = 50, 4, 5000
_VARIABLE = re.compile(r"\{([^{}]{1,60})\}")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,60}")
_PARAMETER = re.compile(r"[A-Za-z0-9_.-]{1,60}")


class Place(NamedTuple):
    """The hosts, and the path before every operation's ("/v1", or empty)."""

    hosts: tuple[str, ...]
    base: str
    notes: tuple[str, ...]


def place(document: Document, host: str) -> Place:
    """Where the API is. `host`, when the person named one, is the only one. No hosts when nothing tells."""
    found: list[str] = []
    base: str | None = None
    notes: list[str] = []
    for url, written in _servers(document):
        try:
            parts = urlsplit(url)
            name = (parts.hostname or "").lower()
            usable = not parts.port or parts.port in (80, 443)
        except ValueError:
            continue
        path = parts.path.rstrip("/")
        if base is None and (path.startswith("/") or not path):
            base = path
        if host or not name or name in found:
            continue
        if parts.scheme not in ("http", "https") or not usable or "*" in name or host_fault(name):
            notes.append(f"the server {plain(url)} is left out: only public hosts, by https, can be reached")
        elif path != base or len(found) == _MOST_HOSTS:
            notes.append(f"the server {plain(url)} is left out: declare it as a host of its own if scripts need it")
        else:
            found.append(name)
            if "{" in written.removeprefix("https://").removeprefix("http://").partition("/")[0]:
                notes.append(f"the server {plain(written)} is taken as {name}; --host names another one")
    return Place((host,) if host else tuple(found), base or "", tuple(notes))


def _servers(document: Document) -> Iterator[tuple[str, str]]:
    """Each server's address with the defaults of its variables, and as it is written."""
    for server in items(document.root.get("servers"), _MOST_SERVERS):
        described = document.resolved(server)
        url = described.get("url")
        if isinstance(url, str) and len(url) < 1000:
            defaults = {
                name: str(document.resolved(value).get("default", ""))[:100]
                for name, value in entries(described.get("variables"), 50)
            }
            yield _VARIABLE.sub(lambda found, known=defaults: known.get(found[1], ""), url), url


class Access(NamedTuple):
    """How the key is sent, the secret's fields for that, and what the person should know."""

    credential: Credential
    fields: tuple[str, ...]
    notes: tuple[str, ...]


def access(document: Document) -> Access:
    """The first way that the broker can do, those of the document's own `security` first; else a bearer token, with a note."""
    components = document.resolved(document.root.get("components"))
    schemes = dict(entries(components.get("securitySchemes"), 50))
    wanted = [[name for name, _ in entries(need, 5) if name in schemes] for need in _security(document)]
    for names in [*wanted, *([name] for name in schemes)]:
        for name in names:
            if found := _scheme(document.resolved(schemes[name])):
                others = [plain(other, 40) for other in names if other != name]
                if others:
                    more = f"the API wants {' and '.join(others)} as well: one credential is sent, see `credential`"
                    return found._replace(notes=(*found.notes, more))
                return found
    note = "how the key is sent is not described in a way that can be used; a bearer token is assumed: see `credential`"
    return Access(BEARER, ("key",), (note,))


def _security(document: Document) -> Iterator[Any]:
    """What requests need, for all of the API; where that is not said, what its operations say one by one."""
    if "security" in document.root:
        yield from items(document.root["security"], 20)
        return
    for _, path in entries(document.root.get("paths"), _MOST_PATHS):
        for _, operation in entries(document.resolved(path), 20):
            yield from items(document.resolved(operation).get("security"), 20)


def _scheme(scheme: Object) -> Access | None:
    kind, where, name = (str(scheme.get(part, "")) for part in ("type", "in", "name"))
    match kind.lower(), str(scheme.get("scheme", "")).lower(), where.lower():
        case "http", "bearer", _:
            return Access(BEARER, ("key",), ())
        case "http", "basic", _:
            return Access(Credential(CredentialKind.BASIC, "{username}:{password}"), ("username", "password"), ())
        case "apikey", _, "header" if _HEADER.fullmatch(name) and name.lower() not in OF_THE_CONNECTION:
            bare = "the header Authorization gets the key alone: if a word comes before it, write it into `credential`"
            notes = (bare,) if name.lower() == "authorization" else ()
            return Access(Credential(CredentialKind.HEADER, "{key}", name), ("key",), notes)
        case "apikey", _, "query" if _PARAMETER.fullmatch(name):
            return Access(Credential(CredentialKind.QUERY, "{key}", name), ("key",), ())
        case (("oauth2" | "openidconnect"), _, _):
            return Access(BEARER, ("key",), ("the API uses OAuth: the key is an access token that you get elsewhere",))
        case _:
            return None
