"""How the checks ask AWS: short time-outs, no retries, and no answer as a value that says why there is none."""

import threading
from collections.abc import Callable
from typing import Any, Protocol

from agentic.interfaces.checklist import Item, note

CONNECT_SECONDS = 5
READ_SECONDS = 10

_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "NotAuthorizedException"}
_NOT_FOUND = {
    "404",
    "NoSuchBucket",
    "NoSuchEntity",
    "NoSuchResourceException",
    "NotFound",
    "NotFoundException",
    "ResourceNotFoundException",
}


class Clients(Protocol):
    """Gives the boto3 client of a service, for one account in one region."""

    region: str

    def __call__(self, service: str) -> Any: ...


class SessionClients:
    """Clients with the person's own credentials, as boto3 finds them. `region` is "" where none is set anywhere."""

    def __init__(self, region: str = "", profile: str = "") -> None:
        import boto3  # pyright: ignore[reportMissingTypeStubs]

        session: Any = boto3.Session(region_name=region or None, profile_name=profile or None)
        self._session = session
        self._lock = threading.Lock()
        self.region: str = session.region_name or ""

    def __call__(self, service: str) -> Any:
        from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs]

        config = Config(connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retries={"total_max_attempts": 1})
        with self._lock:  # a session makes one client at a time; clients themselves may be shared
            return self._session.client(service, config=config)


class NoAnswerError(Exception):
    """AWS did not answer a question. `code` is AWS's own, "" where no answer came at all; `date` is that of the answer."""

    def __init__(self, asked: str, code: str, message: str, date: str = "") -> None:
        super().__init__(message)
        self.asked = asked
        self.code = code
        self.message = message
        self.date = date

    @property
    def denied(self) -> bool:
        return self.code in _DENIED

    @property
    def missing(self) -> bool:
        """What was asked for is not there."""
        return self.code in _NOT_FOUND

    @property
    def unreachable(self) -> bool:
        """No endpoint answered: the service is not in the region, or there is no network."""
        return not self.code

    def item(self, name: str) -> Item:
        """What a check says that cannot look: never a good line, and no fault of the account either."""
        if self.denied:
            return note(name, f"not allowed to look ({self.asked})", "allow that, or look yourself; nothing is known about it")
        return note(name, f"could not look ({self.asked}): {self.code or 'no answer'}: {self.message}", "run this again")


def answer(call: Callable[..., Any], /, **parameters: Any) -> Any:
    """The answer of a client's method. Raises `NoAnswerError`."""
    from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs]

    try:
        return call(**parameters)
    except ClientError as error:
        failed: Any = error
        told = failed.response.get("Error", {})
        date = failed.response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
        asked, code = str(failed.operation_name), str(told.get("Code") or "Unknown")
        raise NoAnswerError(asked, code, str(told.get("Message", "")), str(date)) from error
    except BotoCoreError as error:
        raise NoAnswerError(call.__name__, "", str(error)) from error
