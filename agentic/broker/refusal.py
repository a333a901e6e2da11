"""A refusal in the API's own error shape, so that the SDK raises its own error with our reason, at once."""

import json

from agentic.core.spec import Refusal
from agentic.core.wire import HttpResponse


def refuse(refusal: Refusal, message: str, *, status: int | None = None) -> HttpResponse:
    """`message` in the shape of `refusal`, whose body is a `str.format` template with the one field `{message}`.

    `status` replaces the usual one where HTTP has a better word (413, 502). SDKs do not repeat a request after the
    usual statuses (4xx), which is why a refusal is not a broken connection.
    """
    escaped = json.dumps(message, ensure_ascii=True)[1:-1]
    body = refusal.body.format(message=escaped).encode()
    return HttpResponse(refusal.status if status is None else status, (("Content-Type", refusal.content_type),), body)
