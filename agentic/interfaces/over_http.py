"""A stack's HTTP API as this command asks it: each request signed or with a token, each problem an error of ours."""

import http.client
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast
from urllib.parse import urlencode, urlsplit

from agentic.core.errors import AgenticError, MissingCredentialsError, RefusedError, UsageError

TOKEN_VARIABLE = "AGENTIC_HTTP_TOKEN"  # noqa: S105 # the variable's name

# API Gateway answers within 30 s, whatever the function does.
_PATIENCE_SECONDS = 40.0
_TRIES = 5
_LONGEST_PAUSE = 20.0
_LARGEST_ANSWER = 16 * 1024 * 1024


class Proof(Protocol):
    """Says who asks. `headers` is given the whole request; it may sign it."""

    def headers(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> dict[str, str]: ...


@dataclass(frozen=True, slots=True)
class Signature:
    """SigV4 for API Gateway. `credentials` are botocore's, asked for anew with each request: they may run out."""

    credentials: Callable[[], Any]
    region: str

    def headers(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> dict[str, str]:
        from botocore.auth import SigV4Auth  # pyright: ignore[reportMissingTypeStubs]
        from botocore.awsrequest import AWSRequest  # pyright: ignore[reportMissingTypeStubs]

        request: Any = AWSRequest(method=method, url=url, data=body, headers=dict(headers))
        signing: Any = SigV4Auth(self.credentials(), "execute-api", self.region)
        signing.add_auth(request)
        return dict(request.headers.items())


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """A token of the stack's issuer."""

    token: str

    def headers(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> dict[str, str]:
        return {**headers, "Authorization": f"Bearer {self.token}"}


class HttpApi:
    """One HTTP API. `pause` waits between tries."""

    def __init__(self, url: str, proof: Proof, pause: Callable[[float], None] = time.sleep) -> None:
        self._url = url.rstrip("/")
        self._proof = proof
        self._pause = pause
        parts = urlsplit(self._url)
        if parts.scheme != "https" and parts.hostname != "127.0.0.1":
            raise UsageError(f"{self._url} is not asked: only https://, or this machine", hint="`agentic outputs` has http_url")

    def get(self, path: str, **query: Any) -> Any:
        """The answer's JSON. What fails in passing is asked again. Raises as `_problem` says."""
        given = {name: str(value) for name, value in query.items() if value not in ("", None)}
        return self._again("GET", f"{path}{f'?{urlencode(given)}' if given else ''}", b"", {})

    def post(self, path: str, body: Mapping[str, Any] | None = None, *, key: str = "") -> Any:
        """As `get`; only a request with an idempotency `key` is sent again where it may have been carried out."""
        headers = {"Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}
        text = b"" if body is None else json.dumps(body).encode()
        return self._again("POST", path, text, headers) if key else self._once("POST", path, text, headers)

    def delete(self, path: str) -> Any:
        return self._once("DELETE", path, b"", {})

    def _again(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Any:
        for tried in range(1, _TRIES):
            try:
                return self._once(method, target, body, headers)
            except _PassingError as error:
                if error.seconds > _LONGEST_PAUSE:
                    raise
                self._pause(max(error.seconds, min(2.0**tried / 4, _LONGEST_PAUSE)))
        return self._once(method, target, body, headers)

    def _once(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Any:
        status, given, text = self._send(method, target, body, headers)
        try:
            answer: Any = json.loads(text or b"null")
        except ValueError as error:
            raise _PassingError(f"the HTTP API answered {status} and no JSON") from error
        if 200 <= status < 300:
            return answer
        raise _problem(status, answer, given.get("retry-after", ""))

    def _send(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str], bytes]:
        url = f"{self._url}{target}"
        parts = urlsplit(self._url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=_PATIENCE_SECONDS)
        try:
            proven = self._proof.headers(method, url, body, {"Accept": "application/json", **headers})
            connection.request(method, f"{parts.path}{target}", body or None, proven)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read(_LARGEST_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise _PassingError(f"the HTTP API at {self._url} does not answer: {type(error).__name__}") from error
        finally:
            connection.close()


class _PassingError(AgenticError):
    """Another try may go well. `seconds`: not before them."""

    code = "http_api"

    def __init__(self, message: str, *, hint: str = "try again", seconds: float = 0) -> None:
        super().__init__(message, hint=hint)
        self.seconds = seconds


def _problem(status: int, answer: Any, retry_after: str) -> AgenticError:
    """The error that a problem stands for, under its own code; API Gateway's own answers have only a `message`."""
    told: dict[str, Any] = dict(cast("Mapping[str, Any]", answer)) if isinstance(answer, Mapping) else {}
    message = str(told.get("detail") or told.get("message") or f"the HTTP API answered {status}")
    code, hint = str(told.get("code") or ""), str(told.get("hint") or "")
    if status in (429, 503):
        seconds = float(retry_after) if retry_after.isdecimal() else 1.0
        # Somebody has to wait who can decide to: it may take hours.
        waits = _LONGEST_PAUSE + 1 if code in ("busy", "too_many_requests") else seconds
        return _named(_PassingError, code)(message, hint=hint or f"try again in {seconds:.0f} s", seconds=waits)
    if status == 401:
        return MissingCredentialsError(
            "the HTTP API does not take your token", hint=f"set {TOKEN_VARIABLE} to one of the stack's issuer that is not over"
        )
    if status == 403 and not code:
        return MissingCredentialsError(
            "the HTTP API does not let you in", hint="your AWS identity needs execute-api:Invoke on it (docs/deploying.md)"
        )
    kinds: Mapping[int, type[AgenticError]] = {409: RefusedError, 404: UsageError, 422: UsageError, 400: UsageError}
    return _named(kinds.get(status, AgenticError), code)(message, hint=hint)


def _named[Kind: AgenticError](kind: type[Kind], code: str) -> type[Kind]:
    """Such an error with a code of its own."""
    return cast("type[Kind]", type("HttpApiError", (kind,), {"code": code or kind.code}))
