"""A local cloud whose stack has an HTTP API, and clients that ask it as different callers."""

import http.client
import json
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from agentic import LocalCloud
from agentic.local.identities import OPERATOR
from agentic.serving.routes import ROUTES, Access, Route

sys.path.insert(0, str(Path(__file__).parent.parent / "local" / "http_apis"))

from http_world import AUDIENCE, Issuer

REGION = "us-east-1"
ON_AWS = [route for route in ROUTES if route.access is not Access.LOCAL]
# What a route's body must have at least to be one.
BODIES: dict[str, dict[str, Any]] = {
    "submit_run": {"task": "Create a Stripe customer named Alice", "api": "stripe"},
    "approve_run": {"digest": "d"},
    "validate_script": {"code": "print(1)", "api": "stripe"},
}


@dataclass
class Gateway:
    """The HTTP API of a local cloud's stack."""

    cloud: LocalCloud

    @property
    def url(self) -> str:
        return str(self.cloud.stack("dev").exports["http_url"])

    def send(self, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", int(self.url.rpartition(":")[2]), timeout=60)
        try:
            connection.request(method, target, body or None, dict(headers or {}))
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        try:
            return answer.status, json.loads(text or b"null")
        except ValueError:
            return answer.status, text.decode()

    def ask(self, method: str, target: str, body: Any = None, *, principal: str = OPERATOR, **headers: str) -> tuple[int, Any]:
        """As a caller with an identity of this cloud."""
        text = b"" if body is None else json.dumps(body).encode()
        return self.send(method, target, self.signed(method, target, text, principal=principal, **headers), text)

    def signed(
        self, method: str, target: str, body: bytes = b"", *, principal: str = OPERATOR, secret: str = "", **headers: str
    ) -> dict[str, str]:
        keys = self.cloud._account.identities.issue(principal)
        given = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
        request = AWSRequest(method=method, url=f"{self.url}{target}", data=body, headers=given)
        credentials = Credentials(keys.access_key_id, secret or keys.secret_access_key)
        SigV4Auth(credentials, "execute-api", REGION).add_auth(request)
        return {"Host": self.url.removeprefix("http://"), **dict(request.headers.items())}

    def role(self, name: str) -> str:
        """A role that may ask every route, and nothing else."""
        role = f"arn:aws:iam::123456789012:role/{name}"
        resource = f"arn:aws:execute-api:{REGION}:123456789012:{self.cloud.stack('dev').exports['http_api']}/*"
        statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource}
        self.cloud._account.permissions.set_policy(role, "ask", {"Version": "2012-10-17", "Statement": [statement]})
        return role


@contextmanager
def stage(folder: Path, **config: str) -> Iterator[Gateway]:
    # Tests ask faster than people.
    given = {"apis": '["stripe"]', "http_rate": "10000", "http_burst": "5000", "caller_requests": "100000", **config}
    settings = {f"agentic:{name}": value for name, value in given.items()}
    with LocalCloud(folder / ".agentic", config=settings) as cloud:
        yield Gateway(cloud)


@contextmanager
def jwt_stage(folder: Path, issuer: Issuer) -> Iterator[Gateway]:
    """A stack that takes the issuer's tokens."""
    with stage(folder, http="jwt", http_jwt_issuer=issuer.url, http_jwt_audience=f'["{AUDIENCE}"]') as gateway:
        yield gateway


def path_of(route: Route, run_id: str = "run_0123456789abcdef") -> str:
    """A path of the route, with something in the place of each variable."""
    given = {"run_id": run_id, "seq": "1", "name": "none"}
    return re.sub(r"\{(\w+)\}", lambda found: given[found[1]], route.path)
