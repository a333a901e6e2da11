"""GitHub's errors as values, in the shape that its SDKs turn into exceptions. Shapes: docs.github.com/rest."""

from typing import Any

_DOCUMENTATION = "https://docs.github.com/rest"


class ApiError(Exception):
    """An answer that is an error; what the request changed is forgotten."""

    def __init__(self, status: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"message": message, **more, "documentation_url": _DOCUMENTATION, "status": str(status)}


def not_found() -> ApiError:
    return ApiError(404, "Not Found")


def forbidden(message: str = "Must have admin rights to Repository.") -> ApiError:
    return ApiError(403, message)


def invalid_request(reason: str) -> ApiError:
    """A body that is not what the operation takes."""
    return ApiError(422, f"Invalid request.\n\n{reason}")


def not_supplied(field: str) -> ApiError:
    return invalid_request(f'"{field}" wasn\'t supplied.')


def validation_failed(resource: str, field: str, code: str = "invalid", message: str = "") -> ApiError:
    """A body whose values do not fit what there is. `code`: missing, missing_field, invalid, already_exists, custom."""
    fault = {"resource": resource, "code": code, "field": field}
    return ApiError(422, "Validation Failed", errors=[fault | ({"message": message} if message else {})])
