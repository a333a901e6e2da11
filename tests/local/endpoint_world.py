"""A running endpoint for tests, with real boto3 clients and small services that answer like the real ones."""

import http.client
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agentic.core.errors import RefusedError, UnknownRunError
from agentic.local.endpoint import Endpoint
from agentic.local.identities import Identities
from agentic.local.permissions import Permissions
from agentic.local.services import InvokeResult, Services
from agentic.local.state import StateFolder
from agentic.local.trace import Event

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/tested"
HARNESS = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:harness/aad_dev_generator_x"
SESSION = "run_0123456789abcdef-generator-0123456789abcdef"


@dataclass
class EchoFunctions:
    """Answers with what it was given."""

    seen: list[dict[str, Any]] = field(default_factory=list)

    def invoke(
        self,
        name_or_arn: str,
        payload: bytes,
        *,
        client_context: Mapping[str, Any] | None = None,
        tenant: str | None = None,
        asynchronous: bool = False,
    ) -> InvokeResult:
        if name_or_arn == "missing":
            raise UnknownRunError("There is no function named missing.")
        if name_or_arn == "busy":
            raise RefusedError("Too busy.", aws_code="TooManyRequestsException", aws_status=429)
        if name_or_arn == "broken":
            raise ZeroDivisionError
        self.seen.append({"name": name_or_arn, "context": client_context, "tenant": tenant})
        if asynchronous:
            return InvokeResult(202, b"")
        return InvokeResult(200, payload, "Unhandled" if payload == b'"fail"' else "")


class ScriptedHarnesses:
    """One short turn; a message `refuse` fails before the stream, `break` in the middle of it."""

    def invoke(
        self, arn: str, session_id: str, messages: list[dict[str, Any]], overrides: Mapping[str, Any]
    ) -> Iterator[dict[str, Any]]:
        text = messages[0]["content"][0]["text"]
        if text == "refuse":
            raise RefusedError("The harness does not want to.")
        yield {"messageStart": {"role": "assistant"}}
        if text == "break":
            raise RefusedError("Broken in the middle.")
        if text == "crash":
            raise ZeroDivisionError
        yield {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": f"{text} {session_id} {sorted(overrides)}"}}}
        yield {"contentBlockStop": {"contentBlockIndex": 0}}
        yield {"messageStop": {"stopReason": "end_turn"}}


class ScriptedModels:
    """Says the model's id."""

    def converse(self, model_id: str, request: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "output": {"message": {"role": "assistant", "content": [{"text": model_id}]}},
            "stopReason": "end_turn",
            "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
            "metrics": {"latencyMs": 1},
        }

    def converse_stream(self, model_id: str, request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        yield {"messageStart": {"role": "assistant"}}
        yield {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": model_id}}}
        yield {"messageStop": {"stopReason": "end_turn"}}


@dataclass
class World:
    """Everything a test may want to touch."""

    endpoint: Endpoint
    identities: Identities
    permissions: Permissions
    functions: EchoFunctions
    events: list[Event]

    def allow(self, *actions: str, on: str, name: str = "policy", **more: Any) -> None:
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}
        self.permissions.set_policy(ROLE, name, {"Version": "2012-10-17", "Statement": [statement]})

    def operator(self, service: str) -> Any:
        return self.endpoint.client(service)

    def role(self, service: str) -> Any:
        return self.endpoint.client(service, ROLE)

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> tuple[int, bytes]:
        """One raw request, headers exactly as given."""
        connection = http.client.HTTPConnection("127.0.0.1", self.endpoint.port, timeout=5)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


@contextmanager
def running(folder: Path, **options: Any) -> Iterator[World]:
    """An endpoint on this state folder, closed at the end."""
    identities, permissions, functions = Identities(), Permissions(), EchoFunctions()
    events: list[Event] = []
    services = Services(functions, ScriptedHarnesses(), ScriptedModels())
    endpoint = Endpoint(StateFolder(folder), identities, permissions, services, events.append, **options)
    endpoint.start()
    try:
        yield World(endpoint, identities, permissions, functions, events)
    finally:
        endpoint.close()


def make_table(client: Any, name: str = "runs") -> None:
    """The table of the runs, as the topology declares it."""
    attributes = ("run_id", "item", "kind", "created_at")
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "run_id", "KeyType": "HASH"}, {"AttributeName": "item", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": attribute, "AttributeType": "S"} for attribute in attributes],
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[
            {
                "IndexName": "recent",
                "KeySchema": [
                    {"AttributeName": "kind", "KeyType": "HASH"},
                    {"AttributeName": "created_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
