"""Which definition a name of the SDK leads to: through imports, aliases and packages, without running anything."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agentic.validator.describe.namespaces import (
    FUNCTIONS,
    Assigned,
    Definition,
    FunctionNode,
    Imported,
    Module,
    Namespace,
    collect,
    looked_up,
    read_module,
)
from agentic.validator.describe.sources import Source


@dataclass(frozen=True, slots=True)
class ModuleEntity:
    name: str


@dataclass(frozen=True, slots=True)
class ClassEntity:
    """A class by the module and the names of the classes around it."""

    module: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FunctionEntity:
    """A function, or a method of `owner`: its definitions (several when overloaded)."""

    module: str
    owner: ClassEntity | None
    nodes: tuple[FunctionNode, ...]


@dataclass(frozen=True, slots=True)
class Outside:
    """Something of another distribution, of the standard library, or a builtin ("builtins.str")."""

    path: str


@dataclass(frozen=True, slots=True)
class ValueEntity:
    """A name that stands for a value."""

    module: str
    annotation: ast.expr | None
    value: ast.expr | None


type Entity = ModuleEntity | ClassEntity | FunctionEntity | Outside | ValueEntity


class World:
    """All modules of one SDK. `find` answers None where nothing is known but that the name may be there."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources
        self._modules: dict[str, Module] = {}
        self._classes: dict[ClassEntity, ast.ClassDef] = {}
        self._namespaces: dict[ClassEntity, Namespace] = {}
        self._ancestries: dict[ClassEntity, list[Entity | None]] = {}

    @property
    def module_names(self) -> list[str]:
        return sorted(self._sources)

    def has_module(self, name: str) -> bool:
        return name in self._sources

    def module(self, name: str) -> Module:
        """The module `name`, read when first asked for."""
        if name not in self._modules:
            source = self._sources[name]
            self._modules[name] = read_module(name, source.is_package, source.read())
        return self._modules[name]

    def submodules(self, name: str) -> list[str]:
        """The last names of the modules directly in the package `name`."""
        start = f"{name}."
        return [item.removeprefix(start) for item in self._sources if item.startswith(start) and "." not in item[len(start) :]]

    def answered(self, module: str) -> frozenset[str] | None:
        """The names that the module's own `__getattr__` answers: none without one; None if it may be any."""
        namespace = self.module(module).namespace
        names: frozenset[str] = frozenset()
        for definition in namespace.names.get("__getattr__", ()):
            keys = looked_up(definition, namespace) if isinstance(definition, FUNCTIONS) else None
            if keys is None:
                return None
            names |= keys
        return names

    def find(self, module: str, name: str, trail: frozenset[tuple[str, str]] = frozenset()) -> Entity | None:
        """What `module.name` is. None if it is not known what it is, or whether it is there."""
        if not self.has_module(module):
            return Outside(f"{module}.{name}")
        step = (module, name)
        namespace = self.module(module).namespace
        if step not in trail and name in namespace.names:
            return merge(
                [self.define(module, None, item, trail | {step}) for item in namespace.names[name]], namespace.names[name]
            )
        for source in namespace.stars if step not in trail else ():
            if source in self._sources and (found := self.find(source, name, trail | {step})) is not None:
                return found
        return ModuleEntity(f"{module}.{name}") if self.has_module(f"{module}.{name}") else None

    def define(
        self, module: str, owner: ClassEntity | None, definition: Definition, trail: frozenset[tuple[str, str]] = frozenset()
    ) -> Entity | None:
        """The entity of one definition in a module, or in the class `owner`."""
        match definition:
            case Imported(module=path, name=""):
                return ModuleEntity(path) if self.has_module(path) else Outside(path)
            case Imported(module=path, name=name):
                return self.find(path, name, trail)
            case ast.ClassDef(name=name):
                entity = ClassEntity(module, (*owner.path, name) if owner else (name,))
                self._classes[entity] = definition
                return entity
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return FunctionEntity(module, owner, (definition,))
            case Assigned(annotation=None, value=(ast.Name() | ast.Attribute()) as value):
                return self.evaluate(module, owner, value, trail)
            case Assigned(annotation=annotation, value=value):
                return ValueEntity(module, annotation, value)

    def evaluate(
        self, module: str, owner: ClassEntity | None, node: ast.expr, trail: frozenset[tuple[str, str]] = frozenset()
    ) -> Entity | None:
        """What a dotted name means in the source of `module` (in the body of the class `owner`)."""
        match node:
            case ast.Name(id=name):
                for depth in range(len(owner.path) if owner else 0, 0, -1):
                    around = ClassEntity(module, owner.path[:depth]) if owner else None
                    if around and around in self._classes and name in self.namespace(around).names:
                        definitions = self.namespace(around).names[name]
                        classes = [item for item in definitions if isinstance(item, ast.ClassDef)]
                        return self.define(module, around, classes[0]) if len(classes) == len(definitions) == 1 else None
                namespace = self.module(module).namespace
                if name not in namespace.names and not namespace.stars and not namespace.dynamic:
                    return Outside(f"builtins.{name}")
                return self.find(module, name, trail)
            case ast.Attribute(value=value, attr=name):
                return self.member(self.evaluate(module, owner, value, trail), name, trail)
            case ast.Subscript(value=value):
                # A generic class with its parameters.
                return self.evaluate(module, owner, value, trail)
            case _:
                return None

    def member(self, entity: Entity | None, name: str, trail: frozenset[tuple[str, str]] = frozenset()) -> Entity | None:
        """What `entity.name` is, for modules and for classes in classes."""
        match entity:
            case ModuleEntity(name=module):
                return self.find(module, name, trail)
            case ClassEntity():
                definition = self.namespace(entity).only(name)
                return self.define(entity.module, entity, definition, trail) if definition else None
            case Outside(path=path):
                return Outside(f"{path}.{name}")
            case _:
                return None

    def node(self, entity: ClassEntity) -> ast.ClassDef:
        return self._classes[entity]

    def namespace(self, entity: ClassEntity) -> Namespace:
        """What the class's own body binds."""
        if entity not in self._namespaces:
            module = self.module(entity.module)
            package = module.name if module.is_package else module.name.rpartition(".")[0]
            self._namespaces[entity] = collect(self._classes[entity].body, package)
        return self._namespaces[entity]

    def bases(self, entity: ClassEntity) -> list[Entity | None]:
        owner = ClassEntity(entity.module, entity.path[:-1]) if len(entity.path) > 1 else None
        return [self.evaluate(entity.module, owner, base) for base in self.node(entity).bases]

    def ancestry(self, entity: ClassEntity) -> list[Entity | None]:
        """The class and all it inherits from in the order of look-up (as Python's C3 has it); None for what is not known."""
        if entity not in self._ancestries:
            self._ancestries[entity] = _linear(self, entity, frozenset())
        return self._ancestries[entity]


