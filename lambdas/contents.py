"""What of this project a function needs: found by following the imports from its handler, never by copying folders.

A module counts as needed when it is imported (also inside a function, but not under TYPE_CHECKING), and when a string
constant names it: as a dotted name, as "module:name", as a file beside it, or in Python text that imports it. That is
how child processes and references name code. In a package's own __init__.py such texts are names it offers, which count
only when they are used.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agentic.core.errors import BuildError

# Nothing that ships may reach these (DESIGN, section 5): they are of the laptop, and slow or dangerous in a function.
FORBIDDEN = (
    "agentic.topology",
    "agentic.local",
    "agentic.interfaces",
    "agentic.registry",
    "pulumi",
    "pluggy",
    "moto",
    "strands",
)

# What the Lambda runtime brings (locally: the local cloud's own environment).
RUNTIME = frozenset({"boto3", "botocore", "awslambdaric"})

_DOTTED = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)(?::\w+)?")
_SCRIPT = re.compile(r"[A-Za-z_]\w*\.py")


@dataclass(frozen=True, slots=True)
class Contents:
    """`files`: names in the zip to the files they come from. `third_party`: top-level modules to who imports them."""

    files: Mapping[str, Path]
    third_party: Mapping[str, str]


def follow(handler: Path, roots: Iterable[str], packages: Mapping[str, Path]) -> Contents:
    """The contents for `handler` (a one-file module) plus the modules `roots`.

    `packages` are the top-level packages that may be taken from, each with its folder (or its file, if it is a single
    module). Raises `BuildError` for a root that is not there and for a way to something forbidden.
    """
    walk = _Walk(packages)
    if not handler.is_file():
        raise BuildError(f"no handler at {handler}", hint="each function has a folder in lambdas/ with a handler.py")
    walk.add("handler.py", handler, "handler", is_package=False)
    for root in roots:
        if not walk.module(root, "the API's spec"):
            raise BuildError(f"the module {root}, which the API's spec names, was not found", hint="see docs/plugins.md")
    walk.run()
    return Contents(walk.files, walk.third_party)


class _Walk:
    def __init__(self, packages: Mapping[str, Path]) -> None:
        self.files: dict[str, Path] = {}
        self.third_party: dict[str, str] = {}
        self._packages = packages
        self._todo: list[tuple[str, Path, bool]] = []

    def add(self, name_in_zip: str, path: Path, module: str, *, is_package: bool) -> None:
        if name_in_zip not in self.files:
            self.files[name_in_zip] = path
            self._todo.append((module, path, is_package))

    def run(self) -> None:
        while self._todo:
            module, path, is_package = self._todo.pop()
            try:
                tree = ast.parse(path.read_bytes(), path.name)
            except SyntaxError as error:
                raise BuildError(f"{path}: SyntaxError at line {error.lineno}") from error
            parent = module if is_package else module.rpartition(".")[0]
            for node in _nodes(tree):
                if not (is_package and isinstance(node, ast.Constant)):
                    self._visit(node, module, parent, path)

    def module(self, name: str, importer: str) -> bool:
        """Take the module `name` and the packages above it. False when it is none of ours."""
        _refuse(name, importer)
        top, *rest = name.split(".")
        if top not in self._packages:
            return False
        if self._locate(name) is None:
            return False
        for depth in range(len(rest) + 1):
            above = ".".join([top, *rest[:depth]])
            located = self._locate(above)
            if located is None:
                continue  # a folder without __init__.py
            path, is_package = located
            tail = "/__init__.py" if is_package else ".py"
            self.add(above.replace(".", "/") + tail, path, above, is_package=is_package)
        return True

    def _locate(self, name: str) -> tuple[Path, bool] | None:
        top, *rest = name.split(".")
        base = self._packages[top]
        if base.suffix == ".py":
            return None if rest else (base, False)
        package = base.joinpath(*rest, "__init__.py")
        if package.is_file():
            return package, True
        module = base.joinpath(*rest[:-1], f"{rest[-1]}.py") if rest else base
        return (module, False) if rest and module.is_file() else None

    def _visit(self, node: ast.AST, module: str, parent: str, path: Path) -> None:
        match node:
            case ast.Import(names):
                for alias in names:
                    self._imported(alias.name, module)
            case ast.ImportFrom(source, names, level):
                base = ".".join(part for part in (_above(parent, level), source or "") if part) if level else source or ""
                self._imported(base, module)
                for alias in names:
                    if base.split(".")[0] in self._packages and not self.module(f"{base}.{alias.name}", module):
                        for home in self._homes(base, alias.name):
                            self._imported(home, module)
            case ast.Constant(str(text)):
                self._named(text, module, parent, path)
            case _:
                pass

    def _named(self, text: str, module: str, parent: str, path: Path) -> None:
        """Take what a string constant names (see the module's first lines)."""
        dotted = _DOTTED.fullmatch(text)
        if dotted and dotted[1].split(".")[0] in self._packages and self._locate(dotted[1]):
            self.module(dotted[1], module)
        elif parent and _SCRIPT.fullmatch(text) and path.with_name(text).is_file():
            self.module(f"{parent}.{text.removesuffix('.py')}", module)
        elif "import " in text and any(package in text for package in self._packages):
            for inner in _imports_in(text):
                self._visit(inner, module, "", path)

    def _homes(self, package: str, name: str) -> list[str]:
        """The modules that a package's own __init__.py names as where it takes `name` from, when that is first used."""
        located = self._locate(package)
        if located is None or not located[1]:
            return []
        tables = (node for node in ast.walk(ast.parse(located[0].read_bytes())) if isinstance(node, ast.Dict))
        pairs = [pair for table in tables for pair in zip(table.keys, table.values, strict=True)]
        homes = [value.value for key, value in pairs if _is_text(key, name) and isinstance(value, ast.Constant)]
        return [home for home in homes if isinstance(home, str) and home.split(".")[0] in self._packages and self._locate(home)]

    def _imported(self, name: str, importer: str) -> None:
        top = name.split(".")[0]
        if top in self._packages:
            if not self.module(name, importer):
                raise BuildError(f"{importer} imports {name}, which is not there")
            return
        _refuse(name, importer)
        if top not in sys.stdlib_module_names and top not in RUNTIME:
            self.third_party.setdefault(top, importer)


def _is_text(node: ast.expr | None, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node, but for what stands under `if TYPE_CHECKING:`."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            todo += node.orelse
            continue
        yield node
        todo += ast.iter_child_nodes(node)


def _imports_in(text: str) -> list[ast.AST]:
    """The import statements of a text that is Python, such as a child process's first line; none for prose."""
    try:
        return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
    except (SyntaxError, ValueError):
        return []


def _above(parent: str, level: int) -> str:
    parts = parent.split(".")
    return ".".join(parts[: len(parts) - level + 1])


def _refuse(name: str, importer: str) -> None:
    for forbidden in FORBIDDEN:
        if name == forbidden or name.startswith((f"{forbidden}.", f"{forbidden}_")):
            raise BuildError(
                f"{importer} reaches {name}, which must not ship in a function", hint="move what it needs out of there"
            )
