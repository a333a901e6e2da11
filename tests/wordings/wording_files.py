"""The wordings beside this module as frozen values: rewordings of each recipe's task, and tasks that only look like one."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
# Further wordings and near misses, each batch by somebody who had seen neither the matcher nor any of the others.
SECOND, THIRD = FOLDER / "second", FOLDER / "third"
APIS = ("stripe", "github", "openweather")
# The first wordings of each recipe may be read by who works on the matcher; the others nobody who does has read.
READABLE = 3
ASKED, REFUSED = "asked", "refused"

# By the script's constants. A list holds values that are equally right.
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wording:
    """A task, the recipe that it means and the constants that it sets; all others stay as the script has them."""

    api: str
    recipe: str
    task: str
    values: Values
    held_out: bool


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A task that may end in one of `may`, or in one of the recipes `right` with exactly these values."""

    api: str
    task: str
    why: str
    may: frozenset[str]
    right: Mapping[str, Values]


def wordings(api: str, folder: Path = FOLDER) -> list[Wording]:
    return [
        Wording(api, recipe, wording["task"], wording["values"], held_out=number >= READABLE)
        for recipe, told in _file(api, folder).items()
        if recipe != "near"
        for number, wording in enumerate(told["wordings"])
    ]


def near_misses(api: str, folder: Path = FOLDER) -> list[NearMiss]:
    return [
        NearMiss(api, near["task"], near["why"], frozenset(near.get("may", (ASKED, REFUSED))), near.get("right", {}))
        for near in _file(api, folder)["near"]
    ]


def _file(api: str, folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / f"{api}.toml").read_text("utf-8"))
