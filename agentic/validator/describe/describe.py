"""Writes the index of an SDK: one line of JSON per module, class, signature and typed dictionary, first a head.

The form is read by `agentic/validator/sdk/index.py`, which also says what the fields mean.
"""

import ast
import builtins
import gc
import json
from collections.abc import Iterable, Sequence
from functools import cached_property

from agentic.validator.describe.annotations import Type, is_typed_dictionary, types, typing_name
from agentic.validator.describe.dictionaries import Dictionaries
from agentic.validator.describe.functions import Signature, is_property, signature
from agentic.validator.describe.members import Own, own_members
from agentic.validator.describe.sources import Sources
from agentic.validator.describe.world import (
    ClassEntity,
    Entity,
    FunctionEntity,
    ModuleEntity,
    Outside,
    ValueEntity,
    World,
    walk_classes,
)
from agentic.validator.sdk.index import FORM

# Bases of the standard library that bring no names of their own.
_BARE_BASES = frozenset({"object", "Generic", "Protocol", "ABC"})
# A class from which so many others come may be any of them.
_MOST_DESCENDANTS = 40


def describe(sources: Sources, modules: Iterable[str], additions: Sequence[str] = ()) -> bytes:
    """The index of the SDK in `sources` as scripts reach it from `modules`, the same for the same source.

    `additions` are dotted names that the SDK's bootstrap adds. Empty when none of the modules has a source.
    """
    world = World(sources.modules)
    roots = sorted(module for module in set(modules) if world.has_module(module))
    if not roots:
        return b""
    # Millions of syntax nodes live to the end of this: looking for garbage among them is nearly half of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _Writer(world).index(roots, sorted(additions))
    finally:
        if collecting:
            gc.enable()


