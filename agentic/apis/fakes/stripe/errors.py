"""Stripe's errors as values, in the shape that its SDKs turn into exceptions. Shapes: docs.stripe.com/api/errors."""

from typing import Any


class ApiError(Exception):
    """An answer that is an error. `kept` says that what the request changed stays (a declined payment is recorded)."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str = "",
        param: str = "",
        kept: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kept = kept
        self.code = code
        known = {"code": code, "param": param, "doc_url": _doc_url(code)}
        self.body: dict[str, Any] = {
            "error": {"message": message, "type": kind} | {name: value for name, value in known.items() if value} | more
        }


def missing_parameter(param: str) -> ApiError:
    return ApiError(f"Missing required param: {param}.", code="parameter_missing", param=param)


def unknown_parameter(param: str) -> ApiError:
    return ApiError(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def empty_parameter(param: str) -> ApiError:
    message = f"You passed an empty string for '{param}', which cannot be unset. Leave the parameter out instead."
    return ApiError(message, code="parameter_invalid_empty", param=param)


def no_such(kind: str, identifier: str, param: str = "") -> ApiError:
    """The object does not exist: 404 where it is what the path names, 400 where a parameter names it."""
    return ApiError(
        f"No such {kind.replace('_', ' ') if kind != 'payment_intent' else kind}: '{identifier}'",
        status=400 if param else 404,
        code="resource_missing",
        param=param or "id",
    )


def wrong_state(message: str, code: str, **more: Any) -> ApiError:
    return ApiError(message, code=code, **more)


def _doc_url(code: str) -> str:
    return f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}" if code else ""
