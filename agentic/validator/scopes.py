"""Which name means what where: the script laid out as a list of constructs, each with the scope its names live in.

One pass without recursion, parents before children, so that no nesting can exhaust the stack.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from agentic.core.values import Finding
from agentic.validator import allowed
from agentic.validator.policy import ValidationPolicy, is_dunder
from agentic.validator.source import too_deep

_FIELDS = {
    kind: tuple(words.split()) for name, words in allowed.CONSTRUCTS.items() if (kind := getattr(ast, name, None)) is not None
}
_DUNDER_METHODS = frozenset(allowed.DUNDER_METHODS.split())
_DUNDER_SETTINGS = frozenset(allowed.DUNDER_SETTINGS.split())

type FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Kind(Enum):
    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"
    COMPREHENSION = "comprehension"


@dataclass(frozen=True, slots=True)
class Value:
    """One expression that a name stands for; with `element`, any one of that expression's elements (a loop's variable)."""

    expression: ast.expr
    scope: "Scope"
    element: bool = False


@dataclass(eq=False, slots=True)
class Scope:
    """The names bound in a module, class, function or comprehension.

    `paths`: imported names and where they lead. `values`: what a name stands for, None among them if that is not known.
    """

    kind: Kind
    parent: "Scope | None" = None
    names: set[str] = field(default_factory=set[str])
    paths: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    values: dict[str, list[Value | None]] = field(default_factory=dict[str, list[Value | None]])
    global_names: set[str] = field(default_factory=set[str])
    nonlocal_names: set[str] = field(default_factory=set[str])

    def holders(self, name: str) -> list["Scope"]:
        """The scopes in which `name` may be found at run time, nearest first.

        A function's names are fixed, so the search ends there; a class's or module's may be missing when asked for.
        """
        found: list[Scope] = []
        scope: Scope | None = self
        while scope is not None:
            if name in scope.global_names:
                scope = scope.module
            if name in scope.names and (scope.kind is not Kind.CLASS or scope is self):
                found.append(scope)
                if scope.kind in {Kind.FUNCTION, Kind.COMPREHENSION}:
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


@dataclass(slots=True)
class Layout:
    """The script as a list of constructs with their scopes, and what already cannot be allowed."""

    constructs: list[tuple[ast.AST, Scope, int]]
    own: set[str] = field(default_factory=set[str])
    imports: list[tuple[ast.alias, str]] = field(default_factory=list[tuple[ast.alias, str]])
    findings: list[Finding] = field(default_factory=list[Finding])
    refused: list[tuple[str, ast.AST, str, str]] = field(default_factory=list[tuple[str, ast.AST, str, str]])
    complete: bool = True


def lay_out(tree: ast.Module, policy: ValidationPolicy) -> Layout:
    """Places every construct of the script in its scope, within the policy's limits."""
    layout = Layout([(tree, Scope(Kind.MODULE), 0)])
    builder = _Builder(layout)
    # The list grows while it is walked.
    for node, scope, depth in layout.constructs:
        if depth > policy.max_depth:
            layout.findings.append(too_deep(getattr(node, "lineno", 0), getattr(node, "col_offset", -1) + 1))
            layout.complete = False
            break
        if len(layout.constructs) > policy.max_constructs:
            message = f"the script has more than {policy.max_constructs:,} parts"
            layout.findings.append(Finding("too_large", 0, 0, message, "write a shorter script; let the API hold the data"))
            layout.complete = False
            break
        builder.place(node, scope, depth + 1)
    builder.settle_global_names()
    return layout


