"""Faults of services, put between the wire and what answers: of AWS's (the local endpoint) and of the APIs' (the fakes)."""

import json
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from agentic.local.endpoint.front import Application, Front
from agentic.local.endpoint.message import Answer, Head
from agentic.local.endpoint.signature import SignatureError, read_claim

API = "api"
"""Stands for the API that a script calls; every other service has the name that its requests are signed with."""


class Kind(StrEnum):
    """What goes wrong with a request."""

    FAILS = "fails"
    """It is not done, and answered with a 500."""
    LOST = "lost"
    """It is done, and answered with a 500 all the same."""
    THROTTLED = "throttled"
    SLOW = "slow"
    """It is done after some seconds."""
    GARBAGE = "garbage"
    """It is done, and answered with what nobody can read."""
    CUT = "cut"
    """It is done, and the connection ends in the middle of the answer."""


# What each service says when it is asked too much (their API references, "Common errors").
_THROTTLES = {
    "s3": (503, "SlowDown"),
    "dynamodb": (400, "ProvisionedThroughputExceededException"),
    "sqs": (403, "RequestThrottled"),
    "lambda": (429, "TooManyRequestsException"),
}


@dataclass
class Fault:
    """Of `service`'s requests the first `after` are let be, the next `times` suffer. `only` chooses among them by name."""

    service: str
    kind: Kind
    after: int = 0
    times: int = 3
    seconds: float = 3.0
    only: Callable[[str], bool] = lambda name: True
    hit: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.service} {self.kind}, {self.times} times after {self.after}"


class FaultPlan:
    """What goes wrong from now on. `fault` is None while all is well."""

    def __init__(self) -> None:
        self._fault: Fault | None = None
        self._seen = 0
        self._lock = threading.Lock()
        self._over = threading.Event()

    @contextmanager
    def with_fault(self, fault: Fault) -> Iterator[Fault]:
        with self._lock:
            self._fault, self._seen = fault, 0
            self._over = threading.Event()
        try:
            yield fault
        finally:
            with self._lock:
                self._fault = None
                self._over.set()

    def meets(self, service: str, name: str) -> tuple[Fault, threading.Event] | None:
        """The fault that this request suffers."""
        with self._lock:
            fault = self._fault
            if fault is None or fault.service != service or not fault.only(name):
                return None
            self._seen += 1
            if not fault.after < self._seen <= fault.after + fault.times:
                return None
            fault.hit.append(name)
            return fault, self._over

    def on(self, front: Front, service: str = "") -> None:
        """Stand in front of what answers there: the one API, or AWS where `service` is empty."""
        front.wrap(lambda application: _Disturbed(application, self, service))


class _Disturbed:
    def __init__(self, application: Application, plan: FaultPlan, service: str) -> None:
        self._application = application
        self._plan = plan
        self._service = service

    def admit(self, head: Head) -> Answer | None:
        return self._application.admit(head)

    def answer(self, head: Head, body: bytes) -> Answer:
        service = self._service or _service(head)
        met = self._plan.meets(service, f"{head.method} {head.fields.get('x-amz-target', '') or head.path}")
        if met is None:
            return self._application.answer(head, body)
        fault, over = met
        match fault.kind:
            case Kind.FAILS:
                return _failed(service)
            case Kind.THROTTLED:
                return _throttled(service)
            case Kind.SLOW:
                over.wait(fault.seconds)
        done = self._application.answer(head, body)
        match fault.kind:
            case Kind.LOST:
                return _failed(service)
            case Kind.GARBAGE:
                return Answer(200, (("Content-Type", "text/html"),), b"<html>\x00{]garbage \xff\xfe" * 20)
            case Kind.CUT:
                return Answer(done.status, done.headers, _cut(done.body))
            case _:
                return done


def _cut(body: Any) -> Iterator[bytes]:
    whole = body if isinstance(body, bytes) else b"".join(body)
    yield whole[: len(whole) // 2]
    raise OSError("the connection is cut here")


def _service(head: Head) -> str:
    try:
        return read_claim(head).service
    except SignatureError:
        return ""


def _failed(service: str) -> Answer:
    return _error(service, 500, "InternalServerError" if service != "s3" else "InternalError")


def _throttled(service: str) -> Answer:
    status, code = _THROTTLES.get(service, (429, "ThrottlingException"))
    return _error(service, status, code, retry_after=service == API)


def _error(service: str, status: int, code: str, *, retry_after: bool = False) -> Answer:
    if service == "s3":
        xml = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>planned</Message></Error>"
        return Answer(status, (("Content-Type", "application/xml"),), xml.encode())
    if service == API:
        retry = (("Retry-After", "1"),) if retry_after else ()
        body = json.dumps({"error": {"type": "api_error", "message": f"planned: {code}"}})
        return Answer(status, (("Content-Type", "application/json"), *retry), body.encode())
    headers = (("Content-Type", "application/x-amz-json-1.0"), ("x-amzn-ErrorType", code))
    return Answer(status, headers, json.dumps({"__type": code, "message": "planned"}).encode())


def planned(seed: int, services: tuple[str, ...] = ("dynamodb", "s3", "lambda", API)) -> Iterator[Fault]:
    """Faults without end: every service and kind in turn, each beginning somewhere in the run and lasting a while."""
    drawn = random.Random(seed)
    while True:
        for service in services:
            for kind in Kind:
                most = {"dynamodb": 25, "s3": 4, "lambda": 6}.get(service, 5)
                times = drawn.choice((1, 2, 3, 6) if kind is Kind.SLOW else (1, 2, 3, 6, 1000))
                yield Fault(service, kind, after=drawn.randrange(most), times=times)
