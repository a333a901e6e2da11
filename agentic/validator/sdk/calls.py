"""The rules `sdk_member` and `sdk_parameter`: names and parameters that the SDK certainly does not have.

Only what is certain is reported. A receiver that is not known, a name that the SDK may make while it runs, and code
that itself asks whether a name is there (`hasattr`, `except AttributeError`) are let through.
"""

import ast
from collections.abc import Iterable

from agentic.validator.review import Review
from agentic.validator.scope import Scope
from agentic.validator.scopes import Layout
from agentic.validator.sdk.index import Parameters, SdkIndex
from agentic.validator.sdk.resolve import Resolver

# Errors by which a script finds out whether a name or parameter is there.
_ASKING = frozenset({"AttributeError", "ImportError", "ModuleNotFoundError", "NameError", "TypeError"})
_NAMING = frozenset({"getattr", "hasattr", "setattr", "delattr"})
_TAKING_AWAY = frozenset({"pop", "popitem", "clear"})
_SHOWN = 12
_LONGEST_TITLE = 120


def check_sdk(review: Review, layout: Layout, index: SdkIndex) -> None:
    """Checks every import, attribute and call of the script that leads into the SDK."""
    if not any(index.root(path) for _, path in layout.imports):
        return
    _Check(review, layout, index).run()


