"""What API Gateway hands a function, and what it makes of the answer (payload format version 2.0)."""

import base64
import binascii
import json
import time
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import parse_qsl

from agentic.local.endpoint.message import Answer, Head
from agentic.local.http_apis.declarations import ApiDeclaration
from agentic.local.http_apis.matching import Match


def event_of(
    api: ApiDeclaration, stage: str, matched: Match, head: Head, body: bytes, authorizer: Mapping[str, Any], request_id: str
) -> dict[str, Any]:
    """The event. A body that is no text is base64."""
    headers = {name.lower(): value for name, value in head.fields.items()}
    cookies = [part.strip() for part in headers.pop("cookie", "").split(";") if part.strip()]
    now = time.time()
    domain = headers.get("host", "")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": matched.route.key,
        "rawPath": head.path,
        "rawQueryString": head.query,
        "headers": headers,
        "requestContext": {
            "accountId": api.execution_arn.split(":")[4],
            "apiId": api.id,
            "domainName": domain,
            "domainPrefix": api.id,
            "http": {
                "method": head.method,
                "path": head.path,
                "protocol": "HTTP/1.1",
                "sourceIp": head.peer,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": request_id,
            "routeKey": matched.route.key,
            "stage": stage,
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
            "timeEpoch": int(now * 1000),
            **({"authorizer": dict(authorizer)} if authorizer else {}),
        },
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = cookies
    if parameters := _joined(head.query):
        event["queryStringParameters"] = parameters
    if matched.parameters:
        event["pathParameters"] = matched.parameters
    if body:
        try:
            event["body"] = body.decode()
        except UnicodeDecodeError:
            event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    return event


def answer_of(payload: bytes) -> Answer | None:
    """The answer that a function's JSON stands for; None for one that API Gateway could not send."""
    try:
        given: Any = json.loads(payload or b"null")
    except ValueError:
        return None
    if not isinstance(given, Mapping) or "statusCode" not in given:
        # Then the whole answer is the body.
        return Answer(200, (("Content-Type", "application/json"),), json.dumps(given).encode())
    answer = cast(Mapping[str, Any], given)
    try:
        status, text = int(answer["statusCode"]), str(answer.get("body") or "")
        body = base64.b64decode(text, validate=True) if answer.get("isBase64Encoded") else text.encode()
        headers = tuple((str(name), str(value)) for name, value in dict(answer.get("headers") or {}).items())
        cookies = tuple(("Set-Cookie", str(one)) for one in answer.get("cookies") or ())
    except (ValueError, TypeError, binascii.Error):
        return None
    return Answer(status, (*headers, *cookies), body) if 100 <= status < 600 else None


def _joined(query: str) -> dict[str, str]:
    """Repeated parameters are joined by commas."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        found[name] = f"{found[name]},{value}" if name in found else value
    return found
