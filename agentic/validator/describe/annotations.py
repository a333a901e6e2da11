"""What an annotation says: instances of the SDK's classes, typed dictionaries, lists of these, or nothing to go by."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from agentic.validator.describe.world import ClassEntity, Outside, ValueEntity, World

type Kind = Literal["none", "plain", "instance", "class", "keys", "own"]


@dataclass(frozen=True, slots=True)
class Type:
    """One thing that a value may be.

    kind: "none", "plain" (text, number; nothing to look into), "instance" or "class" of `entity`, "keys" (a dictionary whose
    keys the TypedDict `entity` lists), "own" (an instance of the class asked). `listed`: in a list.
    """

    kind: Kind
    entity: ClassEntity | None = None
    listed: bool = False


_TYPING = frozenset({"typing", "typing_extensions", "collections.abc", "builtins", "types", "collections"})
_PLAIN = frozenset(
    [
        "str",
        "int",
        "float",
        "bool",
        "bytes",
        "complex",
        "Literal",
        "LiteralString",
        "Decimal",
        "datetime",
        "date",
        "time",
        "timedelta",
        "Callable",
        "IO",
        "TextIO",
        "BinaryIO",
        "bytearray",
        "UUID",
    ]
)
_WRAPPERS = frozenset({"Optional", "NotRequired", "Required", "ReadOnly", "ClassVar", "Final", "Annotated", "InitVar"})
_LISTS = frozenset(
    {"List", "list", "Sequence", "Iterable", "Tuple", "tuple", "Collection", "Set", "set", "FrozenSet", "frozenset"}
)
_DEEPEST = 12


def types(
    world: World, module: str, owner: ClassEntity | None, node: ast.expr | None, depth: int = 0
) -> frozenset[Type] | None:
    """All that a value with this annotation may be; None if that is not known."""
    if node is None or depth > _DEEPEST:
        return None
    match node:
        case ast.Constant(value=None):
            return frozenset({Type("none")})
        case ast.Constant(value=str(text)):
            return types(world, module, owner, _parsed(text), depth + 1)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _union(types(world, module, owner, part, depth + 1) for part in (left, right))
        case ast.Subscript(value=value, slice=inside):
            return _subscripted(world, module, owner, value, inside, depth + 1)
        case ast.Name() | ast.Attribute():
            return _named(world, module, owner, node, depth + 1)
        case _:
            return None


def _subscripted(
    world: World, module: str, owner: ClassEntity | None, value: ast.expr, inside: ast.expr, depth: int
) -> frozenset[Type] | None:
    entity = world.evaluate(module, owner, value)
    if isinstance(entity, ClassEntity):
        return _of_class(world, entity)
    name = typing_name(entity)
    parts = inside.elts if isinstance(inside, ast.Tuple) else [inside]
    if name == "Union":
        return _union(types(world, module, owner, part, depth) for part in parts)
    if name in _WRAPPERS:
        found = types(world, module, owner, parts[0], depth)
        return found | {Type("none")} if found and name == "Optional" else found
    if name in _PLAIN:
        return frozenset({Type("plain")})
    if name in _LISTS:
        found = _union(types(world, module, owner, part, depth) for part in parts if not _is_ellipsis(part))
        return (
            None if found is None else frozenset(Type(item.kind, item.entity, listed=True) for item in found if not item.listed)
        )
    if name in {"Type", "type"}:
        found = types(world, module, owner, parts[0], depth)
        return None if found is None else frozenset(Type("class", item.entity) for item in found if item.kind == "instance")
    return None


def _named(world: World, module: str, owner: ClassEntity | None, node: ast.expr, depth: int) -> frozenset[Type] | None:
    entity = world.evaluate(module, owner, node)
    match entity:
        case ClassEntity():
            return _of_class(world, entity)
        case Outside():
            name = typing_name(entity)
            if name == "Self":
                return frozenset({Type("own")})
            if name in {"None", "NoneType"}:
                return frozenset({Type("none")})
            return frozenset({Type("plain")}) if name in _PLAIN else None
        case ValueEntity(module=where, annotation=None, value=(ast.Subscript() | ast.BinOp() | ast.Constant()) as value):
            # An alias: `Payload = Union[bytes, str]`.
            return types(world, where, None, value, depth)
        case ValueEntity(module=where, annotation=annotation, value=value) if annotation is not None and value is not None:
            said = world.evaluate(where, None, annotation)
            return types(world, where, None, value, depth) if typing_name(said) == "TypeAlias" else None
        case _:
            return None


def typing_name(entity: object) -> str:
    """The last name of something of the standard library's typing vocabulary (or of a plain type), else ""."""
    if not isinstance(entity, Outside):
        return ""
    module, _, name = entity.path.rpartition(".")
    return name if module in _TYPING or name in {"Decimal", "datetime", "date", "UUID"} else ""


def is_typed_dictionary(world: World, entity: ClassEntity) -> bool:
    return any(
        typing_name(item) == "TypedDict" or (isinstance(item, ValueEntity) and functional_keys(world, item) is not None)
        for item in world.ancestry(entity)
    )


def functional_keys(world: World, entity: ValueEntity) -> ast.Dict | None:
    """The dictionary in `TypedDict("Name", {"key": type})`."""
    match entity.value:
        case ast.Call(func=function, args=[ast.Constant(), ast.Dict() as keys, *_]):
            return keys if typing_name(world.evaluate(entity.module, None, function)) == "TypedDict" else None
        case _:
            return None


def _of_class(world: World, entity: ClassEntity) -> frozenset[Type]:
    return frozenset({Type("keys" if is_typed_dictionary(world, entity) else "instance", entity)})


def _union(parts: Iterator[frozenset[Type] | None]) -> frozenset[Type] | None:
    found: set[Type] = set()
    for part in parts:
        if part is None:
            return None
        found |= part
    return frozenset(found)


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...
