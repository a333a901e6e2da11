"""Where the library's own functions are bound, and their replacements: found ahead in the zygote, put in place in a child."""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

Wanted = Callable[[ModuleType], bool]


class Bindings:
    """Replacements by the object that they replace, and the places that hold it."""

    def __init__(self) -> None:
        self._places: list[tuple[Any, str, Any]] = []
        self._everywhere: list[tuple[Any, Any, Wanted]] = []

    def at(self, owner: Any, name: str, replacement: Any) -> None:
        """In this one place: an attribute of a class or a module."""
        self._places.append((owner, name, replacement))

    def everywhere(self, original: Any, replacement: Any, wanted: Wanted = lambda _module: True) -> None:
        """Wherever a loaded module (one that is `wanted`) has a name for `original`: `from os import urandom` is one more."""
        self._everywhere.append((original, replacement, wanted))

    def find(self) -> None:
        """Looks through the modules that are loaded now. Our own keep the originals."""
        by_identity = {id(original): (replacement, wanted) for original, replacement, wanted in self._everywhere}
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] == "agentic" or type(module) is not ModuleType:
                continue
            for key, value in list(vars(module).items()):
                replacement, wanted = by_identity.get(id(value), (None, None))
                if wanted is not None and wanted(module):
                    self._places.append((module, key, replacement))

    def rehearse(self) -> None:
        """Puts everything in place and back again: afterwards the memory that it takes is this process's own."""
        before: list[tuple[Any, str, Any]] = [(owner, name, vars(owner)[name]) for owner, name, _ in self._places]
        self.put()
        for owner, name, original in before:
            setattr(owner, name, original)

    def put(self) -> None:
        for owner, name, replacement in self._places:
            setattr(owner, name, replacement)
