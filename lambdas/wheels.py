"""Dependencies of a function: wheels for its own platform, at the versions and hashes of the lock file.

Never what is installed on the building machine. Wheels are kept by content in the cache; with all of them there, no
network is needed. What a requirement needs itself is read from the wheels' own metadata, decided for the target.
"""

import email
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from agentic.core.errors import BuildError

from . import archive, bytecode
from .lock import Lock, Pin, parse
from .storage import save
from .target import Target

# Raised when the layers' form changes: those in the cache are then not used again.
_LAYER_FORM = "1"
_USELESS_SUFFIXES = frozenset({".pyi", ".c", ".h", ".pxd", ".pyx", ".pyc", ".typed"})
_DOWNLOAD_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel in the cache, its content already checked against the lock."""

    pin: Pin
    path: Path
    sha256: str


class Wheels:
    """The wheels for one target. `cache` is the folder that they are kept in."""

    def __init__(self, lock: Lock, target: Target, cache: Path) -> None:
        self._lock = lock
        self._target = target
        self._cache = cache

    def layers(self, requirements: Iterable[str]) -> list[dict[str, archive.Entry]]:
        """The files of the requirements and all they need, one mapping per distribution."""
        return [self._layer(wheel) for wheel in self.closure(requirements)]

    def closure(self, requirements: Iterable[str]) -> list[Wheel]:
        """The wheels of the requirements and of all that those require on the target, by name."""
        done: dict[str, Wheel] = {}
        extras: dict[str, set[str]] = {}
        todo = [parse(text) for text in requirements]
        while todo:
            new = {pin.name: pin for pin in (self._lock.pin(item) for item in todo) if pin.name not in done}
            for wheel in self._wheels(new.values()):
                done[wheel.pin.name] = wheel
            asked, todo = todo, list[Requirement]()
            for item in asked:
                name = canonicalize_name(item.name)
                fresh = {"", *item.extras} - extras.setdefault(name, set())
                extras[name] |= fresh
                for extra in sorted(fresh):
                    todo += self._requires(done[name], extra)
        return [done[name] for name in sorted(done)]

    def _requires(self, wheel: Wheel, extra: str) -> list[Requirement]:
        environment = self._target.markers | {"extra": extra}
        texts: list[str] = _metadata(wheel.path).get_all("Requires-Dist") or []
        needed = [parse(text) for text in texts]
        return [item for item in needed if item.marker is None or item.marker.evaluate(environment)]

    def _wheels(self, pins: Iterable[Pin]) -> list[Wheel]:
        pins = list(pins)
        missing = [pin for pin in pins if self._find(pin) is None]
        if missing:
            self._download(missing)
        found = [self._find(pin) for pin in pins]
        return [wheel for wheel in found if wheel]

    def _find(self, pin: Pin) -> Wheel | None:
        """The wheel in the cache. Its name stands in an index; its content decides whether it is the one."""
        try:
            sha256, name = self._index(pin).read_text().split()
            path = self._cache / "wheels" / sha256 / name
            content = path.read_bytes()
        except (OSError, ValueError):
            return None
        fits = sha256 in pin.hashes and hashlib.sha256(content).hexdigest() == sha256
        return Wheel(pin, path, sha256) if fits else None

    def _index(self, pin: Pin) -> Path:
        return self._cache / "wheels" / "index" / f"{pin.name}-{pin.version}-{self._target.label}"

    def _download(self, pins: list[Pin]) -> None:
        with tempfile.TemporaryDirectory(prefix="agentic-wheels-") as folder:
            listing = Path(folder, "requirements.txt")
            lines = [
                f"{pin.name}=={pin.version} {' '.join(f'--hash=sha256:{item}' for item in sorted(pin.hashes))}" for pin in pins
            ]
            listing.write_text("\n".join(lines) + "\n")
            _pip(listing, Path(folder), self._target, ", ".join(f"{pin.name} {pin.version}" for pin in pins))
            by_name = {pin.name: pin for pin in pins}
            for path in sorted(Path(folder).glob("*.whl")):
                content = path.read_bytes()
                sha256 = hashlib.sha256(content).hexdigest()
                pin = by_name.pop(canonicalize_name(path.name.split("-")[0]))
                if sha256 not in pin.hashes:
                    raise BuildError(f"{path.name} does not have one of the hashes that the lock file gives")
                save(self._cache / "wheels" / sha256 / path.name, content)
                save(self._index(pin), f"{sha256} {path.name}\n".encode())
        if by_name:
            raise BuildError(f"pip brought no wheel of {', '.join(by_name)} for {self._target.label}")

    def _layer(self, wheel: Wheel) -> dict[str, archive.Entry]:
        """The wheel's useful files as a function's zip holds them; kept, because compiling and compressing take seconds."""
        with_bytecode = bytecode.usable(self._target.python_version)
        form = f"{_LAYER_FORM}-{sys.version if with_bytecode else 'plain'}"
        path = self._cache / "layers" / f"{wheel.sha256}-{hashlib.sha256(form.encode()).hexdigest()[:16]}.zip"
        if path.is_file():
            return archive.read(path.read_bytes())
        entries = archive.pack(_useful(wheel.path), with_bytecode=with_bytecode)
        save(path, archive.write(entries))
        return entries


def _pip(listing: Path, folder: Path, target: Target, what: str) -> None:
    platforms = [part for platform in target.platforms for part in ("--platform", platform)]
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--retries", "1"),
        *("--only-binary=:all:", "--no-deps", "--require-hashes", "--implementation", "cp"),
        *("--python-version", target.python_version, *platforms, "--dest", str(folder), "--requirement", str(listing)),
    ]
    problem = f"the wheels of {what} for {target.label} are not in the cache and could not be fetched"
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_DOWNLOAD_SECONDS, check=False)  # noqa: S603 # our own interpreter
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BuildError(f"{problem}: {type(error).__name__}", hint="check the network, then run it again") from error
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR:") or "No module named pip" in line]
        reason = lines[0].removeprefix("ERROR: ") if lines else f"pip ended with status {done.returncode}"
        raise BuildError(f"{problem}: {reason}", hint="check the network (once cached, none is needed), then run it again")


def _useful(path: Path) -> dict[str, bytes]:
    """A wheel's files as they belong into a function: without tests, stubs, scripts and most metadata."""
    files: dict[str, bytes] = {}
    with zipfile.ZipFile(path) as opened:
        for name in opened.namelist():
            where = "" if name.endswith("/") else _place(PurePosixPath(name))
            if where:
                content = opened.read(name)
                # `importlib.metadata.version` needs the head only; the rest is the project's page.
                files[where] = content.partition(b"\n\n")[0] + b"\n" if name.endswith(".dist-info/METADATA") else content
    return files


