"""What a module or class defines, as its source says: names with their definitions, and whether that can be all."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

type FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Imported:
    """A name that an import binds: the module, or with `name` something in it."""

    module: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Assigned:
    """A name that an assignment binds; both parts None where only the name is known."""

    annotation: ast.expr | None = None
    value: ast.expr | None = None


type Definition = Imported | Assigned | ast.ClassDef | FunctionNode


@dataclass(slots=True)
class Namespace:
    """The names of a module or class. `dynamic`: names may come that the source does not spell out."""

    names: dict[str, list[Definition]] = field(default_factory=dict[str, list[Definition]])
    stars: list[str] = field(default_factory=list[str])
    dynamic: bool = False

    def add(self, name: str, definition: Definition) -> None:
        self.names.setdefault(name, []).append(definition)

    def only(self, name: str) -> Definition | None:
        """The one definition of `name`, if there is just one."""
        found = self.names.get(name, ())
        return found[0] if len(found) == 1 else None


@dataclass(slots=True)
class Module:
    """One module, read. `stored`: the attributes that its code sets on anything but `self`."""

    name: str
    is_package: bool
    namespace: Namespace
    stored: frozenset[str]


# What writes names into a module behind the source's back.
_DYNAMIC_CALLS = frozenset({"globals", "locals", "vars", "exec"})


def read_module(name: str, is_package: bool, source: bytes) -> Module:
    """The module from its source; of one that cannot be parsed nothing is known."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Module(name, is_package, Namespace(dynamic=True), frozenset())
    namespace = collect(tree.body, name if is_package else name.rpartition(".")[0])
    for node in statements(tree.body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Global):
                    for global_name in inner.names:
                        namespace.add(global_name, Assigned())
        elif not isinstance(node, ast.ClassDef) and any(map(is_dynamic, shallow(node))):
            namespace.dynamic = True
    stored = {
        node.attr
        # Class bodies of plain annotations are most of a generated SDK, and hold none.
        for part in _with_code(tree.body)
        for node in ast.walk(part)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and not _of_self(node.value)
    }
    return Module(name, is_package, namespace, frozenset(stored))