class _Builder:
    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._scopes = [scope for _, scope, _ in layout.constructs]
        self._valued: set[int] = set()

    def place(self, node: ast.AST, scope: Scope, depth: int) -> None:
        fields = _FIELDS.get(type(node))
        if fields is None:
            self._refuse("construct", node, f"the construct {type(node).__name__} is not allowed", "write it another way")
            return
        self._bind_names(node, scope)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            self._function(node, fields, scope, depth)
        elif isinstance(node, ast.ClassDef):
            outer = self._with_type_parameters(node, scope)
            inner = self._scope(Kind.CLASS, outer)
            for name in fields:
                self._add(node, name, inner if name == "body" else outer, depth)
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            self._comprehension(node, fields, scope, depth)
        elif isinstance(node, ast.TypeAlias):
            self._add(node, "name", scope, depth)
            inner = self._with_type_parameters(node, scope)
            for name in fields[1:]:
                self._add(node, name, inner, depth)
        else:
            for name in fields:
                self._add(node, name, scope, depth)

    def settle_global_names(self) -> None:
        """Moves what is bound under `global` and `nonlocal` to where those statements send it."""
        for scope in self._scopes:
            for name in (scope.global_names | scope.nonlocal_names) & scope.names:
                scope.names.discard(name)
                paths, values = scope.paths.pop(name, set[str]()), scope.values.pop(name, [])
                owners = [scope.module] if name in scope.global_names else scope.parent.holders(name) if scope.parent else []
                for owner in owners:
                    owner.names.add(name)
                    owner.values.setdefault(name, []).extend(values)
                    if paths:
                        owner.paths.setdefault(name, set()).update(paths)

    def _add(self, node: ast.AST, name: str, scope: Scope, depth: int) -> None:
        child = getattr(node, name, None)
        if isinstance(child, list):
            self._layout.constructs.extend((item, scope, depth) for item in child if item is not None)  # pyright: ignore[reportUnknownVariableType]
        elif child is not None:
            self._layout.constructs.append((child, scope, depth))

    def _scope(self, kind: Kind, parent: Scope) -> Scope:
        scope = Scope(kind, parent)
        self._scopes.append(scope)
        return scope

    def _with_type_parameters(self, node: ast.AST, scope: Scope) -> Scope:
        parameters: list[ast.type_param] = getattr(node, "type_params", [])
        if not parameters:
            return scope
        inner = self._scope(Kind.FUNCTION, scope)
        for parameter in parameters:
            if isinstance(parameter, ast.TypeVar | ast.ParamSpec | ast.TypeVarTuple):
                self._bind(inner, parameter.name, parameter)
        return inner

    def _function(self, node: FunctionNode, fields: tuple[str, ...], scope: Scope, depth: int) -> None:
        outer = self._with_type_parameters(node, scope)
        inner = self._scope(Kind.FUNCTION, outer)
        arguments = node.args
        for argument in _arguments(arguments):
            self._bind(inner, argument.arg, argument)
        # Defaults, annotations and decorators are evaluated outside the function.
        for name in fields:
            self._add(node, name, inner if name == "body" else outer, depth)

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, fields: tuple[str, ...], scope: Scope, depth: int
    ) -> None:
        inner = self._scope(Kind.COMPREHENSION, scope)
        for position, generator in enumerate(node.generators):
            # The first iterable is evaluated outside the comprehension.
            self._loop(generator.target, generator.iter, inner, scope if position == 0 else inner)
            self._layout.constructs.append((generator.target, inner, depth))
            self._layout.constructs.append((generator.iter, scope if position == 0 else inner, depth))
            self._layout.constructs.extend((test, inner, depth) for test in generator.ifs)
        for name in fields[1:]:
            self._add(node, name, inner, depth)

    def _bind_names(self, node: ast.AST, scope: Scope) -> None:
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                if id(node) not in self._valued:
                    self._bind(scope, name, node)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._assign(target, value, scope)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                self._assign(target, value, scope)
            case ast.NamedExpr(target=target, value=value):
                holder = scope
                while holder.kind is Kind.COMPREHENSION and holder.parent is not None:
                    holder = holder.parent
                self._assign(target, value, holder, scope)
            case ast.For(target=target, iter=iterable) | ast.AsyncFor(target=target, iter=iterable):
                self._loop(target, iterable, scope, scope)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self._bind(scope, node.name, node)
            case ast.Attribute(value=ast.Name(), attr=name, ctx=ast.Store()) if name.startswith("_"):
                self._layout.own.add(name)
            case ast.Import(names=names):
                for alias in names:
                    path = alias.name if alias.asname else alias.name.partition(".")[0]
                    self._import(scope, alias, alias.asname or path, path, alias.name)
            case ast.ImportFrom(module=module, names=names, level=level):
                for alias in names:
                    path = f"{'.' * level}{module or ''}.{alias.name}"
                    self._import(scope, alias, alias.asname or alias.name, path, path)
            case ast.Global(names=names):
                scope.global_names.update(names)
            case ast.Nonlocal(names=names):
                scope.nonlocal_names.update(names)
            case ast.ExceptHandler(name=name) | ast.MatchAs(name=name) | ast.MatchStar(name=name) if name:
                self._bind(scope, name, node)
            case ast.MatchMapping(rest=rest) if rest:
                self._bind(scope, rest, node)
            case _:
                pass

    def _assign(self, target: ast.expr, value: ast.expr, scope: Scope, evaluated_in: Scope | None = None) -> None:
        if isinstance(target, ast.Name):
            self._valued.add(id(target))
            self._bind(scope, target.id, target, Value(value, evaluated_in or scope))

    def _loop(self, target: ast.expr, iterable: ast.expr, scope: Scope, evaluated_in: Scope) -> None:
        if isinstance(target, ast.Name):
            self._valued.add(id(target))
            self._bind(scope, target.id, target, Value(iterable, evaluated_in, element=True))

    def _import(self, scope: Scope, alias: ast.alias, name: str, path: str, imported: str) -> None:
        self._layout.imports.append((alias, imported))
        self._bind(scope, name, alias)
        scope.paths.setdefault(name, set()).add(path)

    def _bind(self, scope: Scope, name: str, node: ast.AST, value: Value | None = None) -> None:
        if name.startswith("_"):
            if scope.kind is Kind.CLASS:
                self._layout.own.add(name)
            if is_dunder(name):
                method = scope.kind is Kind.CLASS and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                setting = scope.kind in {Kind.CLASS, Kind.MODULE} and isinstance(node, ast.Name) and name in _DUNDER_SETTINGS
                if not setting and not (method and name in _DUNDER_METHODS):
                    fix = "use the usual special methods only" if method else "choose a name without double underscores"
                    self._refuse("dunder", node, f"`{name}` may not be defined here", fix)
        scope.bind(name, value)

    def _refuse(self, rule: str, node: ast.AST, message: str, fix: str) -> None:
        self._layout.refused.append((rule, node, message, fix))


def _arguments(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from arguments.posonlyargs
    yield from arguments.args
    yield from arguments.kwonlyargs
    if arguments.vararg:
        yield arguments.vararg
    if arguments.kwarg:
        yield arguments.kwarg
