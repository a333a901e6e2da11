"""Errors as HTTP answers: problem details by RFC 9457, with this project's stable `code` and the next step as `hint`."""

import sys
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from agentic.core.errors import AgenticError, RefusedError, UnknownRunError, UsageError

CONTENT_TYPE = "application/problem+json"
_SERVICE_UNAVAILABLE = 503
# Codes whose status is not the one of their kind.
_STATUSES = {"idempotency": 409, "busy": 429, "unknown_session": 404}


class Problem(Exception):  # noqa: N818 (it is an answer)
    """An answer other than what was asked for. `detail` is one line for a person, `hint` what to do next."""

    def __init__(
        self, status: int, code: str, detail: str, *, hint: str = "", headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.hint = hint
        self.headers = dict(headers or {})
        self.more = more

    def to_json(self) -> dict[str, Any]:
        return {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "hint": self.hint,
            **self.more,
        }


def problem_of(error: AgenticError) -> Problem:
    """One of the project's errors as an answer. What a stack's own services say is for its log, not for every caller."""
    status = _STATUSES.get(error.code) or _status(error)
    if status == _SERVICE_UNAVAILABLE:
        sys.stderr.write(f"{error.code}: {error.message}\n")
        return Problem(status, error.code, "the stack cannot do this now", hint="try again", headers={"Retry-After": "5"})
    headers: dict[str, str] = {}
    more: dict[str, Any] = {}
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        headers["Retry-After"] = str(max(1, round(float(str(error.data.get("retry_after", 5))))))
        if error.data.get("position") is not None:
            more["position"] = error.data["position"]
    return Problem(status, error.code, error.message, hint=error.hint, headers=headers, **more)


def _status(error: AgenticError) -> int:
    if isinstance(error, UnknownRunError):
        return HTTPStatus.NOT_FOUND
    if isinstance(error, RefusedError):
        return HTTPStatus.CONFLICT
    if isinstance(error, UsageError):
        return HTTPStatus.UNPROCESSABLE_ENTITY
    return _SERVICE_UNAVAILABLE
