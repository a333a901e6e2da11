"""Which name means what where: the script laid out as a list of constructs, each with the scope its names live in.

One pass without recursion, parents before children, so that no nesting can exhaust the stack.
"""

import ast
from collections.abc import Iterator

from agentic.core.values import Finding
from agentic.validator import allowed
from agentic.validator.policy import ValidationPolicy, is_dunder, is_internal
from agentic.validator.scope import Definition, Kind, Scope, Value
from agentic.validator.source import too_deep

_FIELDS = {
    kind: tuple(words.split()) for name, words in allowed.CONSTRUCTS.items() if (kind := getattr(ast, name, None)) is not None
}
_DUNDER_METHODS = frozenset(allowed.DUNDER_METHODS.split())
_DUNDER_SETTINGS = frozenset(allowed.DUNDER_SETTINGS.split())

# Most constructs neither bind names nor open scopes; asking by type first makes laying out twice as quick.
_SCOPED = frozenset(
    {
        ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.TypeAlias,
        ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
    }
)  # fmt: skip
_BINDING = frozenset(
    {
        ast.Name, ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.For, ast.AsyncFor, ast.FunctionDef, ast.AsyncFunctionDef,
        ast.ClassDef, ast.Attribute, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal, ast.ExceptHandler, ast.MatchAs,
        ast.MatchStar, ast.MatchMapping,
    }
)  # fmt: skip

type FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Layout:
    """The script as a list of constructs with their scopes and depths, and what already cannot be allowed.

    `own`: names with a leading underscore that the script's classes define. `complete`: no limit was reached.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.constructs: list[tuple[ast.AST, Scope, int]] = [(tree, Scope("module"), 0)]
        self.own: set[str] = set()
        self.imports: list[tuple[ast.alias, str]] = []
        self.refused: list[tuple[str, ast.AST, str, str]] = []
        self.findings: list[Finding] = []
        self.complete = True


def lay_out(tree: ast.Module, policy: ValidationPolicy) -> Layout:
    """Places every construct of the script in its scope, within the policy's limits."""
    layout = Layout(tree)
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
        kind = type(node)
        # Most names and attributes are only read.
        if kind in _BINDING and type(getattr(node, "ctx", None)) is not ast.Load:
            self._bind_names(node, scope)
        if kind not in _SCOPED:
            for name in fields:
                self._add(node, name, scope, depth)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            self._function(node, fields, scope, depth)
        elif isinstance(node, ast.ClassDef):
            outer = self._with_type_parameters(node, scope)
            inner = self._scope("class", outer, node)
            scope.classes.setdefault(node.name, []).append(Definition(node, outer))
            for name in fields:
                self._add(node, name, inner if name == "body" else outer, depth)
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            self._comprehension(node, fields, scope, depth)
        elif isinstance(node, ast.TypeAlias):
            self._add(node, "name", scope, depth)
            inner = self._with_type_parameters(node, scope)
            for name in fields[1:]:
                self._add(node, name, inner, depth)

    def settle_global_names(self) -> None:
        """Moves what is bound under `global` and `nonlocal` to where those statements send it."""
        for scope in self._scopes:
            for name in (scope.global_names | scope.nonlocal_names) & scope.names:
                scope.names.discard(name)
                paths, values = scope.paths.pop(name, set[str]()), scope.values.pop(name, [])
                classes, caught = scope.classes.pop(name, []), scope.caught.pop(name, 0)
                owners = [scope.module] if name in scope.global_names else scope.parent.holders(name) if scope.parent else []
                for owner in owners:
                    owner.names.add(name)
                    owner.values.setdefault(name, []).extend(values)
                    owner.classes.setdefault(name, []).extend(classes)
                    owner.caught[name] = owner.caught.get(name, 0) + caught
                    if paths:
                        owner.paths.setdefault(name, set()).update(paths)

    def _add(self, node: ast.AST, name: str, scope: Scope, depth: int) -> None:
        child: ast.AST | list[ast.AST | None] | None = getattr(node, name, None)
        if isinstance(child, list):
            self._layout.constructs += [(item, scope, depth) for item in child if item is not None]
        elif child is not None:
            self._layout.constructs.append((child, scope, depth))

    def _scope(self, kind: Kind, parent: Scope, node: ast.AST | None) -> Scope:
        scope = Scope(kind, parent, node)
        self._scopes.append(scope)
        return scope

    def _with_type_parameters(self, node: ast.AST, scope: Scope) -> Scope:
        parameters: list[ast.type_param] = getattr(node, "type_params", [])
        if not parameters:
            return scope
        inner = self._scope("function", scope, None)
        for parameter in parameters:
            if isinstance(parameter, ast.TypeVar | ast.ParamSpec | ast.TypeVarTuple):
                self._bind(inner, parameter.name, parameter)
        return inner

    def _function(self, node: FunctionNode, fields: tuple[str, ...], scope: Scope, depth: int) -> None:
        outer = self._with_type_parameters(node, scope)
        inner = self._scope("function", outer, node)
        arguments = node.args
        for argument in _arguments(arguments):
            self._bind(inner, argument.arg, argument)
        # Defaults, annotations and decorators are evaluated outside the function.
        for name in fields:
            self._add(node, name, inner if name == "body" else outer, depth)

    def _comprehension(
        self,
        node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
        fields: tuple[str, ...],
        scope: Scope,
        depth: int,
    ) -> None:
        inner = self._scope("comprehension", scope, node)
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
                while holder.kind == "comprehension" and holder.parent is not None:
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
                if isinstance(node, ast.ExceptHandler):
                    scope.caught[name] = scope.caught.get(name, 0) + 1
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
        scope.imported[name] = scope.imported.get(name, 0) + 1

    def _bind(self, scope: Scope, name: str, node: ast.AST, value: Value | None = None) -> None:
        if name.startswith("_"):
            if scope.kind == "class":
                self._layout.own.add(name)
            if is_dunder(name):
                method = scope.kind == "class" and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                setting = scope.kind in {"class", "module"} and isinstance(node, ast.Name) and name in _DUNDER_SETTINGS
                if not setting and not (method and name in _DUNDER_METHODS):
                    fix = "use the usual special methods only" if method else "choose a name without double underscores"
                    self._refuse("dunder", node, f"`{name}` may not be defined here", fix)
        if scope.kind == "class" and is_internal(name):
            # A pattern reads the fields of a class by position, without a word about attributes.
            self._refuse("attribute", node, f"`{name}` is a name of the interpreter's own", "choose another name")
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