def _place(name: PurePosixPath) -> str:
    """Where a wheel's file goes; empty when it does not."""
    parts = name.parts
    if parts[0].endswith(".data"):
        if len(parts) < 3 or parts[1] not in ("purelib", "platlib"):
            return ""
        parts = parts[2:]
    if parts[0].endswith(".dist-info"):
        path = "/".join(parts)
        licence = "licen" in path.lower() or parts[-1].upper().startswith(("COPYING", "NOTICE"))
        return path if licence or parts[-1] == "METADATA" else ""
    if "tests" in parts[:-1] or "__pycache__" in parts or name.suffix in _USELESS_SUFFIXES:
        return ""
    return "/".join(parts)


def _metadata(path: Path) -> Message:
    with zipfile.ZipFile(path) as opened:
        name = next((name for name in opened.namelist() if name.endswith(".dist-info/METADATA")), "")
        if not name:
            raise BuildError(f"{path.name} is not a wheel: it has no METADATA")
        return email.message_from_bytes(opened.read(name))


def distributions(modules: Mapping[str, str], known: Mapping[str, str]) -> list[str]:
    """The distributions that bring the imported `modules` (each with who imports it), by the table `known`."""
    unknown = sorted(set(modules) - set(known))
    if unknown:
        module = unknown[0]
        raise BuildError(
            f"{modules[module]} imports {module}, which no known distribution brings",
            hint="add it to DISTRIBUTIONS in lambdas/build.py, or do without",
        )
    return sorted({known[module] for module in modules})
