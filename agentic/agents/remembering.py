"""What a session keeps of a run: made from its record and its journal, shortened, and without anything secret.

An id counts only where the API itself gave it as an object's id (or the script asked for it by its path) and the script
printed it. Texts of others, such as a customer's name, may hold anything; an id that only stands there is none.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, cast
from urllib.parse import unquote

from agentic.core.key_forms import looks_like_key
from agentic.core.turns import Turn
from agentic.runs import Entry, RunRecord

_LONGEST_TEXT = 300
_MOST_IDS = 10
_LONGEST_ID = 100
_HIDDEN = "[hidden]"
_KEY_BLOCK = "PRIVATE KEY--"
# Tokens in addresses, client secrets, keys without a prefix: long, and letters and digits touch in them as in random texts.
_LONG_WORD = re.compile(r"[\w+-]{20,}")
_TOUCH = re.compile(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_RANDOM_TOUCHES = 3

# "cus_NffrFeUfNV2Hib", "cs_test_a1b2": a prefix, and a word with a digit or a capital in it. "pi_1_secret_2" is none.
_PREFIXED = re.compile(r"(?<![\w/.-])[a-z]{2,12}_(?:test_|live_)?(?=[a-z]*[A-Z0-9])[A-Za-z0-9]{3,80}(?!\w)")
_PART = r"[A-Za-z0-9_.-]{1,100}"
_IN_REPOSITORY = re.compile(rf"/({_PART}/{_PART})/(?:issues|pulls?)/(\d{{1,9}})(?:[/?#]|\Z)")
_REPOSITORY = re.compile(rf"/repos/({_PART}/{_PART})(?:[/?#]|\Z)")
# A response of lists is read so far: more than a person means by "that one".
_MOST_OBJECTS = 500


def turn_of(record: RunRecord, entries: Iterable[Entry]) -> Turn:
    """The turn of a run: `entries` are its journal."""
    printed = record.outcome.stdout if record.outcome else ""
    said = record.error.message if record.error else record.answer or printed
    calls = tuple(entries)
    ids = _ids(f"{printed}\n{record.answer}", _given(calls)) if record.outcome else ()
    gone = tuple(dict.fromkeys(name for entry in calls for name in _deleted(entry)))[:_MOST_IDS]
    return Turn(
        run_id=record.run_id,
        task=_short(record.task, ids),
        api=record.api,
        status=str(record.status),
        answer=_short(said, ids),
        ids=tuple(name for name in ids if name not in gone),
        gone=gone,
    )


def _ids(printed: str, given: Sequence[str]) -> tuple[str, ...]:
    """Those of the ids that the API gave which the script printed, in the order in which it printed them."""
    places: dict[str, int] = {}
    for name in given:
        if len(name) <= _LONGEST_ID and (place := _place(printed, name)) >= 0:
            places[name] = place
    return tuple(sorted(places, key=lambda name: places[name]))[:_MOST_IDS]


def _place(printed: str, name: str) -> int:
    """Where an id stands in what was printed; -1 where it does not."""
    repository, hash_, number = name.partition("#")
    if not hash_:
        found = re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", printed)
        return found.start() if found else -1
    if repository not in printed:
        return -1
    # "issue #3 of acme/widgets", "acme/widgets#3", ".../acme/widgets/issues/3".
    found = re.search(rf"(?:#|/issues/|/pull/){number}(?!\d)", printed)
    return found.start() if found else -1


def _given(entries: Iterable[Entry]) -> tuple[str, ...]:
    """The ids of the objects that the API answered with, or was asked for by path."""
    found: dict[str, None] = {}
    for entry in entries:
        if not 200 <= (entry.call.status or 0) < 300:
            continue
        path = unquote(re.sub(r"\A\w+://[^/]*", "", entry.call.url).partition("?")[0])
        found.update(dict.fromkeys(part for part in path.split("/") if _PREFIXED.fullmatch(part)))
        found.update(dict.fromkeys(_numbered(path)))
        if repository := _REPOSITORY.match(path):
            found[repository[1]] = None
        if entry.response is not None:
            found.update(dict.fromkeys(_answered(entry.response.body)))
    return tuple(found)


def _answered(body: bytes) -> Iterator[str]:
    try:
        pending: list[Any] = [json.loads(body)]
    except (ValueError, RecursionError):
        return
    for _ in range(_MOST_OBJECTS):
        if not pending:
            return
        part = pending.pop()
        if isinstance(part, list):
            pending += cast("list[Any]", part)[:_MOST_OBJECTS]
        elif isinstance(part, dict):
            fields = cast("dict[str, Any]", part)
            yield from _own(fields)
            # What people attach to an object is theirs, not the API's.
            pending += [value for name, value in fields.items() if name != "metadata" and isinstance(value, dict | list)]


def _own(fields: dict[str, Any]) -> Iterator[str]:
    """The id of an object: its field `id`, or what its address says of it."""
    match fields:
        case {"id": str(name)} if _PREFIXED.fullmatch(name):
            yield name
        case {"html_url": str(address), "number": int()}:
            yield from _numbered(address)
        case {"html_url": str(address), "full_name": str(name)} if address.endswith(f"/{name}"):
            yield name
        case _:
            pass


def _deleted(entry: Entry) -> Iterator[str]:
    """The id of what a call deleted, by the API's own word: to delete a subscription is to end it, and it stays."""
    if entry.call.method != "DELETE" or not 200 <= (entry.call.status or 0) < 300 or entry.response is None:
        return
    try:
        answer = json.loads(entry.response.body or b"{}")
    except (ValueError, RecursionError):
        return
    match answer:
        case {"id": str(name), "deleted": True} if _PREFIXED.fullmatch(name):
            yield name
        case _:
            pass


def _numbered(address: str) -> Iterator[str]:
    if found := _IN_REPOSITORY.search(address):
        repository = found[1].removeprefix("repos/")
        yield f"{repository}#{found[2]}"


def _short(text: str, ids: Collection[str]) -> str:
    """One line without anything that looks like a secret; where it is too long, its beginning."""
    # What is far beyond the end is not looked at.
    line = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * _LONGEST_TEXT])
    if _KEY_BLOCK in line:
        # Its lines are words like others.
        return _HIDDEN
    words = (_HIDDEN if looks_like_key(word) else _LONG_WORD.sub(lambda m: _told(m[0], ids), word) for word in line.split())
    told = " ".join(words)
    return told if len(told) <= _LONGEST_TEXT else f"{told[: _LONGEST_TEXT - 1]}…"


def _told(word: str, ids: Collection[str]) -> str:
    if word in ids:
        return word
    secret = "_secret" in word.lower() or len(_TOUCH.findall(word)) >= _RANDOM_TOUCHES
    return _HIDDEN if secret else word
