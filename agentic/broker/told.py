"""What an API's answer says of its limits: that one is used up, and how long to wait for it.

`Retry-After` (RFC 9110), `X-RateLimit-*` (GitHub and others: `Reset` in epoch seconds or as seconds to wait), `RateLimit-*` and
`RateLimit` (drafts of the IETF). What cannot be read counts as not said: an API's answer is data.
"""

import email.utils
import math
import re
from dataclasses import dataclass

from agentic.core.wire import HttpResponse

LONGEST_HOLD = 3600.0
"""Seconds for which an answer may hold back other calls, whatever it says: the hour after which GitHub counts anew."""

TOO_MANY = 429
_LIMITED = frozenset({TOO_MANY, 403})
_UNAVAILABLE = 503
_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,6})?")
_DRAFT = re.compile(r"(?:^|[;,\s])(remaining|reset|r|t)\s*=\s*([0-9]{1,12})(?=$|[;,\s])", re.IGNORECASE)
# Anything later than this is a time, anything else how long to wait: 10 years in seconds.
_A_TIME = 315_360_000.0
_MILLISECONDS = 100_000_000_000.0
# The limit of GitHub's that all calls share; of others only the calls of one family have their part.
_COMMON = frozenset({"", "core"})


@dataclass(frozen=True, slots=True)
class Told:
    """`limited`: the API did not do it, because there were too many. `seconds`: how long it says to wait; None if it does not.

    `hold`: what to hold back other calls for. `family_only`: it speaks of a limit that only some of the API's calls have.
    """

    limited: bool = False
    seconds: float | None = None
    hold: float = 0.0
    family_only: bool = False


def told(answer: HttpResponse, now: float) -> Told:
    """What the answer says at `now` (epoch seconds). Never raises."""
    headers = {name.lower(): value.strip()[:200] for name, value in reversed(answer.headers)}
    after, (remaining, reset) = _after(headers.get("retry-after", ""), now), _left(headers, now)
    used_up = remaining == 0 and reset is not None
    # A 403 may mean many things: it is about a limit only where it says so.
    limited = answer.status == TOO_MANY or (answer.status in _LIMITED and (after is not None or used_up))
    seconds = after if after is not None else reset if used_up else None
    # Without a word about the time it may be about this very object (Stripe, lock_timeout): nobody else waits for it.
    hold = seconds or 0.0
    if not limited:
        # A server that is down asks to come again later: our own further try keeps to it. Others ask the breaker.
        seconds = after if answer.status == _UNAVAILABLE else None
        hold = reset or 0.0 if used_up and (200 <= answer.status < 300 or answer.status == 304) else 0.0
    family_only = headers.get("x-ratelimit-resource", "").lower() not in _COMMON
    return Told(limited, seconds, min(hold, LONGEST_HOLD), family_only)


def _after(text: str, now: float) -> float | None:
    if _NUMBER.fullmatch(text):
        return float(text)
    try:
        at = email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError, OSError):
        return None
    return max(0.0, at - now) if math.isfinite(at) else None


def _left(headers: dict[str, str], now: float) -> tuple[int | None, float | None]:
    """How many are left, and after how many seconds there are more."""
    for prefix in ("x-ratelimit-", "ratelimit-", "x-rate-limit-"):
        remaining, reset = headers.get(f"{prefix}remaining", ""), headers.get(f"{prefix}reset", "")
        if _NUMBER.fullmatch(remaining):
            return int(float(remaining)), _wait(reset, now)
    # "limit=10, remaining=0, reset=5", and later `"default";r=0;t=5`.
    found = {name.lower(): value for name, value in _DRAFT.findall(headers.get("ratelimit", ""))}
    remaining, reset = found.get("remaining", found.get("r", "")), found.get("reset", found.get("t", ""))
    return (int(remaining), _wait(reset, now)) if remaining else (None, None)


def _wait(text: str, now: float) -> float | None:
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    if value > _MILLISECONDS:
        value /= 1000
    return max(0.0, value - now) if value > _A_TIME else value
