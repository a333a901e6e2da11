"""Where an SDK's modules come from: the packages installed here, or wheels. Only names are looked at until one is read."""

import hashlib
import importlib.util
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path, PurePosixPath


@dataclass(frozen=True, slots=True)
class Source:
    """One module's file."""

    is_package: bool
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Sources:
    """The modules of an SDK by dotted name. `fingerprint` changes when they may have changed."""

    modules: Mapping[str, Source]
    fingerprint: str


def installed(packages: Iterable[str]) -> Sources:
    """The top-level `packages` that are installed here, found without importing them. Fingerprint: sizes and times."""
    modules: dict[str, Source] = {}
    facts: list[str] = []
    for package in sorted(set(packages)):
        for path, parts in _files(package):
            state = path.stat()
            facts.append(f"{'/'.join(parts)} {state.st_size} {state.st_mtime_ns}")
            _add(modules, parts, path.read_bytes)
    return Sources(modules, hashlib.sha256("\n".join(facts).encode()).hexdigest())


def of_wheels(packages: Iterable[str], wheels: Iterable[tuple[Path, str]]) -> Sources:
    """What `wheels` (each with its SHA-256) have of the top-level `packages`. Fingerprint: the wheels' digests."""
    wanted = set(packages)
    modules: dict[str, Source] = {}
    digests: list[str] = []
    for path, sha256 in wheels:
        digests.append(sha256)
        with zipfile.ZipFile(path) as opened:
            names = [name for name in opened.namelist() if name.endswith(".py") and _top(name) in wanted]
        # Opening a wheel for each module would read its directory thousands of times.
        contents = cache(partial(_contents, path, tuple(names)))
        for name in names:
            _add(modules, PurePosixPath(name).parts, partial(_member, contents, name))
    return Sources(modules, hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest())


def _files(package: str) -> Iterator[tuple[Path, tuple[str, ...]]]:
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return
    if spec is None or not spec.origin or not spec.origin.endswith(".py"):
        return
    origin = Path(spec.origin)
    if not spec.submodule_search_locations:
        yield origin, (origin.name,)
        return
    for folder, folders, names in sorted(origin.parent.walk()):
        folders[:] = [name for name in folders if name.isidentifier()]
        parts = folder.relative_to(origin.parent.parent).parts
        yield from ((folder / name, (*parts, name)) for name in sorted(names) if name.endswith(".py"))


def _add(modules: dict[str, Source], parts: tuple[str, ...], read: Callable[[], bytes]) -> None:
    is_package = parts[-1] == "__init__.py"
    names = parts[:-1] if is_package else (*parts[:-1], parts[-1].removesuffix(".py"))
    if all(name.isidentifier() for name in names):
        modules.setdefault(".".join(names), Source(is_package, read))


def _top(name: str) -> str:
    return PurePosixPath(name).parts[0].removesuffix(".py")


def _contents(path: Path, names: Iterable[str]) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as opened:
        return {name: opened.read(name) for name in names}


def _member(contents: Callable[[], dict[str, bytes]], name: str) -> bytes:
    return contents()[name]
