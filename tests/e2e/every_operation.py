"""Requests for every operation of an AWS service, made from botocore's model of it, aimed at what is worth attacking."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Targets = Mapping[str, Sequence[Any]]
"""Values worth trying by the member's name; other members get anything of the right kind."""

_DEEP = 6


def requests(client: Any, targets: Targets) -> Iterator[tuple[str, dict[str, Any]]]:
    """(botocore's name of the operation, arguments): each operation at least once, and once for each target it can name."""
    model = client.meta.service_model
    for operation in model.operation_names:
        shape = model.operation_model(operation)
        if shape.has_event_stream_input:
            # These need HTTP/2, which boto3 does not speak.
            continue
        members = dict(shape.input_shape.members) if shape.input_shape else {}
        rounds = max((len(targets[name]) for name in members if name in targets), default=1)
        for number in range(rounds):
            yield (
                operation,
                {
                    name: _value(member, name, targets, number, 0)
                    for name, member in members.items()
                    if name in targets or name in shape.input_shape.required_members
                },
            )


def _value(shape: Any, name: str, targets: Targets, number: int, depth: int) -> Any:
    if name in targets and shape.type_name == "string":
        return targets[name][number % len(targets[name])]
    match shape.type_name:
        case "string":
            return shape.enum[0] if shape.enum else "x" * max(1, shape.metadata.get("min", 1))
        case "structure":
            if getattr(shape, "is_document_type", False) or depth > _DEEP:
                return {}
            wanted = shape.required_members or (list(shape.members)[:1] if getattr(shape, "is_tagged_union", False) else [])
            return {key: _value(shape.members[key], key, targets, number, depth + 1) for key in wanted}
        case "list":
            return [] if depth > _DEEP else [_value(shape.member, name, targets, number, depth + 1)]
        case "map":
            return {} if depth > _DEEP else {"x": _value(shape.value, name, targets, number, depth + 1)}
        case "boolean":
            return True
        case "integer" | "long":
            return max(1, shape.metadata.get("min", 1))
        case "float" | "double":
            return 1.0
        case "timestamp":
            return datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
        case "blob":
            return b"{}"
        case kind:
            raise AssertionError(f"no value for {kind}")
