"""Finds a call of a script that runs again in the journal of its earlier attempts, and sees where the two part ways."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from agentic.core.values import CallState, PendingCall, RunError
from agentic.runs.journal import Entry

LOOK_AT_IT = "look at the API itself before running this again"
_HINT = "run the task again; a script that asks for other things each time cannot be paused"


def known(entries: Sequence[Entry], asked: Entry, serve: Callable[[Entry], bool]) -> Entry | RunError | None:
    """The entry whose answer the script is to get now; None for a call that is new.

    An error where the script does something else than it did: its lane has calls left that it should have made first.
    `serve` marks an entry as given; another thread of the script may be quicker.
    """
    entries = [entry for entry in entries if entry.round == asked.round]
    for entry in entries:
        if (asked.attempt, asked.number) in {entry.place, (entry.served, entry.served_as)}:
            # The same request once more: its answer got lost on the way.
            return entry if entry.digest == asked.digest else differs(entry, asked)
    earlier = [entry for entry in entries if entry.attempt < asked.attempt]
    left = [entry for entry in earlier if entry.served < asked.attempt]
    same = [entry for entry in left if entry.digest == asked.digest]
    for entry in sorted(same, key=lambda entry: entry.lane != asked.lane):
        if serve(entry):
            return replace(entry, served=asked.attempt, served_as=asked.number)
        # Another lane was quicker.
        left.remove(entry)
    in_lane = next((entry for entry in left if entry.lane == asked.lane), None)
    return differs(in_lane, asked) if in_lane else None


def left_undone(entries: Sequence[Entry], round_: int, attempt: int, sent: Collection[str]) -> tuple[Entry, ...]:
    """The writes of earlier attempts that the script, run again to its end, has not asked for. `sent`: the keys that left."""
    return tuple(
        entry
        for entry in entries
        if entry.round == round_ and entry.given < attempt and may_be_done(entry) and entry.key in sent
    )


def repeated(entries: Sequence[Entry], asked: Entry) -> Entry | None:
    """The same write of an earlier script of the run, if one has done it, or may have."""
    same = (entry for entry in entries if entry.round < asked.round and entry.digest == asked.digest)
    return next(filter(may_be_done, same), None)


def twin(entries: Sequence[Entry], asked: Entry) -> Entry | None:
    """A write with the same effect that is done: it was made under the same key of the script's."""
    same = (entry for entry in entries if entry.effect == asked.effect and entry.digest == asked.digest)
    return next((entry for entry in same if entry.state is CallState.APPLIED and may_be_done(entry)), None)


def may_be_done(entry: Entry) -> bool:
    """Whether a write has an effect, as far as is known: not if it was never sent, and not if the API refused it."""
    return entry.call.write and entry.state is not CallState.REFUSED and (entry.call.status or 200) < 400


def differs(before: Entry, now: Entry) -> RunError:
    """Both sides in one line each: the difference of the fields where the addresses are the same."""
    return _parted(f"{before.call.method} {before.call.url}", before.call.params, now)


def differs_from_approved(asked: PendingCall, now: Entry) -> RunError:
    return _parted(f"{asked.method} {asked.url}", asked.body, now, "the approved call was")


def _parted(before: str, fields: object, now: Entry, said: str = "the first time it was") -> RunError:
    other = f"{now.call.method} {now.call.url}"
    here, there = (f" with {now.call.params}"[:600], f" with {fields}"[:600]) if fields != now.call.params else ("", "")
    return RunError("diverged", f"run again, the script asked for {other}{here}; {said} {before}{there}", _HINT)
