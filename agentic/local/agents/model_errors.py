"""Turns whatever a model provider's client raises into one `ModelError`: what happened, and the next step.

Told by status code and by the kinds of exception in the chain, so that no provider's package has to be imported here.
"""

import re
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from agentic.core.errors import ModelError

_LONGEST_DETAIL = 300

_AWS_STATUS: Mapping[str, int] = {
    "AccessDeniedException": 403,
    "ExpiredTokenException": 401,
    "InvalidSignatureException": 401,
    "UnrecognizedClientException": 401,
    "ResourceNotFoundException": 404,
    "ThrottlingException": 429,
    "throttlingException": 429,
    "ServiceUnavailableException": 503,
    "ModelNotReadyException": 503,
    "ModelTimeoutException": 504,
}

# httpx, urllib3 and botocore have a name each for a connection that ended too early.
_CUT = frozenset({"CutAnswerError", "RemoteProtocolError", "ReadError", "ProtocolError", "ResponseStreamingError"})


class CutAnswerError(Exception):
    """A provider's stream ended before the model's message did."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How a model is reached, for people: its whole name, where, and what to do about keys and missing models."""

    model: str
    place: str
    key_hint: str
    model_hint: str


def model_error(error: BaseException, reach: Reach) -> ModelError:
    """The error in the project's words. Texts of 401 and 403 answers are left out: they may repeat parts of a key."""
    chain = list(_chain(error))
    known = next((item for item in chain if isinstance(item, ModelError)), None)
    if known:
        return known
    names = {kind.__name__ for item in chain for kind in type(item).__mro__}
    if names & _CUT:
        return _error(reach, "stopped in the middle of its answer", "run the task again")
    if "ModelThrottledException" in names:
        return _by_status(429, "", reach)
    if "ContextWindowOverflowException" in names:
        return _error(reach, "cannot take that much text", "choose a model with a larger context, or a shorter task")
    status = next((found for found in map(_status, chain) if found), 0)
    if status:
        return _by_status(status, _detail(chain[0]), reach)
    return _unreachable(chain, names, reach) or _error(
        reach, f"answered in a way that cannot be used ({type(chain[-1]).__name__}: {_detail(chain[-1])})", "run the task again"
    )


def _by_status(status: int, detail: str, reach: Reach) -> ModelError:
    if status in (401, 403):
        return _error(reach, f"refused the credentials (HTTP {status})", reach.key_hint, status)
    if status == 404 or (status == 400 and "model identifier is invalid" in detail):
        return _error(reach, f"is not there (HTTP {status})", reach.model_hint, status)
    if status == 429:
        return _error(reach, "takes no more requests for now (HTTP 429)", "wait a minute, or choose another model", status)
    if status >= 500:
        return _error(reach, f"failed (HTTP {status})", "run the task again in a while, or choose another model", status)
    return _error(reach, f"did not accept the request (HTTP {status}): {detail}", "choose another model", status)


def _unreachable(chain: list[BaseException], names: set[str], reach: Reach) -> ModelError | None:
    if any(isinstance(item, socket.gaierror) for item in chain):
        return _error(reach, f"cannot be reached: the name of {reach.place} does not resolve", "check the network and the URL")
    refused = any(isinstance(item, ConnectionRefusedError) for item in chain)
    if not refused and any("Timeout" in type(item).__name__ for item in chain):
        return _error(reach, "did not answer in time", "run the task again, or choose another model")
    if refused or names & {
        "ConnectionError",
        "ConnectError",
        "APIConnectionError",
        "EndpointConnectionError",
        "HTTPClientError",
    }:
        return _error(reach, f"cannot be reached at {reach.place}", "check that it runs, the network and the URL")
    return None


def _error(reach: Reach, what: str, hint: str, status: int = 0) -> ModelError:
    return ModelError(f"model {reach.model} {what}", hint=hint, model=reach.model, status=status)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from: Strands wraps (`original_exception`), clients chain (`__cause__`)."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = getattr(following, "original_exception", None) or following.__cause__ or following.__context__


def _status(error: BaseException) -> int:
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return max(status, 0)
    response = getattr(error, "response", None)
    if not isinstance(response, dict):
        return 0
    answer = cast("dict[str, dict[str, Any]]", response)  # botocore's ClientError
    code = str(answer.get("Error", {}).get("Code", ""))
    return _AWS_STATUS.get(code) or int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _detail(error: BaseException) -> str:
    """The error's own words in one line of bounded length."""
    text = re.sub(r"\s+", " ", str(error)).strip()
    return text if len(text) <= _LONGEST_DETAIL else text[: _LONGEST_DETAIL - 1] + "…"
