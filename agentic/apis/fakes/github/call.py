"""One request as the families of resources see it, and what they all do: read fields, make ids, cut lists into pages."""

import base64
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

from agentic.apis.fakes.github import errors
from agentic.apis.fakes.store import Object, ObjectStore

API = "https://api.github.com"
WEB = "https://github.com"
_FIRST_ID = 1_000_000


@dataclass(frozen=True, slots=True)
class Call:
    """A request: its query, JSON body and the values in its path, and the world that it changes.

    `link` is the path that links to other pages name (by number, as GitHub does it). `token(n)` gives n random hexadecimal
    digits; `now` is in seconds. `data` is the body as it came.
    """

    store: ObjectStore
    me: Object
    query: Mapping[str, str]
    body: Object
    ids: tuple[str, ...]
    link: str
    accept: str
    now: int
    token: Callable[[int], str]
    raw_query: str = ""
    data: bytes = b""
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is more than 200 and JSON. A body of bytes goes out as it is."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


Handler = Callable[[Call], Any]
Routes = Mapping[str, Handler]


def created(body: Any) -> Reply:
    location = body.get("url") if isinstance(body, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return Reply(201, body, {"Location": location} if isinstance(location, str) else {})


NOTHING = Reply(204)


def moment(seconds: float) -> str:
    """A time as GitHub writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def new_id(store: ObjectStore) -> int:
    """GitHub counts everything with numbers that grow."""
    return _FIRST_ID + store.count("id")


def node_id(kind: str, identifier: int) -> str:
    return base64.b64encode(f"{kind}:{identifier}".encode()).decode("ascii")


def text(call: Call, name: str, default: str | None = None, *, required: bool = False) -> str | None:
    """A text of the body; None where it is null or not given and there is no default."""
    return cast("str | None", _typed(call, name, str, "a string", default, required=required))


def must_text(call: Call, name: str) -> str:
    """A text that the body must have. Raises `ApiError`."""
    value = text(call, name, required=True)
    if value is None:
        raise errors.invalid_request(f"For 'properties/{name}', nil is not a string.")
    return value


def flag(call: Call, name: str, default: bool = False) -> bool:  # as the field's value
    return bool(_typed(call, name, bool, "a boolean", default))


def number(call: Call, name: str) -> int | None:
    return cast("int | None", _typed(call, name, int, "an integer", None))


def texts(call: Call, name: str) -> list[str] | None:
    """A list of texts, or a single one, which GitHub takes too; objects in it stand for their names."""
    value = call.body.get(name)
    if value is None:
        return None
    items = cast("list[Any]", value) if isinstance(value, list) else [value]
    found: list[str] = []
    for item in items:
        plain = cast("Object", item).get("name") if isinstance(item, dict) else item
        if not isinstance(plain, str):
            raise errors.invalid_request(f"For 'items', {_shown(item)} is not a string.")
        found.append(plain)
    return found


def chosen(value: str | None, name: str, options: Sequence[str], resource: str) -> str | None:
    """`value` if it is one of `options`. Raises `ApiError`."""
    if value is not None and value not in options:
        raise errors.validation_failed(resource, name)
    return value


def page(call: Call, items: Sequence[Object], render: Callable[[Object], Object]) -> Reply:
    """One page of `items`, and the links to the others."""
    per_page = _whole(call.query.get("per_page"), 30)
    per_page = min(per_page, 100) if per_page > 0 else 30
    at = max(_whole(call.query.get("page"), 1), 1)
    part = [render(item) for item in items[(at - 1) * per_page : at * per_page]]
    links = _links(call, at, max(-(-len(items) // per_page), 1))
    return Reply(200, part, {"Link": links} if links else {})


def _links(call: Call, at: int, last: int) -> str:
    wanted = {"prev": at - 1 if at > 1 else 0, "next": at + 1 if at < last else 0}
    wanted |= {"last": last if at < last else 0, "first": 1 if at > 1 else 0}
    others = [(name, value) for name, value in parse_qsl(call.raw_query, keep_blank_values=True) if name != "page"]
    return ", ".join(
        f'<{API}{call.link}?{urlencode([*others, ("page", str(place))])}>; rel="{name}"'
        for name, place in wanted.items()
        if place
    )


def ordered(call: Call, items: Sequence[Object], keys: Mapping[str, str], default: str) -> list[Object]:
    """`items` by the query's `sort` (a name to the field that it means) and `direction`, the newest first by default."""
    by = keys.get(call.query.get("sort", default), keys[default])
    down = call.query.get("direction", "desc") != "asc"
    return sorted(items, key=lambda item: (item[by], item.get("number", item["_sequence"])), reverse=down)


def _typed(call: Call, name: str, kind: type, said: str, default: Any, *, required: bool = False) -> Any:
    if name not in call.body:
        if required:
            raise errors.not_supplied(name)
        return default
    value = call.body[name]
    if value is None:
        return default
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise errors.invalid_request(f"For 'properties/{name}', {_shown(value)} is not {said}.")
    return value


def _shown(value: Any) -> str:
    return repr(value)[:80]


def _whole(value: str | None, default: int) -> int:
    try:
        return int(value) if value else default
    except ValueError:
        return default
