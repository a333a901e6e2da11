"""A local HTTP API over a function that answers with its event, and an issuer of tokens on this machine."""

import base64
import http.client
import http.server
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from agentic.local.agents import FunctionPolicies
from agentic.local.agents.function_policies import FunctionPermission
from agentic.local.http_apis import (
    ApiDeclaration,
    AuthorizerDeclaration,
    HttpApis,
    IntegrationDeclaration,
    RouteDeclaration,
    StageDeclaration,
)
from agentic.local.identities import OPERATOR, Identities
from agentic.local.permissions import Permissions
from agentic.local.services import InvokeResult

ACCOUNT, REGION = "123456789012", "us-east-1"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:asked"
EXECUTION = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:abc123"
AUDIENCE = "agentic"
KEYS = ("GET /runs", "POST /runs", "GET /runs/{run_id}", "GET /static/{path+}")

Answering = Callable[[dict[str, Any]], Any]


def echo(event: dict[str, Any]) -> Any:
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(event)}


@dataclass
class Function:
    """The one function. `answering` makes its answer from the event."""

    answering: Answering = echo
    seconds: float = 0.0
    error: str = ""
    asked: int = 0

    def invoke(self, name_or_arn: str, payload: bytes, **options: Any) -> InvokeResult:
        assert name_or_arn == FUNCTION
        self.asked += 1
        time.sleep(self.seconds)
        return InvokeResult(200, json.dumps(self.answering(json.loads(payload))).encode(), self.error)


class Issuer:
    """An OpenID Connect issuer on 127.0.0.1: its description, its keys, and tokens."""

    def __init__(self) -> None:
        self.key = generate_private_key(65537, 2048)
        handler = type("Handler", (_Handler,), {"issuer": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.asked: list[str] = []
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str) -> Any:
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        numbers = self.key.public_key().public_numbers()
        return {"keys": [{"kty": "RSA", "use": "sig", "kid": "one", "e": _number(numbers.e), "n": _number(numbers.n)}]}

    def token(self, *, key: RSAPrivateKey | None = None, header: Mapping[str, Any] | None = None, **claims: Any) -> str:
        """A token that is good but for what is given; None takes a claim away."""
        now = int(time.time())
        good = {"iss": self.url, "aud": AUDIENCE, "sub": "alice", "iat": now, "exp": now + 600}
        body = {name: value for name, value in {**good, **claims}.items() if value is not None}
        signed = f"{_part({'alg': 'RS256', 'kid': 'one', **(header or {})})}.{_part(body)}"
        signature = (key or self.key).sign(signed.encode(), PKCS1v15(), SHA256())
        return f"{signed}.{_encoded(signature)}"


class _Handler(http.server.BaseHTTPRequestHandler):
    issuer: Issuer

    def do_GET(self) -> None:
        body = json.dumps(self.issuer.answer(self.path)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@dataclass
class World:
    """`send` asks the API; `signed` gives the headers of an identity."""

    apis: HttpApis
    identities: Identities
    permissions: Permissions
    policies: FunctionPolicies
    function: Function
    logs: Path
    url: str = ""
    region: str = REGION
    issued: dict[str, Any] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def send(
        self, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> tuple[int, Any, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, target, body or None, dict(headers or {}))
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text or b"null"), {name.lower(): value for name, value in answer.getheaders()}
        finally:
            connection.close()

    def signed(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        *,
        principal: str = OPERATOR,
        service: str = "execute-api",
        region: str = REGION,
        secret: str = "",
    ) -> dict[str, str]:
        keys = self.identities.issue(principal)
        request = AWSRequest(method=method, url=f"{self.url}{target}", data=body)
        SigV4Auth(Credentials(keys.access_key_id, secret or keys.secret_access_key), service, region).add_auth(request)
        return {"Host": f"127.0.0.1:{self.port}", **dict(request.headers.items())}


@contextmanager
def running(
    logs: Path, *, authorization: str = "AWS_IAM", issuer: str = "", seconds: float = 30, rate: float = 0, burst: int = 0
) -> Iterator[World]:
    function, identities, permissions, policies = Function(), Identities(), Permissions(), FunctionPolicies()
    apis = HttpApis(function, identities, permissions, policies, logs)
    world = World(apis, identities, permissions, policies, function, logs)
    try:
        world.url = apis.create(ApiDeclaration("abc123", EXECUTION))
        policies.add(FUNCTION, allowed())
        apis.put("abc123", IntegrationDeclaration("i", FUNCTION, seconds))
        if issuer:
            apis.put("abc123", AuthorizerDeclaration("a", issuer, (AUDIENCE,)))
        for number, key in enumerate(KEYS):
            authorizer = "a" if authorization == "JWT" else ""
            apis.put("abc123", RouteDeclaration(str(number), key, "i", authorization, authorizer))
        log_format = '{"route":"$context.routeKey","status":"$context.status","caller":"$context.identity.userArn"}'
        apis.put("abc123", StageDeclaration("$default", rate, burst, log_format))
        yield world
    finally:
        apis.close()


def allowed(source: str = f"{EXECUTION}/*/*") -> FunctionPermission:
    return FunctionPermission(statement_id="http", principal="apigateway.amazonaws.com", source_arn=source)


def _part(value: Mapping[str, Any]) -> str:
    return _encoded(json.dumps(value).encode())


def _number(value: int) -> str:
    return _encoded(value.to_bytes((value.bit_length() + 7) // 8))


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
