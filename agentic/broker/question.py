"""The question to a person: may this write be sent? It shows all of it, or it is not asked."""

import json
import re
import unicodedata

from agentic.broker.credentials import sendable
from agentic.broker.rules import Allowed
from agentic.core.spec import ApiSpec
from agentic.core.values import PendingCall
from agentic.core.wire import Headers
from agentic.runs.journal import Entry
from agentic.runs.record import TakenCall

OPEN_SECONDS = 24 * 3600.0
_LONGEST = 64 * 1024
# With its escapes: the question stands in the run's record, beside much else, and a record ends at 400 KB.
_LONGEST_TOLD = 80 * 1024
_LINES = "\n\t"
# What Unicode calls letters or marks and shows as nothing: joiners, fillers, variation selectors.
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")


def question(
    spec: ApiSpec, allowed: Allowed, taken: TakenCall, entry: Entry, account: str, now: float, before: Entry | None = None
) -> PendingCall | str:
    """The pending call; a reason, in words for the script, where a person could not see all that they would allow.

    `before` is the same write of an earlier script of the run.
    """
    if len(allowed.body) > _LONGEST:
        return f"a write needs approval, and a body of more than {_LONGEST:,} bytes cannot be shown to a person"
    try:
        body = allowed.body.decode("utf-8")
    except UnicodeDecodeError:
        return "a write needs approval, and a body that is no text cannot be shown to a person"
    if "\0" in body:
        return "a write needs approval, and a binary body cannot be shown to a person"
    headers, told = headers_of(spec, allowed.headers), shown(body)
    if len(json.dumps([headers, told], ensure_ascii=False).encode("utf-8", "replace")) > _LONGEST_TOLD:
        return (
            f"a write needs approval, and what takes more than {_LONGEST_TOLD:,} bytes to be shown cannot be shown to a person"
        )
    return PendingCall(
        digest=entry.digest,
        method=allowed.method,
        url=allowed.url,
        headers=headers,
        body=told,
        what=f"{allowed.operation.method} {allowed.operation.path} ({allowed.operation.family})",
        target=taken.target,
        account=account,
        code_sha256=taken.code_sha256,
        lane=entry.lane,
        done_before=_done_before(before) if before else "",
        asked_at=now,
        expires=now + OPEN_SECONDS,
    )


def headers_of(spec: ApiSpec, headers: Headers) -> Headers:
    """All that an approved request is sent with, besides the key and the id of its effect, which are not the script's."""
    own = spec.idempotency_header.lower()
    return tuple((name, value) for name, value in sendable(spec, headers) if name.lower() != own)


def _done_before(before: Entry) -> str:
    answer = f"the answer was {before.call.status}" if before.call.status else "its answer is not known"
    return f"script {before.round + 1} of this run has done the same already; {answer}"


def shown(text: str) -> str:
    """`text` with an escape for whatever a terminal or a page would not show as it is: control and bidirectional characters."""
    return "".join(character if _is_seen(character) else _escaped(character) for character in text)


def _is_seen(character: str) -> bool:
    return (character.isprintable() and not _UNSEEN.match(character)) or character in _LINES


def _escaped(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"\\u{{{ord(character):04x}{f' {name}' if name else ''}}}"