class _Check:
    def __init__(self, review: Review, layout: Layout, index: SdkIndex) -> None:
        self._review = review
        self._layout = layout
        self._index = index
        self._resolver = Resolver(index)
        self._nearest: dict[tuple[str, int], str] = {}
        # Names that the script itself sets or asks for; lines that ask; dictionaries that lose keys.
        self._own: set[str] = set()
        self._asking: list[tuple[int, int]] = []
        self._losing: set[str] = set()
        # With another version of the API its data has other fields.
        self._other_version = False

    def run(self) -> None:
        interesting: list[tuple[ast.Attribute | ast.Call, Scope]] = []
        for node, scope, _ in self._layout.constructs:
            if isinstance(node, ast.Attribute):
                interesting.append((node, scope))
                if not isinstance(node.ctx, ast.Load) or node.attr in _TAKING_AWAY:
                    self._note(node)
            elif isinstance(node, ast.Call):
                interesting.append((node, scope))
                if isinstance(node.func, ast.Name) and node.func.id in _NAMING:
                    self._note(node)
            elif type(node) in _NOTED:
                self._note(node)
        for alias, path in self._layout.imports:
            if path not in self._review.refused_imports:
                self._import(alias, path)
        for node, scope in interesting:
            if self._asking and self._is_asking(node.lineno):
                continue
            if isinstance(node, ast.Call):
                self._call(node, scope)
            elif isinstance(node.ctx, ast.Load) and node.attr not in self._own and not node.attr.startswith("_"):
                self._attribute(node, scope)

    def _note(self, node: ast.AST) -> None:
        match node:
            case ast.Attribute(attr=name, ctx=ast.Store()):
                self._own.add(name)
                self._other_version |= name.endswith("version")
            case ast.Attribute(value=ast.Name(id=holder), attr=name) if name in _TAKING_AWAY:
                self._losing.add(holder)
            case ast.Call(func=ast.Name(id=function), args=[_, ast.Constant(value=str(name)), *_]) if function in _NAMING:
                self._own.add(name)
            case ast.Delete(targets=targets):
                self._losing |= {
                    target.value.id
                    for target in targets
                    if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name)
                }
            case ast.keyword(arg=str(name)):
                self._other_version |= name.endswith("version")
            case ast.Dict(keys=keys):
                self._other_version |= any(
                    isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value.endswith("version")
                    for key in keys
                )
            case ast.Try(body=body, handlers=handlers) | ast.TryStar(body=body, handlers=handlers):
                if any(_asks(handler) for handler in handlers):
                    self._asking.append((body[0].lineno, body[-1].end_lineno or body[-1].lineno))
            case _:
                pass

    def _is_asking(self, line: int) -> bool:
        return any(first <= line <= last for first, last in self._asking)

    def _import(self, alias: ast.alias, path: str) -> None:
        start = self._index.root(path)
        if start is None or self._is_asking(alias.lineno):
            return
        reference, names = start
        module = path if alias.name == path else path.rpartition(".")[0]
        for position, name in enumerate(names):
            holder, found = reference, self._index.member(reference, name)
            if found is None:
                title, fix = self._index.record(holder)[1], self._fix(name, self._index.names(holder), "it has")
                self._review.refuse("sdk_member", alias, f"`{title}` has no `{name}`", fix)
            if not found:
                return
            reference = found
            if position == len(names) - 1 and module not in self._index.modules:
                self._no_module(alias, path, module)

    def _no_module(self, alias: ast.alias, path: str, module: str) -> None:
        """Refuses the import of what is an attribute of a module and no module itself."""
        above, name = module.rpartition(".")[0], path.rpartition(".")[2]
        line = self._index.modules.get(above)
        if path == module or line is None or not self._index.member(f"m{line}", name):
            fix = f"write `import {path.partition('.')[0]}` and use `{path}`"
        else:
            fix = f"write `from {above} import {name}`"
        self._review.refuse("sdk_member", alias, f"there is no module `{module}` to import", fix)

    def _attribute(self, node: ast.Attribute, scope: Scope) -> None:
        holders = [item for item in self._resolver.references(node.value, scope) if item]
        if not holders or any(item[0] not in "mci" for item in holders):
            return
        if all(self._index.member(item, node.attr) is None for item in holders):
            names = {name for item in holders for name in self._index.names(item)}
            fix = self._fix(node.attr, names, "it has")
            title = f"`{_written(node.value)}`"
            self._review.refuse("sdk_member", _name_of(node), f"{title} has no `{node.attr}`", fix)

    def _call(self, node: ast.Call, scope: Scope) -> None:
        functions = [item for item in self._resolver.references(node.func, scope) if item]
        known = [self._index.parameters(item) for item in functions]
        parameters = [item for item in known if item is not None]
        if not parameters or len(parameters) < len(known):
            return
        for keyword in node.keywords:
            if keyword.arg is not None:
                self._keyword(node, keyword, keyword.arg, keyword.value, parameters, scope)
            elif literal := self._dictionary(keyword.value, scope):
                for key, value in zip(literal.keys, literal.values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        self._keyword(node, key, key.value, value, parameters, scope)
        if len(parameters) == 1 and self._is_bound(node.func, scope) and not any(isinstance(a, ast.Starred) for a in node.args):
            for name, value in zip(parameters[0].positions, node.args, strict=False):
                self._value(parameters[0].shapes.get(name, ""), value, scope)

    def _keyword(
        self, call: ast.Call, place: ast.AST, name: str, value: ast.expr, parameters: list[Parameters], scope: Scope
    ) -> None:
        taking = [item for item in parameters if item.open or name in item.names or name in item.keys]
        if taking:
            shapes = {item.shapes.get(name) or item.keys.get(name, "") for item in taking}
            if len(shapes) == 1 and not self._other_version:
                self._value(shapes.pop(), value, scope)
            return
        if self._other_version and any(item.keys for item in parameters):
            return
        title = f"`{_written(call.func)}`"
        if all(name in item.positional for item in parameters):
            fix = "give it by position, without its name"
            self._review.refuse("sdk_parameter", place, f"{title} takes `{name}` by position only", fix)
            return
        into = next((holder for item in parameters for holder, shape in item.shapes.items() if self._holds(shape, name)), None)
        names = {known for item in parameters for known in (*item.names, *item.keys)}
        fix = f'write {into}={{"{name}": …}}' if into else self._fix(name, names, "it takes")
        self._review.refuse("sdk_parameter", place, f"{title} has no parameter `{name}`", fix)

    def _holds(self, shape: str, name: str) -> bool:
        alone = shape.partition("[")[0]
        return bool(alone) and name in self._index.keys(int(alone[1:]))

    def _value(self, shape: str, value: ast.expr, scope: Scope) -> None:
        """Checks the keys of a dictionary, or of the dictionaries in a list, against the shape that it must have."""
        pending = [(shape, value)]
        for shape, value in pending:
            alone, _, listed = shape.partition("[")
            if listed and isinstance(value, ast.List | ast.Tuple):
                pending.extend((listed, item) for item in value.elts)
            literal = self._dictionary(value, scope) if alone and not self._other_version else None
            if literal is None:
                continue
            keys = self._index.keys(int(alone[1:]))
            for key, inner in zip(literal.keys, literal.values, strict=True):
                if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                    continue
                if key.value in keys:
                    pending.append((keys[key.value], inner))
                else:
                    fix = self._fix(key.value, keys, "it takes")
                    self._review.refuse("sdk_parameter", key, f"there is no parameter `{key.value}` here", fix)

    def _dictionary(self, node: ast.expr, scope: Scope) -> ast.Dict | None:
        """The dictionary as the script spells it out, itself or by a name that is assigned once and loses no keys."""
        if isinstance(node, ast.Dict):
            return node
        if not isinstance(node, ast.Name) or node.id in self._losing:
            return None
        values = self._review.literals.expressions(node, scope)
        value = values[0] if len(values) == 1 else None
        return value.expression if value and not value.element and isinstance(value.expression, ast.Dict) else None

    def _is_bound(self, function: ast.expr, scope: Scope) -> bool:
        """Whether the call's first argument is the function's first parameter: it is one of a module, or of an instance."""
        holders = self._resolver.references(function.value, scope) if isinstance(function, ast.Attribute) else ()
        return bool(holders) and all(item[:1] in {"m", "i"} for item in holders)

    def _fix(self, name: str, names: Iterable[str], start: str) -> str:
        """The nearest valid name, else some that are valid."""
        # Only scripts with a fault pay for this import.
        import difflib

        known = sorted(set(names))
        if len(self._nearest) < self._review.policy.max_findings:
            key = (name, hash(tuple(known)))
            if key not in self._nearest:
                near = difflib.get_close_matches(name[:80], known, n=1)
                self._nearest[key] = f"write `{near[0]}`" if near else ""
            if self._nearest[key]:
                return self._nearest[key]
        some = ", ".join(known[:_SHOWN]) + (", …" if len(known) > _SHOWN else "")
        return f"{start}: {some}" if known else "remove it"


_NOTED = frozenset({ast.Delete, ast.keyword, ast.Dict, ast.Try, ast.TryStar})


def _asks(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(kind, ast.Name) and kind.id in _ASKING for kind in kinds)


def _name_of(node: ast.Attribute) -> ast.AST:
    """Where the attribute's own name stands."""
    place = ast.Name(node.attr)
    place.lineno = node.end_lineno or node.lineno
    place.col_offset = (node.end_col_offset or 0) - len(node.attr.encode())
    return place


def _written(node: ast.expr) -> str:
    """The expression as a person knows it, without arguments; its end where it is long."""
    text = ""
    while isinstance(node, ast.Attribute | ast.Call | ast.Await):
        if isinstance(node, ast.Attribute):
            text, node = f".{node.attr}{text}", node.value
        elif isinstance(node, ast.Call):
            text, node = f"(){text}", node.func
        else:
            node = node.value
    text = (node.id if isinstance(node, ast.Name) else "…") + text
    return text if len(text) <= _LONGEST_TITLE else f"…{text[-_LONGEST_TITLE:]}"
