"""What one class has of its own: methods, attributes set on `self`, nested classes, and what only run time decides."""

import ast
from dataclasses import dataclass, field

from agentic.validator.describe.dynamic import ANYTHING, decorated, set_by
from agentic.validator.describe.namespaces import (
    FUNCTIONS,
    Assigned,
    FunctionNode,
    is_dynamic,
    looked_up,
    made_in,
    shallow,
    statements,
)
from agentic.validator.describe.world import ClassEntity, Entity, Outside, ValueEntity, World, merge

# Methods that put back what was there before, or that answer for attributes themselves.
_RESTORING = frozenset({"__setstate__", "__setattr__", "__delattr__", "__getattr__", "__getattribute__"})
_PLAIN_METACLASSES = frozenset({"abc.ABCMeta"})


@dataclass(slots=True)
class Own:
    """The members that a class itself brings.

    `members`: on the class and its instances. `stored`: on instances only, as values. `patterns`: of further names.
    `open_class`, `open_instance`: there may be any name on the class, on its instances.
    """

    members: dict[str, Entity | None] = field(default_factory=dict[str, Entity | None])
    stored: dict[str, ValueEntity] = field(default_factory=dict[str, ValueEntity])
    patterns: set[str] = field(default_factory=set[str])
    open_class: bool = False
    open_instance: bool = False


def own_members(world: World, entity: ClassEntity) -> Own:
    """The members of the class `entity` without those of its bases."""
    own = Own()
    node = world.node(entity)
    namespace = world.namespace(entity)
    for name, definitions in namespace.names.items():
        match definitions:
            case [Assigned(annotation=annotation, value=None)] if annotation is not None:
                own.stored[name] = ValueEntity(entity.module, annotation, None)
            case _:
                own.members[name] = merge([world.define(entity.module, entity, item) for item in definitions], definitions)
    if any(is_dynamic(part) for item in statements(node.body) if not isinstance(item, FUNCTIONS) for part in shallow(item)):
        own.open_class = own.open_instance = True
    for keyword in node.keywords:
        if keyword.arg == "metaclass":
            found = world.evaluate(entity.module, None, keyword.value)
            if not (isinstance(found, Outside) and found.path in _PLAIN_METACLASSES):
                own.open_class = own.open_instance = True
    for decorator in node.decorator_list:
        patterns = decorated(world, entity, decorator)
        if patterns is None:
            own.open_class = own.open_instance = True
        else:
            own.patterns |= patterns
    stores: dict[str, list[None]] = {}
    values: dict[str, ValueEntity] = {}
    for method in (item for item in statements(node.body) if isinstance(item, FUNCTIONS)):
        _look_into(world, entity, own, method, stores, values)
    for name, times in stores.items():
        # One plain assignment says what an attribute is; of others only the name is known.
        plain = values.get(name) if len(times) == 1 and name not in own.members else None
        own.stored.setdefault(name, plain or ValueEntity(entity.module, None, None))
    if ANYTHING in own.patterns:
        own.open_class = own.open_instance = True
    return own


def _look_into(
    world: World,
    entity: ClassEntity,
    own: Own,
    method: FunctionNode,
    stores: dict[str, list[None]],
    values: dict[str, ValueEntity],
) -> None:
    """Adds what a method sets on its object, or answers for it. `stores` has an entry for each place that sets a name."""
    if method.name in {"__getattr__", "__getattribute__"}:
        answered = looked_up(method, world.module(entity.module).namespace)
        if answered is None:
            own.open_instance = True
        for name in answered or ():
            own.stored.setdefault(name, ValueEntity(entity.module, None, None))
    parameters = [*method.args.posonlyargs, *method.args.args]
    if method.name in _RESTORING or not parameters:
        return
    target = parameters[0].arg
    own.patterns |= set_by(method, target, {})
    for node in ast.walk(method):
        match node:
            case ast.Attribute(value=ast.Name(id=holder), attr=name, ctx=ast.Store()) if holder == target:
                stores.setdefault(name, []).append(None)
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=holder), attr=name)], value=value) if holder == target:
                if made := made_in(method, value):
                    values.setdefault(name, ValueEntity(entity.module, None, made))
            case ast.AnnAssign(target=ast.Attribute(value=ast.Name(id=holder), attr=name), annotation=annotation):
                if holder == target:
                    own.stored[name] = ValueEntity(entity.module, annotation, None)
            case ast.Call(func=ast.Attribute(value=value, attr="update")) if _is_dictionary(value, target):
                own.open_instance = True
            case ast.Subscript(value=value, ctx=ast.Store()) if _is_dictionary(value, target):
                own.open_instance = True
            case _:
                pass


def _is_dictionary(node: ast.expr, target: str) -> bool:
    match node:
        case (
            ast.Attribute(value=ast.Name(id=name), attr="__dict__")
            | ast.Call(func=ast.Name(id="vars"), args=[ast.Name(id=name)])
        ):
            return name == target
        case _:
            return False
