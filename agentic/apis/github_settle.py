"""Finds out at GitHub, which knows no idempotency keys, whether a write without an answer was done."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from agentic.core.lost_write import LostWrite
from agentic.core.wire import HttpResponse

Get = Callable[[str], HttpResponse]

# The collections to which a POST adds one, that can be listed, and whose members say when they were made.
_DATED = re.compile(r"/repos/[^/]+/[^/]+/(?:issues(?:/\d+/comments)?|pulls|milestones)")
# Clocks of two machines differ.
_EARLIER_SECONDS = 5.0


def find_out(lost: LostWrite, get: Get) -> HttpResponse | None:
    """A deletion: what was deleted is not found any more. Something new: exactly one with the same content, made since.

    None where that does not tell: what is not there yet may still come.
    """
    url, _, query = lost.request.url.partition("?")
    path = url.partition("://")[2].partition("/")[2]
    if lost.request.method == "DELETE" and not query and not lost.request.body:
        return HttpResponse(204) if get(url).status == 404 and _is_there(url, get) else None
    if lost.request.method != "POST" or query:
        return None
    wanted = _object(lost.request.body)
    if wanted and _DATED.fullmatch(f"/{path}"):
        return _made(lost, wanted, _list(get, f"{url}?{_newest(path, lost.sent_at)}"))
    return None


def _is_there(url: str, get: Get) -> bool:
    """Whether the repository itself can be seen: else everything in it is a 404."""
    found = re.match(r"https://[^/]+/repos/[^/]+/[^/]+(?=/)", url)
    return found is not None and get(found[0]).status == 200


def _newest(path: str, since: float) -> str:
    moment = datetime.fromtimestamp(since - _EARLIER_SECONDS, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if path.endswith("/comments"):
        return f"per_page=100&since={moment}"
    return (
        "state=all&sort=created&direction=desc&per_page=100" if not path.endswith("/milestones") else "state=all&per_page=100"
    )


def _made(lost: LostWrite, wanted: Mapping[str, Any], items: list[Mapping[str, Any]]) -> HttpResponse | None:
    known = {_object(other.body).get("id") for other in lost.others}
    found = [
        item
        for item in items
        if item.get("id") not in known
        and _time(item.get("created_at")) >= lost.sent_at - _EARLIER_SECONDS
        and all(_same(item.get(name), value) for name, value in wanted.items())
    ]
    if len(found) != 1:
        return None
    headers = (("Content-Type", "application/json; charset=utf-8"),)
    return HttpResponse(201, headers, json.dumps(found[0]).encode())


def _same(has: object, asked: object) -> bool:
    """Whether a field is what was asked for; of people, labels and branches the API shows more than their names."""
    if isinstance(asked, list) and isinstance(has, list):
        shown, wanted = cast("list[object]", has), cast("list[object]", asked)
        return len(shown) == len(wanted) and all(any(_same(one, other) for one in shown) for other in wanted)
    if isinstance(has, dict) and not isinstance(asked, dict):
        fields = cast("dict[str, object]", has)
        return asked in {fields.get(name) for name in ("login", "name", "ref", "number") if _is_plain(fields.get(name))}
    return has == asked or (asked == "" and has is None)


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int)


def _list(get: Get, url: str) -> list[Mapping[str, Any]]:
    answer = get(url)
    content: Any = json.loads(answer.body) if answer.status == 200 else []
    return [cast("dict[str, Any]", item) for item in cast("list[Any]", content) if isinstance(item, dict)]


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        content: Any = json.loads(body)
    except ValueError:
        return {}
    return cast("dict[str, Any]", content) if isinstance(content, dict) else {}


def _time(text: object) -> float:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return 0.0
