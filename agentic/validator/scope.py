"""The names of one part of a script, and what each of them stands for, as far as the script says it."""

import ast
from typing import Literal, NamedTuple

type Kind = Literal["module", "class", "function", "comprehension"]


class Value(NamedTuple):
    """One expression that a name stands for; with `element`, any one of that expression's elements (a loop's variable)."""

    expression: ast.expr
    scope: "Scope"
    element: bool = False


class Definition(NamedTuple):
    """A class statement, and the scope in which its bases are evaluated."""

    node: ast.ClassDef
    scope: "Scope"


class Scope:
    """The names bound in a module, class, function or comprehension.

    `paths`: imported names and where they lead. `values`: what a name stands for, None among them if that is not known.
    `imported`, `caught`: how many of those bindings are imports, and errors that an `except` names. `classes`: those that are
    class statements. `node`: the construct that opens the scope (none for type parameters).
    """

    __slots__ = (
        "caught", "classes", "fixed", "global_names", "imported", "kind", "names", "node", "nonlocal_names", "parent", "paths",
        "values",
    )  # fmt: skip

    def __init__(self, kind: Kind, parent: "Scope | None" = None, node: ast.AST | None = None) -> None:
        self.kind: Kind = kind
        self.parent = parent
        self.node = node
        # Whether the names bound here are always found here (or an error), never further out.
        self.fixed = kind in {"function", "comprehension"}
        self.names: set[str] = set()
        self.paths: dict[str, set[str]] = {}
        self.values: dict[str, list[Value | None]] = {}
        self.imported: dict[str, int] = {}
        self.caught: dict[str, int] = {}
        self.classes: dict[str, list[Definition]] = {}
        self.global_names: set[str] = set()
        self.nonlocal_names: set[str] = set()

    def holders(self, name: str) -> list["Scope"]:
        """The scopes in which `name` may be found at run time, nearest first.

        A function's names are fixed, so the search ends there; a class's or module's may be missing when asked for.
        """
        found: list[Scope] = []
        scope: Scope | None = self
        while scope is not None:
            if name in scope.global_names:
                scope = scope.module
            if name in scope.names and (scope.kind != "class" or scope is self):
                found.append(scope)
                if scope.fixed:
                    return found
            scope = scope.parent
        return found

    @property
    def module(self) -> "Scope":
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def bind(self, name: str, value: Value | None) -> None:
        self.names.add(name)
        self.values.setdefault(name, []).append(value)
