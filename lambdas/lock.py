"""The lock file as the build reads it: of each distribution the one version and the hashes its files may have."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from agentic.core.errors import BuildError

_PIN = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>[^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")

_HINT = "lock it in pyproject.toml; a plugin brings a lock file of its own (`Sdk.lock`, docs/plugins.md)"


@dataclass(frozen=True, slots=True)
class Pin:
    """One distribution, pinned."""

    name: str
    version: str
    hashes: frozenset[str]


class Lock:
    """A `requirements.lock`: pins by name."""

    def __init__(self, pins: Mapping[str, Pin], path: Path, *, hint: str = _HINT) -> None:
        self._pins = pins
        self._path = path
        self._hint = hint

    @classmethod
    def read(cls, path: Path, *, hint: str = "") -> "Lock":
        """The pins in the file; `hint` says what to do when it is not there. Raises `BuildError`."""
        try:
            lines = path.read_text().splitlines()
        except OSError as error:
            raise BuildError(f"the lock file {path} cannot be read: {error.strerror}", hint=hint or "install again") from error
        found: dict[str, tuple[str, set[str]]] = {}
        name = ""
        for line in lines:
            if pin := _PIN.match(line):
                name = canonicalize_name(pin["name"])
                found[name] = (pin["version"], set())
            if name and not line.lstrip().startswith("#"):
                found[name][1].update(_HASH.findall(line))
        return cls({name: Pin(name, version, frozenset(hashes)) for name, (version, hashes) in found.items()}, path)

    def before(self, other: "Lock") -> "Lock":
        """These pins, and those of `other` for what is not pinned here."""
        return Lock({**other._pins, **self._pins}, self._path, hint=f"`agentic plugins lock` pins anew what {self._path} pins")

    def pin(self, requirement: Requirement) -> Pin:
        """The pin that meets `requirement`. Raises `BuildError` when there is none."""
        pin = self._pins.get(canonicalize_name(requirement.name))
        hint = f"{self._hint}; the functions take nothing that {self._path.name} does not pin"
        if pin is None or not pin.hashes:
            raise BuildError(f"unknown requirement {requirement}: {self._path.name} does not pin it with hashes", hint=hint)
        if not requirement.specifier.contains(pin.version, prereleases=True):
            raise BuildError(f"requirement {requirement} does not fit {pin.name} {pin.version} in {self._path.name}", hint=hint)
        return pin


def parse(text: str) -> Requirement:
    """A requirement from its text. Raises `BuildError` when it is none."""
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        raise BuildError(f"{text!r} is not a requirement: {str(error).splitlines()[0]}") from error
