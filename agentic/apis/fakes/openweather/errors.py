"""OpenWeather's errors as values. `cod` is a number in some answers and a text in others, as in the real API."""

from typing import Any


class ApiError(Exception):
    """An answer that is an error, in the API's shape."""

    def __init__(self, status: int, message: str, *, as_text: bool = True, parameters: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"cod": str(status) if as_text else status, "message": message}
        if parameters:
            self.body["parameters"] = list(parameters)


def invalid_key() -> ApiError:
    return ApiError(401, "Invalid API key. Please see https://openweathermap.org/faq#error401 for more info.", as_text=False)


def nothing_to_geocode() -> ApiError:
    return ApiError(400, "Nothing to geocode")


def city_not_found() -> ApiError:
    return ApiError(404, "city not found")


def wrong(what: str) -> ApiError:
    return ApiError(400, f"wrong {what}")


def invalid_parameter(name: str, message: str) -> ApiError:
    """One Call's form, which names the parameter."""
    return ApiError(400, message, as_text=False, parameters=(name,))
