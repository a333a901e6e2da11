"""Finds out at Stripe whether a write without an answer was done: those that its idempotency keys do not cover."""

import json
from collections.abc import Callable
from urllib.parse import urlsplit

from agentic.core.lost_write import LostWrite
from agentic.core.wire import HttpResponse

_JSON = (("Content-Type", "application/json"),)


def find_out(lost: LostWrite, get: Callable[[str], HttpResponse]) -> HttpResponse | None:
    """A deletion: what is deleted is not there any more, or says so. Of the rest nothing can be told."""
    if lost.request.method != "DELETE":
        return None
    url = lost.request.url.partition("?")[0]
    answer = get(url)
    try:
        gone = answer.status == 404 or (answer.status == 200 and json.loads(answer.body).get("deleted") is True)
    except (ValueError, AttributeError):
        return None
    name = urlsplit(url).path.rpartition("/")[2]
    return HttpResponse(200, _JSON, json.dumps({"id": name, "deleted": True}).encode()) if gone else None