def merge(entities: list[Entity | None], definitions: Sequence[Definition]) -> Entity | None:
    """The one thing that several definitions of a name agree on."""
    first = entities[0]
    functions = [item for item in entities if isinstance(item, FunctionEntity)]
    if len(functions) == len(entities):
        return FunctionEntity(functions[0].module, functions[0].owner, tuple(node for item in functions for node in item.nodes))
    if sum(isinstance(item, ast.ClassDef) for item in definitions) > 1:
        return None
    return first if all(item == first for item in entities) else None


def _linear(world: World, entity: Entity | None, trail: frozenset[Entity]) -> list[Entity | None]:
    if not isinstance(entity, ClassEntity) or entity in trail:
        return [entity if entity not in trail else None]
    bases = world.bases(entity)
    lines = [_linear(world, base, trail | {entity}) for base in bases] + [list(bases)]
    order: list[Entity | None] = [entity]
    while lines := [line for line in lines if line]:
        head = next((line[0] for line in lines if not any(line[0] in other[1:] for other in lines)), lines[0][0])
        order.append(head)
        lines = [[item for item in line if item != head] if line[0] == head else line for line in lines]
    return order


def walk_classes(world: World) -> Iterator[ClassEntity]:
    """Every class of the SDK that stands in a module or in another class."""
    for module in world.module_names:
        todo: list[tuple[ClassEntity | None, Namespace]] = [(None, world.module(module).namespace)]
        while todo:
            owner, namespace = todo.pop()
            for definitions in namespace.names.values():
                for definition in definitions:
                    if isinstance(definition, ast.ClassDef):
                        entity = world.define(module, owner, definition)
                        assert isinstance(entity, ClassEntity)  # noqa: S101 # what `define` makes of a class statement
                        yield entity
                        todo.append((entity, world.namespace(entity)))
