"""Names that are made while the SDK runs: `setattr(cls, "create_%s" % resource, …)` is known by the pattern "create_*"."""

import ast
import string
from collections.abc import Mapping

from agentic.validator.describe.namespaces import FUNCTIONS, FunctionNode, own_nodes
from agentic.validator.describe.world import ClassEntity, FunctionEntity, Outside, World

ANYTHING = "*"
"""The pattern of a name of which nothing is known."""

# Decorators of the standard library that leave a class's names as they are.
HARMLESS_CLASS_DECORATORS = frozenset(
    {"dataclass", "final", "total_ordering", "runtime_checkable", "deprecated", "type_check_only", "unique", "no_type_check"}
)
_LOOKING_ON = frozenset(
    {"getattr", "hasattr", "isinstance", "issubclass", "cast", "id", "repr", "str", "classmethod", "staticmethod"}
)
_MOST_PATTERNS = 32


def texts(node: ast.expr, known: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The patterns of what a text expression can be; `known` are the patterns of the names in it."""
    match node:
        case ast.Constant(value=str(text)):
            return frozenset({text})
        case ast.Name(id=name):
            return known.get(name, frozenset({ANYTHING}))
        case ast.JoinedStr(values=parts):
            return _joined([texts(part, known) for part in parts])
        case ast.FormattedValue(value=value):
            return texts(value, known)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined([texts(left, known), texts(right, known)])
        case ast.BinOp(left=ast.Constant(value=str(template)), op=ast.Mod(), right=right) if template.count("%s") == 1:
            before, _, after = template.partition("%s")
            return _joined([frozenset({before}), texts(right, known), frozenset({after})])
        case ast.BinOp(left=ast.Constant(value=str(template)), op=ast.Mod()):
            return frozenset({ANYTHING.join(part.strip(string.digits) for part in template.split("%s"))})
        case _:
            return frozenset({ANYTHING})


def set_by(function: FunctionNode, target: str, known: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The patterns of the names that `function` sets on what its parameter or variable `target` holds, by `setattr`."""
    set_names = [
        node.args[1]
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and _is(node.func, "setattr") and len(node.args) > 1 and _is(node.args[0], target)
    ]
    if not set_names:
        return frozenset()
    names = {**known, **_assigned(function, known)}
    return frozenset[str]().union(*(texts(name, names) for name in set_names))


def decorated(world: World, owner: ClassEntity, decorator: ast.expr) -> frozenset[str] | None:
    """The patterns of the names that a class decorator adds; None if it may do anything to the class."""
    call = decorator if isinstance(decorator, ast.Call) else None
    around = ClassEntity(owner.module, owner.path[:-1]) if len(owner.path) > 1 else None
    entity = world.evaluate(owner.module, around, call.func if call else decorator)
    if isinstance(entity, Outside):
        return frozenset() if entity.path.rpartition(".")[2] in HARMLESS_CLASS_DECORATORS else None
    if not isinstance(entity, FunctionEntity) or len(entity.nodes) != 1:
        return None
    function = entity.nodes[0]
    known = _arguments(function, call) if call else {}
    known = {**known, **_assigned(function, known)}
    inner = _returned_function(function) if call else function
    if inner is None or not (parameters := [*inner.args.posonlyargs, *inner.args.args]):
        return None
    target = parameters[0].arg
    if not _only_sets(inner, target):
        return None
    stored = {
        node.attr
        for node in ast.walk(inner)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name)
    }
    return set_by(inner, target, known) | stored


def _returned_function(function: FunctionNode) -> FunctionNode | None:
    """The function that a decorator with arguments returns."""
    inner = {node.name: node for node in function.body if isinstance(node, FUNCTIONS)}
    match function.body[-1]:
        case ast.Return(value=ast.Name(id=name)):
            return inner.get(name)
        case _:
            return None


def _only_sets(function: FunctionNode, target: str) -> bool:
    """Whether the decorator gives the class back and does no more with it than set and read attributes."""
    for node in own_nodes(function):
        match node:
            case ast.Return(value=ast.Name(id=name)) if name == target:
                continue
            case ast.Return():
                return False
            case ast.Call(func=ast.Name(id=name), args=args) if name not in _LOOKING_ON | {"setattr"}:
                if any(isinstance(item, ast.Name) and item.id == target for item in args):
                    return False
            case ast.Call(func=ast.Attribute(), args=args) if any(_is(item, target) for item in args):
                return False
            case ast.Attribute(value=ast.Name(id=name), attr="__dict__") if name == target:
                return False
            case _:
                pass
    return True


def _arguments(function: FunctionNode, call: ast.Call) -> dict[str, frozenset[str]]:
    """The texts that a call gives to the function's parameters."""
    parameters = [*function.args.posonlyargs, *function.args.args]
    known: dict[str, frozenset[str]] = {}
    for parameter, default in zip(parameters[::-1], function.args.defaults[::-1], strict=False):
        # A default that is no text says nothing about the names made from it.
        known[parameter.arg] = texts(default, {}) if isinstance(default, ast.Constant) and default.value else frozenset()
    for parameter, value in zip(parameters, call.args, strict=False):
        known[parameter.arg] = texts(value, {})
    for keyword in call.keywords:
        if keyword.arg:
            known[keyword.arg] = texts(keyword.value, {})
    return known


def _assigned(function: FunctionNode, known: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The texts of the function's variables, each with all it may hold."""
    found = dict(known)
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = found.get(name, frozenset()) | texts(value, found)
            case ast.For(target=target) | ast.comprehension(target=target):
                for part in ast.walk(target):
                    if isinstance(part, ast.Name):
                        found[part.id] = frozenset({ANYTHING})
            case _:
                pass
    return found


def _joined(parts: list[frozenset[str]]) -> frozenset[str]:
    found = {""}
    for part in parts:
        found = {before + after for before in found for after in part}
        if len(found) > _MOST_PATTERNS:
            return frozenset({ANYTHING})
    return frozenset(found)


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
