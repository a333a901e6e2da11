"""Who calls an HTTP API: an identity of this cloud by its signature, or a token's holder. Anybody else is nobody."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agentic.core.errors import RefusedError
from agentic.local.endpoint.message import Head
from agentic.local.endpoint.signature import SignatureError, read_claim, verify
from agentic.local.http_apis.declarations import AuthorizerDeclaration
from agentic.local.http_apis.tokens import Issuers, TokenError
from agentic.local.identities import OPERATOR, Identities
from agentic.local.permissions import Permissions

_SERVICE = "execute-api"


class NobodyError(Exception):
    """The caller is not let in: 401 where a token is missing or bad, 403 for a signature and for what it may not do."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Callers:
    """Judges requests. `clock` is what signatures are dated by."""

    identities: Identities
    permissions: Permissions
    issuers: Issuers
    clock: Callable[[], datetime]

    def signed(self, head: Head, body: bytes, region: str, resource: str) -> Mapping[str, Any]:
        """What the event says of an AWS identity that may invoke `resource`. Raises `NobodyError`."""
        try:
            claim = read_claim(head)
            identity = self.identities.find(claim.access_key_id)
            if identity is None:
                raise SignatureError("UnrecognizedClientException", "the access key is not one of this cloud")
            if (claim.service, claim.region) != (_SERVICE, region):
                raise SignatureError("SignatureDoesNotMatch", f"it is signed for {claim.service} in {claim.region}")
            principal, secret = identity
            verify(head, body, claim, secret, self.clock)
            context: dict[str, str] = {}
            if function := self.identities.source_function(claim.access_key_id):
                context["lambda:SourceFunctionArn"] = function
            self.permissions.check(principal, f"{_SERVICE}:Invoke", resource, context)
        except SignatureError as error:
            raise NobodyError(403, error.message) from error
        except RefusedError as error:
            raise NobodyError(403, error.message) from error
        return {"iam": _described(principal, claim.access_key_id, resource.split(":")[4])}

    def holder(self, head: Head, authorizer: AuthorizerDeclaration) -> Mapping[str, Any]:
        """What the event says of a token's holder. Raises `NobodyError`."""
        given = head.fields.get("authorization", "")
        token = given[7:] if given[:7].lower() == "bearer " else given
        if not token:
            raise NobodyError(401, "there is no token")
        try:
            claims = self.issuers.claims(token.strip(), authorizer.issuer, authorizer.audiences)
        except TokenError as error:
            raise NobodyError(401, str(error)) from error
        # API Gateway hands every claim over as a text.
        return {"jwt": {"claims": {name: _text(value) for name, value in claims.items()}, "scopes": None}}


def _described(principal: str, access_key_id: str, account: str) -> dict[str, Any]:
    if principal == OPERATOR:
        user_id, arn = "LOCALOPERATOR", f"arn:aws:iam::{account}:user/{OPERATOR}"
    else:
        role = principal.rsplit("/", 1)[-1]
        user_id, arn = f"LOCALROLE{role}:local", f"arn:aws:sts::{account}:assumed-role/{role}/local"
    return {
        "accessKey": access_key_id,
        "accountId": account,
        "callerId": user_id,
        "cognitoIdentity": None,
        "principalOrgId": "",
        "userArn": arn,
        "userId": user_id,
    }


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"[{' '.join(map(str, value))}]" if isinstance(value, list) else str(value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
