"""The question to a person: may this write be sent? It shows all of it, or it is not asked."""

import unicodedata

from agentic.broker.rules import Allowed
from agentic.core.values import PendingCall
from agentic.runs.record import TakenCall

OPEN_SECONDS = 24 * 3600.0
_LONGEST = 64 * 1024
_LINES = "\n\t"


def question(allowed: Allowed, taken: TakenCall, digest: str, account: str, now: float) -> PendingCall | str:
    """The pending call; a reason, in words for the script, where a person could not see all that they would allow."""
    if len(allowed.body) > _LONGEST:
        return f"a write needs approval, and a body of more than {_LONGEST:,} bytes cannot be shown to a person"
    try:
        body = allowed.body.decode("utf-8")
    except UnicodeDecodeError:
        return "a write needs approval, and a body that is no text cannot be shown to a person"
    return PendingCall(
        digest=digest,
        method=allowed.method,
        url=allowed.url,
        body=shown(body),
        what=f"{allowed.operation.method} {allowed.operation.path} ({allowed.operation.family})",
        target=taken.target,
        account=account,
        code_sha256=taken.code_sha256,
        asked_at=now,
        expires=now + OPEN_SECONDS,
    )


def shown(text: str) -> str:
    """`text` with an escape for whatever a terminal or a page would not show as it is: control and bidirectional characters."""
    return "".join(character if character.isprintable() or character in _LINES else _escaped(character) for character in text)


def _escaped(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"\\u{{{ord(character):04x}{f' {name}' if name else ''}}}"
