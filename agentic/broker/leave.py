"""Who may send: what the key's class and the run's write mode say, and what a person has said in answer to a question."""

from collections.abc import Mapping

from agentic.broker import replay
from agentic.broker.credentials import key_class
from agentic.broker.identity import fingerprint
from agentic.broker.question import question
from agentic.broker.rules import Allowed
from agentic.core.spec import ApiSpec
from agentic.core.values import Approval, PendingCall, RunError, Target, WriteMode
from agentic.runs.journal import Entry
from agentic.runs.record import TakenCall

_OTHER_ACCOUNT = (
    "the API's key is not the one that the call was shown for: it was changed since, and may be another account's; "
    "the call was not sent"
)


def key_refused(spec: ApiSpec, taken: TakenCall, secret: Mapping[str, str], *, live_keys: bool) -> str:
    """Why nothing is sent with this key; empty when it may be used."""
    if key_class(spec.secrets, secret) != "live":
        return ""
    if taken.target is Target.FAKE:
        return "a live key is never sent to a fake"
    return "" if live_keys else f"live keys are refused; set {spec.name}.live_keys: true to accept them"


def account_of(taken: TakenCall, secret: Mapping[str, str]) -> str:
    """Which key it is, for whoever has the run's seed; tells nothing of the key."""
    return fingerprint(taken.effect_seed, secret)


def leave(
    spec: ApiSpec,
    taken: TakenCall,
    entry: Entry,
    allowed: Allowed,
    secret: Mapping[str, str],
    now: float,
    *,
    before: Entry | None,
) -> Approval | PendingCall | RunError | str | None:
    """None for a write that may be sent, or the approval that it uses up.

    Else why it is refused, in words; the question to a person; or the error with which the run ends, where the script asks for
    another write than the approved one. `before` is the same write of an earlier script of this run: then nobody's general
    leave covers this one.
    """
    harmless = taken.target is Target.FAKE or key_class(spec.secrets, secret) == "test"
    mode = taken.writes or (WriteMode.ALLOW if harmless else WriteMode.APPROVE)
    if mode is WriteMode.REFUSE:
        return "this run may only read"
    if mode is WriteMode.ALLOW and not before:
        return None
    account = account_of(taken, secret)
    approval, asked = taken.approval, taken.pending
    # Of this very script, and in time; else it is asked anew.
    if approval and asked and asked.code_sha256 == taken.code_sha256 and now < asked.expires:
        if approval.account != account:
            return RunError("other_account", _OTHER_ACCOUNT, "run the task again")
        if approval.all and not before:
            return None
        if approval.digest == entry.digest == asked.digest:
            return approval
        if not approval.all and not approval.returned and asked.lane == entry.lane:
            return replay.differs_from_approved(asked, entry)
    return question(spec, allowed, taken, entry, account, now, before)
