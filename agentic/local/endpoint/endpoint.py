"""The path of a request: front, admission, signature, permission, then the first part that answers it."""

import json
import logging
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from agentic.core.errors import AgenticError, RefusedError
from agentic.local import trace
from agentic.local.durable import Durable
from agentic.local.endpoint.actions import Actions, Needs, json_body
from agentic.local.endpoint.buckets import Buckets
from agentic.local.endpoint.client import Clients
from agentic.local.endpoint.faults import QUERY, denied, fault, fault_of
from agentic.local.endpoint.front import Front
from agentic.local.endpoint.message import Answer, Head, Request
from agentic.local.endpoint.moto_backend import MotoBackend
from agentic.local.endpoint.queues import Queues
from agentic.local.endpoint.routes import route
from agentic.local.endpoint.signature import SignatureError, read_claim, verify
from agentic.local.endpoint.tables import Tables
from agentic.local.endpoint.topics import Topics
from agentic.local.identities import OPERATOR, Credentials, Identities
from agentic.local.permissions import Permissions
from agentic.local.services import Services
from agentic.local.state import StateFolder

_log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class Endpoint:
    """The local cloud's AWS. `url` and `port` are known at once; requests are answered from `start` to `close`.

    One at a time per process (moto's state is the process's). `durable` holds what outlives it; `secret_overlay` maps
    secret ids to SecretStrings that exist in this process's memory only.
    """

    def __init__(
        self,
        state: StateFolder,
        identities: Identities,
        permissions: Permissions,
        services: Services,
        observer: trace.Observer = trace.ignore,
        *,
        region: str = "us-east-1",
        account: str = "123456789012",
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.region = region
        self.account = account
        self.secret_overlay: dict[str, str] = {}
        self._identities = identities
        self._permissions = permissions
        self._services = services
        self._observer = observer
        self._clock = clock
        self._closed = False
        self._moto = MotoBackend(account)
        try:
            self.durable = Durable(state)
            self._front = Front()
        except BaseException:
            self._moto.close()
            raise
        self.port = self._front.port
        self.url = f"http://127.0.0.1:{self.port}"
        self._clients = Clients(self.url, region)
        self._issued: dict[str, Credentials] = {}
        self._actions = Actions(account, self._secret_arn)
        self._tables = Tables(self._moto, self.durable.items, clock)
        self._topics = Topics(self._moto)
        self._queues = Queues(self._moto)
        self._buckets = Buckets(self._moto, self.durable.objects, permissions)

    def start(self) -> None:
        """Begin to answer."""
        self._front.start(self)

    def warm(self, *services: str) -> None:
        """Load these parts of moto (0.05 to 0.3 s each) before they are asked for; may run in a thread beside other work."""
        for service in services or ("dynamodb", "s3", "secretsmanager", "logs"):
            self._moto.load(service, self.region)

    def close(self) -> None:
        """Cut all connections and close the store; once is enough. What was answered is on the disk."""
        if self._closed:
            return
        self._closed = True
        self._queues.close()
        self._front.close()
        self._clients.close()
        # Requests in flight finish their turn with moto before the store goes.
        with self._moto.lock("dynamodb"), self._moto.lock("s3"):
            self.durable.close()
        self._moto.close()

    def client(self, service: str, principal: str = OPERATOR, *, region: str = "") -> Any:
        """A boto3 client that acts as `principal` in `region` (or the usual one); the same one for the same arguments."""
        if principal not in self._issued:
            self._issued[principal] = self._identities.issue(principal)
        return self._clients.client(service, self._issued[principal], region)

    def admit(self, head: Head) -> Answer | None:
        """What can be judged before the body is read: who is on the line, for whom the request is meant, and a known key."""
        if not head.peer.startswith("127."):
            return fault("", "AccessDeniedException", "Only this machine may call the local cloud.", 403)
        if head.fields.get("host") != f"127.0.0.1:{self.port}":
            return fault("", "AccessDeniedException", "The Host header does not name this endpoint.", 403)
        if "origin" in head.fields:
            return fault("", "AccessDeniedException", "Web pages may not call the local cloud.", 403)
        if len(head.fields) != len(head.headers):
            # A repeated header could mean one thing to the signature and another one to moto; no SDK sends one.
            return fault("", "AccessDeniedException", "A header is repeated.", 403)
        try:
            claim = read_claim(head)
        except SignatureError as error:
            return fault(_shape(head), error.code, error.message, 403)
        if self._identities.find(claim.access_key_id) is None:
            message = "The access key id was not issued by this local cloud."
            return fault(_shape(head), "UnrecognizedClientException", message, 403)
        return None

    def answer(self, head: Head, body: bytes) -> Answer:
        """The answer to a whole request; errors are answers too."""
        answer = self._answered(head, body)
        number = str(uuid.uuid4())
        return replace(answer, headers=(*answer.headers, ("x-amz-request-id", number), ("x-amzn-RequestId", number)))

    def _answered(self, head: Head, body: bytes) -> Answer:
        try:
            request = self._proven(head, body)
        except SignatureError as error:
            return fault(_shape(head), error.code, error.message, 403)
        try:
            refusal = self._permitted(request)
            return refusal or self._traced(request)
        except AgenticError as error:
            return fault_of(_shape(head), error)
        except Exception as error:  # noqa: BLE001  whatever breaks in here or in moto, the caller gets an answer it understands
            _log.exception("A request to %s failed inside the local cloud.", request.service)
            message = f"The local cloud failed with {type(error).__name__}; see its log."
            return fault(_shape(head), "InternalFailure", message)

    def _proven(self, head: Head, body: bytes) -> Request:
        claim = read_claim(head)
        identity = self._identities.find(claim.access_key_id)
        if identity is None:
            raise SignatureError("UnrecognizedClientException", "The access key id was revoked.")
        principal, secret = identity
        verify(head, body, claim, secret, self._clock)
        return Request(head, body, claim.service, claim.region, principal, claim.access_key_id)

    def _permitted(self, request: Request) -> Answer | None:
        if request.principal == OPERATOR:
            return None
        needs = self._actions.needs(request)
        try:
            # To need nothing is not to be allowed: a batch for no table, for one.
            if needs is None or not needs.pairs:
                raise RefusedError(f"{request.principal} is not allowed to do this in {request.service}")
            self._check(request, needs)
        except RefusedError as error:
            facts = {"refused": True, "principal": request.principal, "message": error.message}
            self._observer(trace.Event("resource", "end", request.service, facts=facts))
            return denied(_shape(request.head), error.message)
        return None

    def _check(self, request: Request, needs: Needs) -> None:
        context = dict(needs.context)
        function = self._identities.source_function(request.access_key_id)
        if function:
            context["lambda:SourceFunctionArn"] = function
        for action, resource in needs.pairs:
            self._permissions.check(request.principal, action, resource, context)

    def _traced(self, request: Request) -> Answer:
        """Told before anything of it is done, and again when all of it is, before whoever asks hears of it."""
        name = f"{request.service} {request.operation or request.head.method}"
        self._observer(trace.Event("request", "start", name))
        answer = self._routed(request)
        self._observer(trace.Event("request", "end", name))
        return answer

    def _routed(self, request: Request) -> Answer:
        answer = route(request, self._services) or self._overlaid(request)
        if answer is not None:
            return answer
        match request.service:
            case "dynamodb":
                return self._tables.answer(request)
            case "s3":
                return self._buckets.answer(request)
            case "sqs":
                return self._queues.answer(request)
            case "sns":
                answer = self._topics.answer(request)
                self._queues.changed()
                return answer
            case service if self._moto.serves(service):
                head = request.head
                with self._moto.lock(service):
                    return self._moto.handle(service, request.region, head.method, head.target, head.headers, request.body)
            case service:
                message = f"The local cloud does not have this part of {service}."
                return fault(_shape(request.head), "UnknownOperationException", message, 404)

    def _overlaid(self, request: Request) -> Answer | None:
        """GetSecretValue of a key that lives in memory for one run: never seen by moto, log or disk."""
        if request.service != "secretsmanager" or request.operation != "GetSecretValue":
            return None
        body = json_body(request) or {}
        secret_id = str(body.get("SecretId", ""))
        name = secret_id.partition(":secret:")[2] if secret_id.startswith("arn:") else secret_id
        value = self.secret_overlay.get(name)
        if value is None:
            return None
        found = {
            "ARN": self._actions.secret(request, secret_id),
            "Name": name,
            "VersionId": "00000000-0000-0000-0000-000000000000",
            "VersionStages": ["AWSCURRENT"],
            "SecretString": value,
        }
        return Answer(200, (("Content-Type", "application/x-amz-json-1.1"),), json.dumps(found).encode())

    def _secret_arn(self, region: str, secret_id: str) -> str:
        with self._moto.lock("secretsmanager"):
            secret = self._moto.models("secretsmanager", region).secrets.get(secret_id)
        return "" if secret is None else str(secret.arn)


def _shape(head: Head) -> str:
    """The service that a request is or seems to be for, only to shape an error; proves nothing."""
    if head.fields.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return QUERY
    try:
        return read_claim(head).service
    except SignatureError:
        return "" if "x-amz-target" in head.fields else "s3"