def collect(body: list[ast.stmt], package: str) -> Namespace:
    """The names that the statements bind. `package` is what relative imports start from."""
    namespace = Namespace()
    for node in statements(body):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    top = alias.name if alias.asname else alias.name.partition(".")[0]
                    namespace.add(alias.asname or top, Imported(top))
            case ast.ImportFrom(module=source, names=names, level=level):
                base = _absolute(package, source or "", level)
                for alias in names:
                    if alias.name == "*":
                        namespace.stars.append(base)
                    else:
                        namespace.add(alias.asname or alias.name, Imported(base, alias.name))
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                namespace.add(node.name, node)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    for bound in _bound(target):
                        namespace.add(bound, Assigned(None, value if isinstance(target, ast.Name) else None))
            case ast.AnnAssign(target=ast.Name(id=bound), annotation=annotation, value=value):
                namespace.add(bound, Assigned(annotation, value))
            case ast.For(target=target) | ast.AsyncFor(target=target):
                for bound in _bound(target):
                    namespace.add(bound, Assigned())
            case ast.With(items=items) | ast.AsyncWith(items=items):
                for item in items:
                    for bound in _bound(item.optional_vars) if item.optional_vars else ():
                        namespace.add(bound, Assigned())
            case ast.AugAssign(target=ast.Name(id=bound)) | ast.TypeAlias(name=ast.Name(id=bound)):
                namespace.add(bound, Assigned())
            case _:
                pass
    return namespace


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a body in their order, with those inside branches, loops and handlers."""
    todo = body[::-1]
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.ExceptHandler | ast.match_case):
                    inner.extend(child.body)
            todo.extend(inner[::-1])


def table_keys(namespace: Namespace, name: str) -> frozenset[str] | None:
    """The keys of a dictionary that is assigned once and spelled out; None if they are not all known."""
    definition = namespace.only(name)
    value = definition.value if isinstance(definition, Assigned) else None
    if not isinstance(value, ast.Dict):
        return None
    keys = [key.value for key in value.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    return frozenset(keys) if len(keys) == len(value.keys) else None


def looked_up(function: FunctionNode, namespace: Namespace) -> frozenset[str] | None:
    """The names that a `__getattr__` answers, where it only looks them up in a dictionary that the source spells out.

    None if it may answer any name. It must begin with the look-up, and raise AttributeError for what is not there.
    """
    parameters = [*function.args.posonlyargs, *function.args.args]
    body = [node for node in function.body if not isinstance(node, ast.Expr)]
    if not parameters or not body:
        return None
    name = parameters[-1].arg
    found: frozenset[str] = frozenset()
    for position, node in enumerate(body):
        match node:
            case ast.Try(body=[ast.Assign(value=first), *_], handlers=handlers, orelse=[]):
                # try: found = table[name] … except KeyError: raise AttributeError(name)
                tables = _tables(first, name, namespace)
                return found | tables if tables and all(map(_refuses, handlers)) else None
            case ast.If(test=test, body=[*_, last], orelse=[]):
                # if name in table: …, or: if name not in table: raise AttributeError(name)
                tables = _asked(test, name, ast.In) or _asked(test, name, ast.NotIn)
                if tables is None or (keys := table_keys(namespace, tables)) is None:
                    return None
                found |= keys
                if _asked(test, name, ast.NotIn):
                    return found if isinstance(last, ast.Raise) and _names_attribute_error(last) else None
            case ast.Raise() if position:
                return found if _names_attribute_error(node) else None
            case _:
                return None
    return None


def _tables(node: ast.expr, name: str, namespace: Namespace) -> frozenset[str] | None:
    """The keys of all the tables in which an expression looks `name` up; None if not all are known, or there is none."""
    tables = [part.value for part in ast.walk(node) if isinstance(part, ast.Subscript) and _is_name(part.slice, name)]
    keys = [table_keys(namespace, table.id) if isinstance(table, ast.Name) else None for table in tables]
    known = [part for part in keys if part is not None]
    return frozenset[str]().union(*known) if known and len(known) == len(keys) else None


def _refuses(handler: ast.ExceptHandler) -> bool:
    returns = any(isinstance(part, ast.Return) for part in ast.walk(handler))
    last = handler.body[-1]
    return not returns and isinstance(last, ast.Raise) and _names_attribute_error(last)


def _asked(test: ast.expr, name: str, operator: type[ast.cmpop]) -> str | None:
    """The table in `name in table`."""
    match test:
        case ast.Compare(left=left, ops=[asked], comparators=[ast.Name(id=table)]):
            return table if _is_name(left, name) and isinstance(asked, operator) else None
        case _:
            return None


def bound_in(function: FunctionNode) -> frozenset[str]:
    """The names that a function binds: they hide those of its module."""
    names = {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
    for node in ast.walk(function):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names |= {alias.asname or alias.name.partition(".")[0] for alias in aliases}
            case _:
                pass
    return frozenset(names)


def made_in(function: FunctionNode, value: ast.expr | None) -> ast.Call | None:
    """The call, if `value` is one of something that the function's module names, such as `Service(self.key)`."""
    root = value.func if isinstance(value, ast.Call) else None
    while isinstance(root, ast.Attribute):
        root = root.value
    named = isinstance(root, ast.Name) and root.id not in bound_in(function)
    return value if named and isinstance(value, ast.Call) else None


def _with_code(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that may set attributes, classes opened."""
    for node in statements(body):
        if isinstance(node, ast.ClassDef):
            yield from _with_code(node.body)
        elif isinstance(node, (*FUNCTIONS, ast.Assign, ast.AugAssign, ast.For, ast.With)) or (
            isinstance(node, ast.AnnAssign) and not isinstance(node.target, ast.Name)
        ):
            yield node


def _of_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in {"self", "cls"}


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _names_attribute_error(node: ast.stmt) -> bool:
    return any(isinstance(part, ast.Name) and part.id == "AttributeError" for part in ast.walk(node))


def _bound(target: ast.expr) -> Iterator[str]:
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def shallow(node: ast.stmt) -> Iterator[ast.AST]:
    """The expressions of one statement, without those of the statements in it."""
    todo: list[ast.AST] = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    while todo:
        inner = todo.pop()
        yield inner
        todo.extend(ast.iter_child_nodes(inner))


def is_dynamic(node: ast.AST) -> bool:
    """Whether an expression may write names that the source does not spell out."""
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name in _DYNAMIC_CALLS
        case ast.Attribute(value=ast.Name(id="sys"), attr="modules"):
            return True
        case _:
            return False


def _absolute(package: str, module: str, level: int) -> str:
    if not level:
        return module
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - level + 1], *([module] if module else [])])


def own_nodes(function: FunctionNode) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions in it."""
    todo: list[ast.AST] = list(function.body)
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.Lambda)):
            todo.extend(ast.iter_child_nodes(node))
