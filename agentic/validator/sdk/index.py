"""An SDK's public calls as a function's zip carries them: lines of JSON, each read when a script first asks for it.

Line 0 is the head: `modules` (all public modules that scripts may import, with their lines) and `stored` (attributes that
the SDK's code sets on objects from outside). Every other line is one record:

    ["m", name, open, {name: reference}]                                            a module
    ["c", name, open instances, open class, {name: reference}, [ancestors' lines], construction, further names, [patterns]]
    ["f", names, open, [lines of unpacked keys], {name: shape}, positional-only names, positions]    what a call takes
    ["t", keys, {key: shape}, [lines of bases]]                                     a dictionary with known keys

"Open" means that there may be any name. A reference is "" (nothing known), "m3" (the module on line 3), "c3" (the class),
"i3" (an instance of it), "f3" (a function that takes line 3), "f3>i4|i5" (and gives one of these; "~" before them: a
coroutine), "pi4" (an attribute of instances), "s" (an instance of the class that was asked). A shape is "t3" (a
dictionary with the keys of line 3), "[t4" (a list of such), or both.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

FORM = 1


class Parameters(NamedTuple):
    """What a call takes by keyword. `names`: its own; `keys`: those of the dictionaries it unpacks, with their shapes.

    `shapes`: of the values of `names`. `positions`: the positional parameters in their order, where they matter.
    """

    names: frozenset[str]
    keys: dict[str, str]
    shapes: dict[str, str]
    positional: frozenset[str]
    positions: Sequence[str]
    open: bool


class SdkIndex:
    """The index of one API's SDK. Answers from its bytes alone; a look-up reads only the lines it needs."""

    def __init__(self, content: bytes) -> None:
        self._lines = content.split(b"\n")
        self._records: dict[int, list[Any]] = {}
        self._flat: dict[int, dict[str, str]] = {}
        head: dict[str, Any] = json.loads(self._lines[0])
        self.usable = head["form"] == FORM
        self.modules: dict[str, int] = head["modules"]
        self.stored = frozenset(head["stored"].split())

    @classmethod
    def load(cls, path: "Path") -> "SdkIndex | None":
        """The index in the file, or None where there is none of this form."""
        try:
            index = cls(path.read_bytes())
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return index if index.usable else None

    def root(self, path: str) -> tuple[str, list[str]] | None:
        """The module that a dotted path starts from, as a reference, and the names that follow; None if it is not the SDK's."""
        parts = path.split(".")
        # `from a.b import c` asks the module `a.b`, even where `a` has something else under the name `b`; of what is
        # imported last, a name in its module comes before a module.
        for count in [*range(len(parts) - 1, 0, -1), len(parts)]:
            line = self.modules.get(".".join(parts[:count]))
            if line is not None:
                return f"m{line}", parts[count:]
        return None

    def member(self, reference: str, name: str) -> str | None:
        """What `name` is on what `reference` stands for; "" if that is not known, None if it certainly has no such name."""
        if reference[:1] not in {"m", "c", "i"} or name in self.stored:
            return ""
        record = self.record(reference)
        if record[0] == "m":
            return record[3].get(name, "" if record[2] else None)
        line = int(reference[1:])
        for item in (record, *map(self._record, record[5])):
            found = item[4].get(name)
            if found is not None:
                if found[:1] == "p":
                    found = found[1:] if reference[0] == "i" else ""
                return _with_own(found, line)
        opened = record[2] if reference[0] == "i" else record[3]
        return "" if opened or self._may_have(record, name) else None

    def result(self, reference: str) -> str:
        """What a call of `reference` gives: references, after "~" if it must be awaited."""
        if reference[:1] == "c":
            return "" if self.record(reference)[6] == "-" else f"i{reference[1:]}"
        return reference.partition(">")[2] if reference[:1] == "f" else ""

    def parameters(self, reference: str) -> Parameters | None:
        """What a call of `reference` takes, or None if that is not known."""
        if reference[:1] == "c":
            reference = self._construction(reference)
        if reference[:1] != "f":
            return None
        _, names, opened, unpacked, shapes, positional, positions = self.record(reference.partition(">")[0])
        keys: dict[str, str] = {}
        for line in unpacked:
            keys.update(self.keys(line))
        return Parameters(
            frozenset(names.split()), keys, shapes, frozenset(positional.split()), positions.split(), bool(opened)
        )

    def keys(self, line: int) -> dict[str, str]:
        """The keys of a dictionary, each with the shape of its value ("" if it may be anything)."""
        if line not in self._flat:
            _, names, shapes, bases = self._record(line)
            flat: dict[str, str] = {}
            for base in bases:
                for name, shape in self.keys(base).items():
                    # Where two differ, the value is not looked into.
                    flat[name] = shape if flat.get(name, shape) == shape else ""
            flat.update({name: shapes.get(name, "") for name in names.split()})
            self._flat[line] = flat
        return self._flat[line]

    def names(self, reference: str) -> list[str]:
        """The public names of a module, class or instance."""
        record = self.record(reference)
        if record[0] == "m":
            return list(record[3])
        return [name for item in (record, *map(self._record, record[5])) for name in item[4]]

    def record(self, reference: str) -> list[Any]:
        return self._record(int(reference[1:]))

    def _record(self, line: int) -> list[Any]:
        if line not in self._records:
            self._records[line] = json.loads(self._lines[line])
        return self._records[line]

    def _construction(self, reference: str) -> str:
        found: str = self.record(reference)[6]
        return found

    def _may_have(self, record: list[Any], name: str) -> bool:
        import fnmatch  # only asked of what is about to be reported

        lines = [record, *map(self._record, record[5])]
        return any(name in item[7].split() for item in lines) or any(
            fnmatch.fnmatchcase(name, pattern) for item in lines for pattern in item[8]
        )


def _with_own(reference: str, line: int) -> str:
    """The reference with "s" (an instance of the class asked) made definite."""
    if not reference.endswith("s") and "s|" not in reference:
        return reference
    head, arrow, types = reference.rpartition(">")
    wait = "~" if types.startswith("~") else ""
    parts = [f"i{line}" if part == "s" else part for part in types.removeprefix("~").split("|")]
    return f"{head}{arrow}{wait}{'|'.join(parts)}"
