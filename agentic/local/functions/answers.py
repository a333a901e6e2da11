"""Lambda's own answers where the handler gave none: the shapes that callers on AWS see."""

import json
import os

from agentic.core.errors import UsageError
from agentic.local.services import InvokeResult

# Lambda's limits for one synchronous event and answer, and for an asynchronous event (reference: Lambda quotas).
PAYLOAD_BYTES = 6_291_456
RESPONSE_BYTES = 6_291_556
ASYNCHRONOUS_BYTES = 1_048_576
UNHANDLED = "Unhandled"


def accepted() -> InvokeResult:
    """An asynchronous invocation was taken."""
    return InvokeResult(202, b"")


def answered(payload: bytes, *, failed: bool) -> InvokeResult:
    """What the handler returned, or the error it raised."""
    if len(payload) > RESPONSE_BYTES:
        return _error(
            "Function.ResponseSizeTooLarge",
            f"Response payload size exceeded maximum allowed payload size ({RESPONSE_BYTES} bytes).",
        )
    return InvokeResult(200, payload, UNHANDLED if failed else "")


def timed_out(request_id: str, seconds: float) -> InvokeResult:
    return _error("Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds")


def exited(request_id: str, status: int) -> InvokeResult:
    """The process ended without an answer; `status` as `os.waitpid` gives it."""
    return _error("Runtime.ExitError", f"RequestId: {request_id} Error: Runtime exited with error: {exit_text(status)}")


def exit_text(status: int) -> str:
    """`exit status 3` or `signal: killed`, in AWS's words."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return f"signal: {_SIGNALS.get(number, number)}"
    return f"exit status {os.WEXITSTATUS(status)}"


def unknown_function(arn: str) -> UsageError:
    return UsageError(f"Function not found: {arn}", aws_code="ResourceNotFoundException", aws_status=404)


def tenant_missing() -> UsageError:
    return UsageError(
        "The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your request and try again.",
        aws_code="InvalidParameterValueException",
        aws_status=400,
    )


def tenant_not_expected() -> UsageError:
    return UsageError(
        "The invoked function is not enabled with tenancy configuration. Remove the tenant ID from your request and try again.",
        aws_code="InvalidParameterValueException",
        aws_status=400,
    )


def too_many() -> UsageError:
    return UsageError("Rate Exceeded.", aws_code="TooManyRequestsException", aws_status=429)


def too_large(limit: int) -> UsageError:
    return UsageError(
        f"Request must be smaller than {limit} bytes for the InvokeFunction operation",
        aws_code="RequestTooLargeException",
        aws_status=413,
    )


def not_json() -> UsageError:
    return UsageError("Could not parse request body into json", aws_code="InvalidRequestContentException", aws_status=400)


def _error(kind: str, message: str) -> InvokeResult:
    return InvokeResult(200, json.dumps({"errorType": kind, "errorMessage": message}).encode(), UNHANDLED)


_SIGNALS = {6: "aborted", 9: "killed", 11: "segmentation fault", 15: "terminated", 31: "bad system call"}
