"""The models of AWS's services, as botocore carries them; each is read once, when the first request to it is checked."""

from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any

from botocore.loaders import Loader  # pyright: ignore[reportMissingTypeStubs]
from botocore.model import OperationNotFoundError, ServiceModel  # pyright: ignore[reportMissingTypeStubs]

from agentic.core.errors import LocalCloudError
from agentic.local.oracle.patterns import UntranslatableError, translated


class Shape:
    """What one value may be; botocore's shape with types. What a kind does not have is empty."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._limits: Mapping[str, Any] = raw.metadata

    @property
    def name(self) -> str:
        return str(self._raw.name)

    @property
    def kind(self) -> str:
        """ "structure", "list", "map", "string" …; "document" for any JSON."""
        return "document" if getattr(self._raw, "is_document_type", False) else str(self._raw.type_name)

    @cached_property
    def members(self) -> Mapping[str, "Shape"]:
        """A structure's."""
        return {name: Shape(member) for name, member in getattr(self._raw, "members", {}).items()}

    @property
    def required(self) -> list[str]:
        """A structure's; without the tokens against doing twice, which every SDK makes by itself."""
        names: list[str] = list(getattr(self._raw, "required_members", ()))
        return [name for name in names if not self._raw.members[name].metadata.get("idempotencyToken")]

    @property
    def is_union(self) -> bool:
        """Exactly one member must be given."""
        return bool(getattr(self._raw, "is_tagged_union", False))

    @cached_property
    def item(self) -> "Shape":
        """A list's item, a map's value."""
        return Shape(self._raw.value if self._raw.type_name == "map" else self._raw.member)

    @cached_property
    def key(self) -> "Shape":
        """A map's key."""
        return Shape(self._raw.key)

    @property
    def least(self) -> float | None:
        """The least number, length or count."""
        return self._limits.get("min")

    @property
    def most(self) -> float | None:
        return self._limits.get("max")

    @property
    def pattern(self) -> str:
        return str(self._limits.get("pattern", ""))

    @property
    def choices(self) -> list[str]:
        return list(self._limits.get("enum", ()))

    @property
    def is_sensitive(self) -> bool:
        return bool(self._limits.get("sensitive"))


@cache
def input_shape(service: str, operation: str) -> Shape | None:
    """The shape of an operation's parameters, None when it has none. Raises `LocalCloudError` for what is not there."""
    model = _service_model(service)
    try:
        raw = model.operation_model(operation).input_shape
    except OperationNotFoundError:
        raise LocalCloudError(f"{service} has no operation {operation}") from None
    return None if raw is None else Shape(raw)


def unchecked_patterns(service: str) -> tuple[str, ...]:
    """The patterns of the service's model that cannot be checked here, because Python has no equal of them."""
    model = _service_model(service)
    shapes = [Shape(model.shape_for(name)) for name in model.shape_names]
    return tuple(pattern for pattern in sorted({shape.pattern for shape in shapes}) if not _checkable(pattern))


def load(*services_named: str) -> None:
    """Read these models now: the first request to each then costs no more than the next."""
    for service in services_named:
        _service_model(service)


def services() -> tuple[str, ...]:
    """All services that botocore knows."""
    return tuple(_loader().list_available_services("service-2"))


@cache
def _loader() -> Any:
    # Only what botocore ships: no models of the person who happens to run this.
    return Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)


@cache
def _service_model(service: str) -> Any:
    if service not in services():
        raise LocalCloudError(f"botocore knows no service {service}")
    return ServiceModel(_loader().load_service_model(service, "service-2"), service)


def _checkable(pattern: str) -> bool:
    try:
        translated(pattern)
    except UntranslatableError:
        return False
    return True
