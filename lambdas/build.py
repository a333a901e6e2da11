"""Builds the functions' zips: `python lambdas/build.py [--api NAME …]`; the topology calls `Builder` itself.

A zip holds the handler, the modules of `agentic` that it reaches, the frozen specs, for `run_code` the API's SDK, and where
scripts are validated an index of each API's SDK, made from its wheel's source.
The same input gives the same bytes; a zip whose input did not change is taken from the cache by the files' sizes and times.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import sys
import zlib
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

if not __package__:  # run as a script: the package is the folder this file is in
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    import lambdas as _package

    __package__ = _package.__name__

from agentic.core.cache import cache_folder
from agentic.core.errors import AgenticError, BuildError
from agentic.core.frozen import FILE_NAME, freeze, sdk_index_name
from agentic.core.sdk_locks import lock_file
from agentic.core.spec import ApiSpec, CredentialKind
from agentic.validator.describe import cached_index, of_wheels, packages_of

from . import archive, bytecode
from .contents import Contents, follow
from .lock import Lock
from .storage import save
from .target import Target
from .wheels import Wheels, distributions

# The folder of the Pulumi program: lambdas/, requirements.lock and __main__.py stand in it, in a clone and in a wheel.
PROGRAM = Path(__file__).resolve().parent.parent

# Third-party modules that the functions' own code may import, and what brings them. An SDK's modules come with its spec.
DISTRIBUTIONS = {"cryptography": "cryptography", "h11": "h11", "mangum": "mangum", "starlette": "starlette"}

# A zip with this module checks calls against the SDKs, and so takes their indexes.
_INDEX_READER = "agentic/validator/sdk/index.py"
# One with this module serves the web console, whose files stand in a folder beside it.
_CONSOLE_READER, _CONSOLE = "agentic/serving/console_files.py", "agentic/serving/console"

_FORM = "1"
_KEPT_ZIPS = 8
_KIB, _MIB = 2**10, 2**20


@dataclass(frozen=True, slots=True)
class Function:
    """What the build knows of a function. Its zip may have `budget` bytes, and `each_api` more for each API of the stack."""

    name: str
    budget: int
    per_api: bool = False
    each_api: int = 0

    def allowed(self, apis: int) -> int:
        """The most bytes that its zip may have in a stack with so many APIs."""
        return self.budget + self.each_api * apis


# A function's code is fetched on each cold start. Own code is small and must stay so: a big zip means a dependency
# slipped in. validate_code and execute_code carry each API's SDK index too (Stripe's has 115 KiB, others about 40), all carry
# its spec with the recipes. http_api: Starlette and what it needs, half of it AnyIO's and Starlette's; the console. run_code:
# SDK and cryptography with bytecode; half of what Lambda takes in a direct upload (50 MB).
FUNCTIONS = {
    item.name: item
    for item in (
        Function("invoke_generator", 320 * _KIB, each_api=48 * _KIB),
        Function("invoke_executor", 320 * _KIB, each_api=48 * _KIB),
        Function("generate_code", 320 * _KIB, each_api=48 * _KIB),
        Function("validate_code", 512 * _KIB, each_api=160 * _KIB),
        Function("execute_code", 576 * _KIB, each_api=160 * _KIB),
        Function("http_api", 2560 * _KIB, each_api=160 * _KIB),
        Function("run_code", 25 * _MIB, per_api=True),
        Function("worker", 320 * _KIB, each_api=48 * _KIB),
        Function("sweep", 320 * _KIB, each_api=48 * _KIB),
        Function("call_api", 512 * _KIB, per_api=True),
    )
}


@dataclass(frozen=True, slots=True)
class Zip:
    """A built zip. `api` is empty for the functions that exist once."""

    function: str
    api: str
    path: Path
    sha256: str
    size: int


class Builder:
    """One build: looks at the files once, then builds or finds zips. Make a new one after files may have changed."""

    def __init__(self, target: Target, *, cache: Path | None = None, program: Path = PROGRAM, lock: Path | None = None) -> None:
        self._target = target
        self._cache = cache or cache_folder()
        self._program = program
        self._lock = lock or program / "requirements.lock"
        self._states: dict[Path, list[tuple[str, int, int]]] = {}

    def build_all(self, specs: Sequence[ApiSpec], only: Container[str] = FUNCTIONS) -> list[Zip]:
        """The zips of a stack with these APIs, of the functions that it has."""
        return [
            self.build(function.name, group)
            for function in FUNCTIONS.values()
            if function.name in only
            for group in ([[spec] for spec in specs] if function.per_api else [specs])
        ]

    def build(self, name: str, specs: Sequence[ApiSpec]) -> Zip:
        """The zip of one function: with the one spec of its API, or with all of the stack's. Raises `BuildError`."""
        function = FUNCTIONS.get(name)
        if function is None:
            raise BuildError(f"there is no function {name!r}; there are {', '.join(FUNCTIONS)}")
        if function.per_api and len(specs) != 1:
            raise BuildError(f"{name} is built for one API at a time")
        roots = list(_roots(name, specs))
        packages = {"agentic": _package_folder("agentic")} | {
            root.split(".")[0]: _package_folder(root.split(".")[0]) for root in roots
        }
        frozen = freeze(specs)
        key = self._key(name, frozen, [*packages.values(), *(lock for spec in specs if (lock := lock_file(spec)))])
        label = "-".join([name, *(spec.name for spec in specs if function.per_api)])
        note = self._cache / "zips" / f"{label}-{_digest(str(self._program), repr(self._target))[:12]}.json"
        api = specs[0].name if function.per_api else ""
        return _known(note, key, name, api) or self._make(function, specs, roots, packages, frozen, note, key)

    def _make(
        self,
        function: Function,
        specs: Sequence[ApiSpec],
        roots: list[str],
        packages: dict[str, Path],
        frozen: bytes,
        note: Path,
        key: str,
    ) -> Zip:
        contents = follow(self._program / "lambdas" / function.name / "handler.py", roots, packages)
        files = {name: path.read_bytes() for name, path in contents.files.items()} | {FILE_NAME: frozen}
        if _INDEX_READER in contents.files:
            files |= self._indexes(specs)
        if _CONSOLE_READER in contents.files:
            files |= {f"{_CONSOLE}/{path.name}": path.read_bytes() for path in _console(packages["agentic"])}
        own = archive.pack(files, with_bytecode=bytecode.usable(self._target.python_version))
        requirements = list(_requirements(function, specs, contents))
        layers = self._wheels(specs if function.per_api else ()).layers(requirements) if requirements else []
        content = archive.write(archive.merge([own, *layers]))
        if len(content) > (budget := function.allowed(len(specs))):
            raise BuildError(
                f"the zip of {function.name} has {len(content):,} bytes, its budget is {budget:,}",
                hint="see what slipped in; FUNCTIONS in lambdas/build.py says why the budget is what it is",
            )
        sha256 = hashlib.sha256(content).hexdigest()
        api = specs[0].name if function.per_api else ""
        path = self._cache / "zips" / "-".join(part for part in (function.name, api) if part) / f"{sha256}.zip"
        save(path, content)
        save(note, json.dumps({"key": key, "path": str(path), "sha256": sha256, "size": len(content)}).encode())
        _prune(path.parent, keep=path)
        return Zip(function.name, api, path, sha256, len(content))

    def _wheels(self, specs: Iterable[ApiSpec]) -> Wheels:
        """The wheels by the project's lock, after the locks that the plugins of `specs` bring."""
        lock = Lock.read(self._lock)
        for spec in specs:
            if path := lock_file(spec):
                lock = Lock.read(path, hint=f"`agentic plugins lock {spec.name}` writes it").before(lock)
        return Wheels(lock, self._target, self._cache)

    def _indexes(self, specs: Sequence[ApiSpec]) -> dict[str, bytes]:
        """The index of each API's SDK, of the very wheels that its `run_code` carries."""
        indexes: dict[str, bytes] = {}
        for spec in specs:
            wheels = [(wheel.path, wheel.sha256) for wheel in self._wheels([spec]).closure([spec.sdk.requirement])]
            content = cached_index(spec.sdk, of_wheels(packages_of(spec.sdk), wheels), self._cache)
            # A plugin whose SDK has no source to read has no index: its calls are not checked.
            indexes |= {sdk_index_name(spec.name): content} if content else {}
        return indexes

    def _key(self, name: str, frozen: bytes, packages: Iterable[Path]) -> str:
        """What the zip depends on, as a digest; of files only their sizes and times."""
        with_bytecode = bytecode.usable(self._target.python_version)
        sources = [self._state(folder) for folder in sorted({*packages, self._program / "lambdas", self._lock})]
        if name == "http_api":
            sources.append(sorted(_state_of(path) for path in _console(_package_folder("agentic"))))
        tools = (_FORM, zlib.ZLIB_RUNTIME_VERSION, sys.version if with_bytecode else "")
        return _digest(name, repr(self._target), repr(tools), hashlib.sha256(frozen).hexdigest(), repr(sources))

    def _state(self, path: Path) -> list[tuple[str, int, int]]:
        if path not in self._states:
            self._states[path] = sorted(_files(path))
        return self._states[path]


