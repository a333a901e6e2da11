"""The path of a request through one HTTP API: route, throttle, caller, permission, function, answer."""

import json
import queue
import re
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from agentic.core.errors import AgenticError
from agentic.local.agents.function_policies import FunctionPolicies
from agentic.local.endpoint.message import Answer, Head
from agentic.local.http_apis.callers import Callers, NobodyError
from agentic.local.http_apis.declarations import (
    ApiDeclaration,
    AuthorizerDeclaration,
    IntegrationDeclaration,
    RouteDeclaration,
    StageDeclaration,
)
from agentic.local.http_apis.events import answer_of, event_of
from agentic.local.http_apis.matching import Match, match
from agentic.local.http_apis.throttle import Throttle
from agentic.local.services import FunctionService, InvokeResult

_PRINCIPAL = "apigateway.amazonaws.com"
_VARIABLE = re.compile(r"\$context\.([A-Za-z.]+)")


@dataclass(frozen=True, slots=True)
class Declared:
    """An API as it is declared now."""

    api: ApiDeclaration
    routes: tuple[RouteDeclaration, ...] = ()
    integrations: Mapping[str, IntegrationDeclaration] = field(default_factory=dict[str, IntegrationDeclaration])
    authorizers: Mapping[str, AuthorizerDeclaration] = field(default_factory=dict[str, AuthorizerDeclaration])
    stage: StageDeclaration | None = None


class AccessLog:
    """Appends a line per request to a file; safe for concurrent use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def write(self, line: str) -> None:
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


class Listener:
    """What stands behind one API's front (`agentic.local.endpoint.front.Application`)."""

    def __init__(
        self, functions: FunctionService, callers: Callers, policies: FunctionPolicies, log: AccessLog, port: int
    ) -> None:
        self._functions = functions
        self._callers = callers
        self._policies = policies
        self._log = log
        self._host = f"127.0.0.1:{port}"
        self._declared: Declared | None = None
        self._throttle = Throttle(0, 0)

    def declare(self, declared: Declared) -> None:
        """From now on the API is this."""
        before = self._declared.stage if self._declared else None
        if declared.stage and declared.stage != before:
            self._throttle = Throttle(declared.stage.rate, declared.stage.burst)
        self._declared = declared

    def admit(self, head: Head) -> Answer | None:
        """What can be judged before the body is read."""
        if not head.peer.startswith("127."):
            return _said(403, "Forbidden")
        # On AWS another name would be another API's; here it is a web page's attempt to reach this machine.
        if head.fields.get("host") != self._host:
            return _said(403, "Forbidden")
        if len(head.fields) != len(head.headers):
            return _said(400, "Bad Request")
        return None

    def answer(self, head: Head, body: bytes) -> Answer:
        """The answer to a whole request; errors are answers too."""
        begin, request_id, declared = time.monotonic(), str(uuid.uuid4()), self._declared
        if declared is None or declared.stage is None:
            return _said(404, "Not Found")
        told: dict[str, str] = {"requestId": request_id, "identity.sourceIp": head.peer}
        answer = self._answered(declared, declared.stage, head, body, told)
        if declared.stage.log_format:
            took = int((time.monotonic() - begin) * 1000)
            size = len(answer.body) if isinstance(answer.body, bytes) else 0
            told |= {"status": str(answer.status), "responseLatency": str(took), "responseLength": str(size)}
            told["requestTime"] = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())
            self._log.write(_VARIABLE.sub(lambda found: told.get(found[1], "-"), declared.stage.log_format))
        return replace(answer, headers=(*answer.headers, ("Apigw-Requestid", request_id)))

    def _answered(self, declared: Declared, stage: StageDeclaration, head: Head, body: bytes, told: dict[str, str]) -> Answer:
        if not self._throttle.takes():
            return _said(429, "Too Many Requests")
        matched = match(declared.routes, head.method, head.path)
        if matched is None:
            return _said(404, "Not Found")
        told["routeKey"] = matched.route.key
        try:
            authorizer = self._authorized(declared, stage, matched.route, head, body)
        except NobodyError as error:
            return _said(error.status, "Unauthorized" if error.status == 401 else "Forbidden")
        told["identity.userArn"] = str(authorizer.get("iam", {}).get("userArn", "-"))
        event = event_of(declared.api, stage.id, matched, head, body, authorizer, told["requestId"])
        return self._integrated(declared, stage, matched, event, told)

    def _authorized(
        self, declared: Declared, stage: StageDeclaration, route: RouteDeclaration, head: Head, body: bytes
    ) -> Mapping[str, Any]:
        match route.authorization:
            case "AWS_IAM":
                region = declared.api.execution_arn.split(":")[3]
                resource = f"{declared.api.execution_arn}/{stage.id}/{head.method}{head.path}"
                return self._callers.signed(head, body, region, resource)
            case "JWT" if route.authorizer_id in declared.authorizers:
                return self._callers.holder(head, declared.authorizers[route.authorizer_id])
            case "NONE":
                return {}
            case _:
                raise NobodyError(401, "the route's authorizer does not exist")

    def _integrated(
        self, declared: Declared, stage: StageDeclaration, matched: Match, event: Mapping[str, Any], told: dict[str, str]
    ) -> Answer:
        integration = declared.integrations.get(matched.route.integration_id)
        if integration is None:
            return _said(500, "Internal Server Error")
        method, _, pattern = matched.route.key.partition(" ")
        arn = declared.api.execution_arn
        source = f"{arn}/{stage.id}/{'*' if method == 'ANY' else method}{pattern or '/$default'}"
        try:
            self._policies.check(integration.function_arn, _PRINCIPAL, source, arn.split(":")[4])
            result = _within(integration.seconds, self._functions, integration.function_arn, json.dumps(event).encode())
        except AgenticError as error:
            told["error.responseType"] = type(error).__name__
            return _said(500, "Internal Server Error")
        if result is None:
            told["error.responseType"] = "INTEGRATION_TIMEOUT"
            return _said(503, "Service Unavailable")
        answer = None if result.function_error else answer_of(result.payload)
        if answer is None:
            told["error.responseType"] = "INTEGRATION_FAILURE"
            return _said(500, "Internal Server Error")
        return answer


def _within(seconds: float, functions: FunctionService, function_arn: str, payload: bytes) -> InvokeResult | None:
    """The function's result; None when it takes longer. It is not ended: its own time limit does that."""
    results: queue.SimpleQueue[InvokeResult | BaseException] = queue.SimpleQueue()

    def invoke() -> None:
        try:
            results.put(functions.invoke(function_arn, payload))
        except BaseException as error:  # noqa: BLE001  whatever it is, it is raised where it is waited for
            results.put(error)

    threading.Thread(target=invoke, name="http-api", daemon=True).start()
    try:
        result = results.get(timeout=seconds)
    except queue.Empty:
        return None
    if isinstance(result, BaseException):
        raise result
    return result


def _said(status: int, message: str) -> Answer:
    return Answer(status, (("Content-Type", "application/json"),), json.dumps({"message": message}).encode())
