"""A boto3 client whose requests are checked before they are sent: no request that code makes can be forgotten."""

from collections.abc import Callable, Mapping
from typing import Any

from agentic.core.errors import LocalCloudError

Check = Callable[[str, str, Mapping[str, Any]], list[str]]


class CheckedClient:
    """Looks like the client it wraps. An operation raises `LocalCloudError` with all faults, and is then not sent.

    Paginators and waiters pass through: they only read.
    """

    def __init__(self, client: Any, service: str, check: Check) -> None:
        self._client = client
        self._service = service
        self._check = check

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        operation = self._client.meta.method_to_api_mapping.get(name)
        if operation is None:
            return found

        def checked(**parameters: Any) -> Any:
            faults = self._check(self._service, operation, parameters)
            if faults:
                raise LocalCloudError("; ".join(faults))
            return found(**parameters)

        return checked