def _roots(name: str, specs: Sequence[ApiSpec]) -> Iterator[str]:
    """The modules that a spec names by reference and this function imports."""
    references: list[str] = []
    for spec in specs:
        if name == "run_code":
            references += [spec.sdk.warm_up, spec.sdk.bootstrap]
        if name == "call_api":
            credentials = [host.credential for host in spec.hosts if host.credential]
            references += [credential.template for credential in credentials if credential.kind is CredentialKind.SIGN]
            references += [spec.settle]
    yield from sorted({reference.partition(":")[0] for reference in references if reference})


def _requirements(function: Function, specs: Sequence[ApiSpec], contents: Contents) -> Iterator[str]:
    sdk_modules: set[str] = set()
    if function.name == "run_code":
        for spec in specs:
            sdk_modules |= {module.split(".")[0] for module in spec.sdk.modules}
            yield spec.sdk.requirement
    yield from distributions({m: who for m, who in contents.third_party.items() if m not in sdk_modules}, DISTRIBUTIONS)


def _package_folder(package: str) -> Path:
    """Where the top-level `package` is: its folder, or its file. Found without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.origin:
        raise BuildError(f"the module {package}, which an API's spec names, is not installed")
    origin = Path(spec.origin)
    return origin.parent if spec.submodule_search_locations else origin


def _files(path: Path) -> Iterator[tuple[str, int, int]]:
    if path.is_dir():
        for item in path.rglob("*.py"):
            yield _state_of(item)
    elif path.exists():
        yield _state_of(path)


def _state_of(path: Path) -> tuple[str, int, int]:
    facts = path.stat()
    return str(path), facts.st_size, facts.st_mtime_ns


def _console(package: Path) -> list[Path]:
    return sorted(path for path in (package.parent / _CONSOLE).iterdir() if path.is_file())


def _known(note: Path, key: str, function: str, api: str) -> Zip | None:
    """The zip that an earlier build made from the same input."""
    try:
        facts = json.loads(note.read_bytes())
        path = Path(facts["path"])
        whole = facts["key"] == key and path.stat().st_size == facts["size"]
        # So that pruning keeps what is in use. Not `touch`, which would make an empty file of one that is pruned right now.
        os.utime(path)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Zip(function, api, path, facts["sha256"], facts["size"]) if whole else None


def _prune(folder: Path, *, keep: Path) -> None:
    zips = sorted((path for path in folder.glob("*.zip") if path != keep), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in zips[_KEPT_ZIPS:]:
        path.unlink(missing_ok=True)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def main(arguments: Sequence[str] | None = None) -> int:
    """Build and print a table: function, size, budget, SHA-256."""
    from agentic.registry import Registry  # not at the top: a function's build needs no registry

    parser = argparse.ArgumentParser(description="Build the functions' zips.")
    parser.add_argument(
        "--api", action="append", help="an API by plugin name (again for more); all that are installed otherwise"
    )
    parser.add_argument("--architecture", choices=("x86_64", "arm64"), default="x86_64")
    parser.add_argument("--python", default="3.12", help="Python version of the functions")
    chosen = parser.parse_args(arguments)
    try:
        registry = Registry.load()
        specs = [registry.get(name) for name in chosen.api or registry.names]
        zips = Builder(Target(chosen.architecture, chosen.python)).build_all(specs)
    except AgenticError as error:
        sys.stderr.write(f"{error.message}\n" + (f"{error.hint}\n" if error.hint else ""))
        return error.exit_code
    for item in zips:
        label = f"{item.function} {item.api}".strip()
        budget = FUNCTIONS[item.function].allowed(len(specs))
        sys.stdout.write(f"{label:<24}{item.size / _KIB:>10,.0f} KiB of {budget / _KIB:>7,.0f}  {item.sha256}  {item.path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
