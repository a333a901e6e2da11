"""What a function takes and gives, from all its definitions: parameter names, typed dictionaries, and its result's types."""

import ast
from dataclasses import dataclass, field

from agentic.validator.describe.annotations import Type, types, typing_name
from agentic.validator.describe.namespaces import FunctionNode, made_in, own_nodes
from agentic.validator.describe.world import ClassEntity, FunctionEntity, Outside, World

# Decorators that leave a function's parameters and result as they are.
_KEEPING = frozenset(
    [
        "staticmethod",
        "classmethod",
        "overload",
        "deprecated",
        "override",
        "abstractmethod",
        "final",
        "cache",
        "lru_cache",
        "no_type_check",
    ]
)
_PROPERTIES = frozenset({"property", "cached_property", "abstractproperty"})


@dataclass(slots=True)
class Signature:
    """A call's surface.

    `names`: what may be given by keyword, with its annotation where there is one. `positional`: names that may only be given
    by position. `positions`: the positional parameters of the one definition, in order. `unpacked`: annotations of
    TypedDicts whose keys are keywords too. `open`: any keyword may be given.
    """

    names: dict[str, list[ast.expr | None]] = field(default_factory=dict[str, list[ast.expr | None]])
    positional: set[str] = field(default_factory=set[str])
    positions: list[str] = field(default_factory=list[str])
    unpacked: list[ast.expr] = field(default_factory=list[ast.expr])
    open: bool = False
    asynchronous: bool = False
    result: frozenset[Type] | None = None


def is_property(world: World, function: FunctionEntity) -> bool:
    return any(name in _PROPERTIES for name in _decorators(world, function, function.nodes[0]))


def signature(world: World, function: FunctionEntity) -> Signature:
    """The surface of a function or method, without what the object itself takes."""
    found = Signature()
    overloads = [node for node in function.nodes if "overload" in _decorators(world, function, node)]
    shown = overloads or list(function.nodes)
    for node in function.nodes:
        _add_parameters(world, function, found, node, implementation=bool(overloads) and node not in overloads)
    kept = overloads or all(name in _KEEPING | _PROPERTIES for node in shown for name in _decorators(world, function, node))
    if not kept:
        found.open = True
    kinds = {isinstance(node, ast.AsyncFunctionDef) for node in function.nodes if not overloads or node in overloads}
    found.asynchronous = True in kinds
    if kept and len(kinds) == 1:
        found.result = _union([result_of(world, function, node) for node in shown])
    return found


def result_of(world: World, function: FunctionEntity, node: FunctionNode) -> frozenset[Type] | None:
    """What the function gives: by its annotation, else by its `return` statements where all make one SDK object."""
    if node.returns is not None:
        return types(world, function.module, function.owner, node.returns)
    returned: list[ClassEntity | None] = []
    for inner in own_nodes(node):
        if isinstance(inner, ast.Yield | ast.YieldFrom):
            return None
        if isinstance(inner, ast.Return):
            call = made_in(node, inner.value)
            made = world.evaluate(function.module, None, call.func) if call else None
            returned.append(made if isinstance(made, ClassEntity) else None)
    first = returned[0] if returned else None
    return frozenset({Type("instance", first)}) if first and all(item == first for item in returned) else None


def _add_parameters(
    world: World, function: FunctionEntity, found: Signature, node: FunctionNode, *, implementation: bool
) -> None:
    arguments = node.args
    parameters = [*arguments.posonlyargs, *arguments.args]
    bound = function.owner is not None and "staticmethod" not in _decorators(world, function, node)
    only_positional = {item.arg for item in arguments.posonlyargs}
    parameters = parameters[1 if bound else 0 :]
    found.positions = [parameter.arg for parameter in parameters] if len(function.nodes) == 1 else []
    for parameter in [*parameters, *arguments.kwonlyargs]:
        if parameter.arg in only_positional:
            found.positional.add(parameter.arg)
        else:
            found.names.setdefault(parameter.arg, []).append(parameter.annotation)
    if arguments.kwarg is None or implementation:
        # What overloads do not show, callers are not meant to give.
        return
    unpacked = _unpacked(world, function, arguments.kwarg.annotation)
    if unpacked is None:
        found.open = True
    else:
        found.unpacked.append(unpacked)


def _unpacked(world: World, function: FunctionEntity, annotation: ast.expr | None) -> ast.expr | None:
    match annotation:
        case ast.Subscript(value=value, slice=inside):
            named = typing_name(world.evaluate(function.module, function.owner, value)) == "Unpack"
            return inside if named else None
        case _:
            return None


def _decorators(world: World, function: FunctionEntity, node: FunctionNode) -> list[str]:
    """The last names of the decorators that are of the standard library; "" for any other."""
    found: list[str] = []
    for decorator in node.decorator_list:
        named = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(named, ast.Attribute) and named.attr in {"setter", "deleter", "getter"}:
            continue
        entity = world.evaluate(function.module, function.owner, named)
        found.append(entity.path.rpartition(".")[2] if isinstance(entity, Outside) else "")
    return found


def _union(parts: list[frozenset[Type] | None]) -> frozenset[Type] | None:
    known = [part for part in parts if part is not None]
    return frozenset[Type]().union(*known) if known and len(known) == len(parts) else None
