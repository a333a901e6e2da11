"""Who may ask the server on this machine: whoever carries its token, which is the one user."""

import hmac
import secrets
from collections.abc import Mapping
from typing import Any

from agentic.core.errors import UsageError
from agentic.serving.serving import Caller

VARIABLE = "AGENTIC_TOKEN"
_SHORTEST = 16


def token_of(environ: Mapping[str, str]) -> tuple[str, bool]:
    """The token, and whether it was made here. Raises `UsageError` for one that is too short to be a secret."""
    given = environ.get(VARIABLE, "")
    if not given:
        return secrets.token_urlsafe(32), True
    if len(given) < _SHORTEST or not given.isascii() or any(not "!" <= character <= "~" for character in given):
        raise UsageError(
            f"{VARIABLE} must have {_SHORTEST} or more printable ASCII characters, no blanks",
            hint="leave it out, and one is made",
        )
    return given, False


class TokenAuthentication:
    """Knows one caller, by the token alone."""

    challenge = "Bearer"

    def __init__(self, token: str, caller: Caller) -> None:
        self._expected = f"Bearer {token}".encode()
        self._caller = caller

    def caller(self, headers: Mapping[str, str], scope: Mapping[str, Any]) -> Caller | None:
        # Of unequal lengths too it takes the same time.
        given = headers.get("authorization", "").encode("utf-8", "replace")
        return self._caller if hmac.compare_digest(given, self._expected) else None
