"""Typed dictionaries as records: which keys a dictionary may have, and which of its values are such dictionaries again."""

from collections.abc import Callable

from agentic.validator.describe.annotations import Type, functional_keys, types, typing_name
from agentic.validator.describe.namespaces import Assigned
from agentic.validator.describe.world import ClassEntity, Outside, ValueEntity, World


class Dictionaries:
    """The records of an SDK's typed dictionaries. `shared` gives the line of a record."""

    def __init__(self, world: World, shared: Callable[[list[object]], int]) -> None:
        self._world = world
        self._shared = shared
        self._keys: dict[ClassEntity, int | None] = {}

    def shape(self, found: frozenset[Type] | None) -> str:
        """Which typed dictionaries a value may be ("t3"), or lists of which ("[t4"); "" if any dictionary may stand there."""
        if found is None:
            return ""
        alone = self.line(frozenset(item for item in found if not item.listed))
        listed = self.line(frozenset(item for item in found if item.listed))
        said = {item.listed for item in found if item.kind == "keys"}
        if (False in said and alone is None) or (True in said and listed is None):
            return ""
        return (f"t{alone}" if False in said else "") + (f"[t{listed}" if True in said else "")

    def line(self, found: frozenset[Type] | None) -> int | None:
        """The record with the keys that any of these typed dictionaries has; None if there may be others."""
        entities = [item.entity for item in found or () if item.kind == "keys" and item.entity]
        records = [self._typed_dictionary(entity) for entity in sorted(entities, key=lambda item: (item.module, item.path))]
        known = sorted({record for record in records if record is not None})
        if not records or None in records:
            return None
        return known[0] if len(known) == 1 else self._shared(["t", "", {}, known])

    def _typed_dictionary(self, entity: ClassEntity) -> int | None:
        """The record of a TypedDict's keys; None if it may have others, or holds itself."""
        if entity in self._keys:
            return self._keys[entity]
        self._keys[entity] = None  # while it is made: one that holds itself is not looked into
        if any(keyword.arg not in {"total", "closed"} for keyword in self._world.node(entity).keywords):
            return None
        bases: list[int] = []
        shapes: dict[str, str] = {}
        for base in self._world.bases(entity):
            match base:
                case ClassEntity():
                    record = self._typed_dictionary(base)
                    if record is None:
                        return None
                    bases.append(record)
                case ValueEntity(module=module) if keys := functional_keys(self._world, base):
                    for key, annotation in zip(keys.keys, keys.values, strict=True):
                        text = getattr(key, "value", None)
                        if not isinstance(text, str):
                            return None
                        shapes[text] = self.shape(types(self._world, module, None, annotation))
                case Outside() if typing_name(base) in {"TypedDict", "Generic"}:
                    pass
                case _:
                    return None
        for name, definitions in self._world.namespace(entity).names.items():
            match definitions:
                case [Assigned(annotation=annotation)] if annotation is not None:
                    shapes[name] = self.shape(types(self._world, entity.module, entity, annotation))
                case _:
                    return None
        nested = {name: shape for name, shape in sorted(shapes.items()) if shape}
        self._keys[entity] = self._shared(["t", " ".join(sorted(shapes)), nested, bases])
        return self._keys[entity]
