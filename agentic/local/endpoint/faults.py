"""Errors in the shape of the service they are for, so that boto3 raises what it would raise for AWS.

Never a 5xx: boto3 would send the request again, and repeat a whole agent run.
"""

import json
from xml.sax.saxutils import escape

from agentic.core.errors import AgenticError, RefusedError, UsageError
from agentic.local.endpoint.message import Answer

_XML = (("Content-Type", "application/xml"),)
_S3_CODES = {
    "AccessDeniedException": "AccessDenied",
    "MissingAuthenticationTokenException": "AccessDenied",
    "UnrecognizedClientException": "InvalidAccessKeyId",
}
QUERY = "query"
"""Stands for every service of the query protocol, whose requests are forms and whose errors are XML."""


def fault(service: str, code: str, message: str, status: int = 400) -> Answer:
    """`service` is the signing name, or QUERY. `code` is the JSON protocols'; the XML ones get their own word for it."""
    if service == "s3":
        return _s3(_S3_CODES.get(code, code), message, status)
    if service == QUERY:
        body = (
            "<ErrorResponse><Error><Type>Sender</Type>"
            f"<Code>{escape(_S3_CODES.get(code, code))}</Code><Message>{escape(message)}</Message></Error></ErrorResponse>"
        )
        return Answer(status, _XML, body.encode())
    # One body for JSON 1.0, JSON 1.1 and REST-JSON: the first two read `__type`, the last one the header.
    body = json.dumps({"__type": code, "message": message, "Message": message})
    return Answer(status, (("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-ErrorType", code)), body.encode())


def denied(service: str, message: str) -> Answer:
    """The caller is known and may not do this."""
    return fault(service, "AccessDeniedException", message, 403)


def fault_of(service: str, error: AgenticError) -> Answer:
    """An error of ours on the wire.

    Whoever raises it may choose the answer with `aws_code` and `aws_status` in the error's data (4xx only).
    """
    code, status = error.data.get("aws_code"), error.data.get("aws_status")
    if isinstance(code, str) and isinstance(status, int) and 400 <= status < 500:
        return fault(service, code, error.message, status)
    if isinstance(error, RefusedError):
        return denied(service, error.message)
    if service == "lambda":
        code, status = (
            ("ResourceNotFoundException", 404) if isinstance(error, UsageError) else ("InvalidRequestContentException", 400)
        )
    elif isinstance(error, UsageError):
        code, status = "ValidationException", 400
    elif service in {"bedrock-agentcore", "bedrock"} and error.data.get("status") == 429:
        code, status = "ThrottlingException", 429
    elif service == "bedrock-agentcore":
        code, status = "RuntimeClientError", 424
    elif service == "bedrock":
        code, status = "ModelErrorException", 424
    else:
        code, status = f"{type(error).__name__}", 400
    return fault(service, code, f"{error.message} ({error.hint})" if error.hint else error.message, status)


def _s3(code: str, message: str, status: int) -> Answer:
    body = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message><RequestId>local</RequestId></Error>"
    return Answer(status, _XML, b'<?xml version="1.0" encoding="UTF-8"?>\n' + body.encode())