class _Writer:
    def __init__(self, world: World) -> None:
        self._world = world
        self._lines: list[str] = [""]
        self._ids: dict[Entity, int] = {}
        self._pending: list[Entity] = []
        self._known: dict[str, int] = {}
        self._dictionaries = Dictionaries(world, self._shared)
        self._own: dict[ClassEntity, Own] = {}
        self._added: dict[Entity, set[str]] = {}

    def index(self, roots: list[str], additions: list[str]) -> bytes:
        inside = tuple(f"{root}." for root in roots)
        public = [name for name in self._world.module_names if f"{name}.".startswith(inside) and _is_public(name)]
        head = {
            "form": FORM,
            "modules": {name: self._id(ModuleEntity(name)) for name in public} | self._add(additions),
            "stored": " ".join(sorted({name for item in self._world.module_names for name in self._world.module(item).stored})),
        }
        for entity in self._pending:  # grows while it is walked
            line = self._module(entity) if isinstance(entity, ModuleEntity) else self._class(entity)
            self._lines[self._ids[entity]] = _line(line)
        self._lines[0] = _line(head)
        return "\n".join(self._lines).encode()

    def _add(self, additions: list[str]) -> dict[str, int]:
        """Takes in what the bootstrap adds; gives the lines of those that may be modules."""
        lines: dict[str, int] = {}
        for path in additions:
            holder, _, name = path.rpartition(".")
            owner: Entity | None = ModuleEntity(holder) if self._world.has_module(holder) else None
            for known in holder.split(".") if owner is None else []:
                owner = (
                    self._world.member(owner, known)
                    if owner
                    else ModuleEntity(known)
                    if self._world.has_module(known)
                    else None
                )
            if owner is not None:
                self._added.setdefault(owner, set()).add(name)
            if isinstance(owner, ModuleEntity):
                found = self._world.find(owner.name, name)
                lines[path] = self._id(found) if isinstance(found, ModuleEntity) else self._shared(["m", path, 1, {}])
        return lines

    def _id(self, entity: Entity) -> int:
        """The line of a module or class; it is written in its turn."""
        if entity not in self._ids:
            self._ids[entity] = len(self._lines)
            self._lines.append("")
            self._pending.append(entity)
        return self._ids[entity]

    def _shared(self, record: list[object]) -> int:
        """The line of a record that stands for itself: equal ones are written once."""
        line = _line(record)
        if line not in self._known:
            self._known[line] = len(self._lines)
            self._lines.append(line)
        return self._known[line]

    def _module(self, entity: ModuleEntity) -> list[object]:
        world, namespace = self._world, self._world.module(entity.name).namespace
        names = set(namespace.names) | set(world.submodules(entity.name))
        answered = world.answered(entity.name)
        names |= (answered or frozenset()) | self._added.get(entity, set())
        open_ = namespace.dynamic or answered is None
        for star in namespace.stars:
            source = world.module(star).namespace if world.has_module(star) else None
            open_ = open_ or source is None or source.dynamic or bool(source.stars)
            names |= set(source.names) if source else set()
        members = {name: self._reference(world.find(entity.name, name)) for name in sorted(names) if _is_public(name)}
        if not any(members.values()):
            # Nothing to follow here, such as in a module of types only: not worth its room.
            return ["m", entity.name, 1, {}]
        return ["m", entity.name, int(open_), members]

    def _class(self, entity: Entity) -> list[object]:
        assert isinstance(entity, ClassEntity)  # noqa: S101 # only modules and classes are pending
        ancestry = self._world.ancestry(entity)
        classes = [item for item in ancestry if isinstance(item, ClassEntity)]
        foreign = [_foreign_names(item) for item in ancestry if not isinstance(item, ClassEntity)]
        unknown = any(names is None for names in foreign)
        own = self._members(entity)
        open_instance = unknown or any(self._members(item).open_instance for item in classes)
        members: dict[str, str] = {}
        for name, member in own.members.items():
            if _is_public(name):
                members[name] = self._reference(member)
        for name, value in own.stored.items():
            if _is_public(name) and (not open_instance or name in own.members):
                members.setdefault(name, f"p{self._value(value, entity)}")
        further = {name for names in foreign for name in names or ()} | self._added.get(entity, set())
        descendants = self._descendants.get(entity, [])
        if len(descendants) > _MOST_DESCENDANTS or any(self._members(item).open_instance for item in descendants):
            open_instance = True
        else:
            further |= {
                name for item in descendants for part in (self._members(item),) for name in [*part.members, *part.stored]
            }
        return [
            "c",
            ".".join(entity.path),
            int(open_instance),
            int(unknown or any(self._members(item).open_class for item in classes)),
            dict(sorted(members.items())),
            [self._id(item) for item in classes[1:]],
            self._construction(entity, classes, unknown=unknown),
            " ".join(sorted(name for name in further - members.keys() if _is_public(name))),
            sorted(name for name in own.patterns if _is_public(name)),
        ]

    def _construction(self, entity: ClassEntity, classes: list[ClassEntity], *, unknown: bool) -> str:
        """How the class is called: its `__init__`, "" if only the result is known, "-" if not even that."""
        defined = [(item, name) for item in classes for name in ("__new__", "__init__") if name in self._members(item).members]
        if unknown or any(name == "__new__" for _, name in defined) or self._members(entity).open_class:
            return "-"
        if not defined or any(self._world.node(item).decorator_list for item in classes):
            return ""
        return self._reference(self._members(defined[0][0]).members["__init__"])

    def _members(self, entity: ClassEntity) -> Own:
        if entity not in self._own:
            self._own[entity] = own_members(self._world, entity)
        return self._own[entity]

    @cached_property
    def _descendants(self) -> dict[ClassEntity, list[ClassEntity]]:
        found: dict[ClassEntity, list[ClassEntity]] = {}
        for entity in walk_classes(self._world):
            for ancestor in self._world.ancestry(entity)[1:]:
                if isinstance(ancestor, ClassEntity):
                    found.setdefault(ancestor, []).append(entity)
        return found

    def _reference(self, entity: Entity | None) -> str:
        match entity:
            case ModuleEntity():
                return f"m{self._id(entity)}"
            case ClassEntity():
                return f"c{self._id(entity)}" if self._is_worth_following(entity) else ""
            case FunctionEntity(owner=owner) if owner and is_property(self._world, entity):
                return f"p{self._types(signature(self._world, entity).result)}"
            case FunctionEntity():
                return self._function(entity)
            case _:
                return ""

    def _is_worth_following(self, entity: ClassEntity) -> bool:
        """Not so: typed dictionaries, and classes that only hold data under names that are not checked."""
        if is_typed_dictionary(self._world, entity):
            return False
        own = self._members(entity)
        bare = not any(isinstance(item, FunctionEntity | ClassEntity) for item in own.members.values())
        opened = own.open_instance or any(
            not isinstance(item, Outside)
            and (item is None or (isinstance(item, ClassEntity) and self._members(item).open_instance))
            for item in self._world.ancestry(entity)
        )
        return not (bare and opened)

    def _function(self, entity: FunctionEntity) -> str:
        found = signature(self._world, entity)
        unpacked = [self._dictionaries.line(types(self._world, entity.module, entity.owner, item)) for item in found.unpacked]
        shapes = self._shapes(entity, found)
        record: list[object] = [
            "f",
            " ".join(sorted(found.names)),
            int(found.open or None in unpacked),
            sorted({item for item in unpacked if item is not None}),
            shapes,
            " ".join(sorted(found.positional - found.names.keys())),
            " ".join(found.positions) if shapes else "",
        ]
        result = self._types(found.result)
        arrow = f">{'~' if found.asynchronous else ''}{result}" if result else ""
        return f"f{self._shared(record)}{arrow}"

    def _shapes(self, entity: FunctionEntity, found: Signature) -> dict[str, str]:
        shapes: dict[str, str] = {}
        for name, annotations in sorted(found.names.items()):
            said = {self._dictionaries.shape(types(self._world, entity.module, entity.owner, item)) for item in annotations}
            if len(said) == 1 and (shape := said.pop()):
                shapes[name] = shape
        return shapes

    def _value(self, value: ValueEntity, owner: ClassEntity) -> str:
        if value.annotation is not None:
            return self._types(types(self._world, value.module, owner, value.annotation))
        call = value.value if isinstance(value.value, ast.Call) else None
        made = self._world.evaluate(value.module, None, call.func) if call else None
        return self._types(frozenset({Type("instance", made)})) if isinstance(made, ClassEntity) else ""

    def _types(self, found: frozenset[Type] | None) -> str:
        """Types as references ("i4|c5"), "" when any of them is not one to follow."""
        references: set[str] = set()
        for item in sorted(found or (), key=_order):  # lines are numbered in the order in which they are asked for
            followed = item.entity is not None and self._is_worth_following(item.entity)
            match item:
                case Type(kind="none", listed=False):
                    continue
                case Type(kind="own", listed=False):
                    references.add("s")
                case Type(kind="instance" | "class" as kind, entity=entity, listed=False) if entity and followed:
                    references.add(f"{kind[0]}{self._id(entity)}")
                case _:
                    return ""
        return "|".join(sorted(references))


def _order(item: Type) -> tuple[str, str, tuple[str, ...]]:
    return item.kind, item.entity.module if item.entity else "", item.entity.path if item.entity else ()


def _foreign_names(entity: Entity | None) -> list[str] | None:
    """The public names of a base that is not the SDK's; None if they are not known."""
    if isinstance(entity, Outside):
        module, _, name = entity.path.rpartition(".")
        if typing_name(entity) in _BARE_BASES or entity.path == "abc.ABC":
            return ["register"] if name == "ABC" else []
        base = getattr(builtins, name, None) if module == "builtins" else None
        if isinstance(base, type):
            return [item for item in dir(base) if _is_public(item)]
    return None


def _is_public(name: str) -> bool:
    return not any(part.startswith("_") for part in name.split("."))


def _line(record: object) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))
