"""Who asks, by API Gateway's word: the authorizer's findings in the event's context, which no caller can write."""

from collections.abc import Mapping
from typing import Any, cast

from agentic.serving.serving import Caller


class GatewayAuthentication:
    """Without an authorizer's word nobody is known: a route that was left open by mistake serves nobody."""

    challenge = "Bearer"

    def caller(self, headers: Mapping[str, str], scope: Mapping[str, Any]) -> Caller | None:
        """A caller by ARN, with the sessions that the same identity has with the command line; or by issuer and subject."""
        context = _mapping(_mapping(scope.get("aws.event")).get("requestContext"))
        authorizer = _mapping(context.get("authorizer"))
        iam = _mapping(authorizer.get("iam"))
        if arn := str(iam.get("userArn") or ""):
            return Caller(arn, f"{iam.get('accountId')} {iam.get('userId')}")
        claims = _mapping(_mapping(authorizer.get("jwt")).get("claims"))
        issuer, subject = str(claims.get("iss") or ""), str(claims.get("sub") or "")
        return Caller(f"{issuer} {subject}", f"{issuer} {subject}") if issuer and subject else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
