"""moto inside this process: its request handlers called directly, without a socket, without Flask, without patching boto3.

The imports are lazy because moto costs a few tenths of a second, which a start hides behind other work. What is used of
moto beyond its models is its URL table (`backend.urls`) and its request type, as its own in-process mode uses them.
"""

import os
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, cast

from agentic.core.errors import LocalCloudError
from agentic.local.endpoint.actions import partition
from agentic.local.endpoint.item_handler import item_handler
from agentic.local.endpoint.message import Answer, Pairs

_SERVICES = {
    "s3": "s3.{region}.amazonaws.com",
    "dynamodb": "dynamodb.{region}.amazonaws.com",
    "secretsmanager": "secretsmanager.{region}.amazonaws.com",
    "logs": "logs.{region}.amazonaws.com",
    "sns": "sns.{region}.amazonaws.com",
    "sqs": "sqs.{region}.amazonaws.com",
    "kms": "kms.{region}.amazonaws.com",
    "sts": "sts.{region}.amazonaws.com",
    "iam": "iam.amazonaws.com",
}
"""The services that moto answers, and the host that each believes to be. No other one: some of moto's call out."""

_GLOBAL = {"s3", "iam", "sts"}
"""moto keeps these by partition, the others by region."""

_JSON_HEADERS = {"x-amz-target", "authorization", "x-amz-date"}
"""What counts where the operation stands in X-Amz-Target and the arguments in the body; the query does not."""

_JSON_KIND = re.compile(r"application/x-amz-json-1\.[01]")

# What moto would take from the person's environment: another account, its own IAM, other endpoints, other modes.
_ENVIRONMENT = re.compile(
    r"MOTO_.*|TEST_SERVER_MODE|TEST_PROXY_MODE|INITIAL_NO_AUTH_ACTION_COUNT|S3_IGNORE_SUBDOMAIN_BUCKETNAME"
)

# The region comes from the signature; moto would prefer the user agent's. Its own headers could choose another account.
_DROPPED = re.compile(
    r"x-moto-.*|user-agent|host|connection|expect|transfer-encoding|content-length|accept-encoding|x-amzn-trace-id"
)

# The endpoint gives every answer its own request id; the status is not a header.
_NOT_PASSED = {"status", "server", "x-amzn-requestid", "x-amz-request-id"}

_process = threading.Lock()
"""moto's state is global to the process: whoever holds this is its only user."""


class MotoBackend:
    """One at a time per process. Empty at first; `close` lets the next one begin."""

    def __init__(self, account: str) -> None:
        self.account = account
        self._handlers: dict[str, list[tuple[re.Pattern[str], Callable[..., Any]]]] = {}
        self._loading = threading.Lock()
        self._locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)
        if not _process.acquire(blocking=False):
            raise LocalCloudError("Another local cloud is running in this process.", hint="Close it first.")
        for name in [name for name in os.environ if _ENVIRONMENT.fullmatch(name)]:
            del os.environ[name]
        from moto.core.base_backend import BackendDict
        from moto.core.model_instances import reset_model_data

        BackendDict.reset()
        reset_model_data()

    def close(self) -> None:
        """The state stays in memory until the next backend is made."""
        _process.release()

    def serves(self, service: str) -> bool:
        return service in _SERVICES

    def lock(self, service: str) -> threading.RLock:
        """moto is not safe from several threads: a service's requests, and reading its state, take turns."""
        with self._loading:
            return self._locks[service]

    def models(self, service: str, region: str) -> Any:
        """moto's model of a service's state, for reading back what a request did."""
        from moto.backends import get_backend

        backends = cast("Mapping[str, Mapping[str, Any]]", get_backend(cast("Any", service)))
        return backends[self.account][partition(region) if service in _GLOBAL else region]

    def load(self, service: str, region: str) -> None:
        """Do now what a service's first request would wait for: imports, and reading botocore's model of the service."""
        import_module("moto.iam.models")  # Every first request of moto asks it for the caller's account.
        from moto.core.utils import get_service_model

        with self.lock(service):
            self._routes(service, region)
            get_service_model(service)

    def handle(self, service: str, region: str, method: str, target: str, headers: Pairs, body: bytes) -> Answer:
        """Let moto answer. The caller holds the service's lock."""
        from moto.core.request import Request as MotoRequest
        from werkzeug.exceptions import HTTPException

        host = _SERVICES[service].format(region=region)
        kept = {name: value for name, value in headers if not _DROPPED.fullmatch(name.lower())}
        if any(name.lower() == "x-amz-target" for name in kept):
            kept, target, body = _only_json(kept), "/", _no_form(body)
        request = MotoRequest.from_primitives(method, f"https://{host}{target}", {**kept, "Host": host}, body)
        url = f"https://{host}{target.partition('?')[0]}"
        for pattern, handler in self._routes(service, region):
            if pattern.match(url):
                try:
                    status, answered, content = _parts(handler(request, request.raw_url, request.headers))
                except HTTPException as error:
                    status, answered, content = error.code or 400, dict(error.get_headers()), error.get_body()
                return _answer(status, answered, content)
        return Answer(404)

    def _routes(self, service: str, region: str) -> list[tuple[re.Pattern[str], Callable[..., Any]]]:
        found = self._handlers.get(service)
        if found is None:
            urls: dict[str, Callable[..., Any]] = self.models(service, region).urls
            direct = item_handler() if service == "dynamodb" else None
            found = [(re.compile(url), direct or handler) for url, handler in urls.items()]
            self._handlers[service] = found
            _keep_no_instances()
        return found


class _Nothing(list[Any]):
    """Takes everything and keeps nothing."""

    def append(self, instance: Any) -> None:
        """Forget it."""


def _keep_no_instances() -> None:
    """moto keeps every object that it ever made, for a dashboard that is not here: all versions of all items of all runs.

    But for those of S3: their buckets have them anyway, and moto warns of each that is let go without being closed.
    """
    from moto.core.model_instances import model_data

    for service, models in model_data.items():
        for model in models.values():
            if service != "s3":
                cast("Any", model).instances_tracked = _Nothing()


def _only_json(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that a JSON service reads. moto would take an operation from one named `Action`, too."""
    kept = {name: value for name, value in headers.items() if name.lower() in _JSON_HEADERS}
    kinds = [value for name, value in headers.items() if name.lower() == "content-type" and _JSON_KIND.fullmatch(value)]
    return {**kept, "Content-Type": kinds[0] if kinds else "application/x-amz-json-1.1"}


def _no_form(body: bytes) -> bytes:
    """The same JSON, which cannot be read as a form.

    moto reads every body as a form first, and does what an `Action` in it says, not what was asked for and allowed: a
    customer named `&Action=DeleteTable&` in the journal would delete the runs. In JSON these two signs stand in texts only.
    """
    return body.replace(b"&", rb"\u0026").replace(b"=", rb"\u003d") or b"{}"


def _parts(result: Any) -> tuple[int, Mapping[str, Any], str | bytes]:
    return result if len(result) == 3 else (200, {}, result)


def _answer(status: int, headers: Mapping[str, Any], content: str | bytes) -> Answer:
    pairs = tuple((name, str(value)) for name, value in headers.items() if name.lower() not in _NOT_PASSED)
    # A 5xx would make the SDK send the request again; moto uses it for what it has not implemented.
    return Answer(status if status < 500 else 400, pairs, content.encode() if isinstance(content, str) else content)
