"""What a session remembers of a run: little, and nothing secret. A later run's agents read it as data.

A session is a person's runs under one name. Its turns are bounded in number and in characters, so that a long session costs
no more than a short one; the oldest are dropped.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

MOST_TURNS = 8
MOST_CHARACTERS = 6000


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One run of a session. `answer` and `task` are shortened; `ids` are those of the API's objects, as the script printed
    them and the API gave them: "cus_NffrFeUfNV2Hib", "acme/widgets#3", "acme/widgets". `gone` are those that it deleted.
    """

    run_id: str
    task: str
    api: str
    status: str
    answer: str
    ids: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        texts: dict[str, str] = {name: data[name] for name in ("run_id", "task", "api", "status", "answer")}
        return cls(**texts, ids=tuple(data["ids"]), gone=tuple(data["gone"]))


def bounded(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """The newest of some turns, in their order: so many, and so long together, as a message may have."""
    kept: list[Turn] = []
    room = MOST_CHARACTERS
    for turn in reversed(tuple(turns)[-MOST_TURNS:]):
        room -= sum(map(len, (turn.task, turn.api, turn.status, turn.answer, *turn.ids, *turn.gone)))
        if room < 0:
            break
        kept.append(turn)
    return tuple(reversed(kept))
