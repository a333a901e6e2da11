"""Converse as Step Functions spells it: every field in PascalCase, free JSON as it is (developer guide, "AWS SDK service
integrations", API naming conventions). The fields are those of botocore's service model.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from agentic.core.errors import ConfigurationError


def check_request(template: Mapping[str, Any], where: str) -> None:
    """Raises `ConfigurationError` for a field that Converse has not, or has and needs; paths stand for any value."""
    faults: list[str] = []
    _check(template, _operation().input_shape, where, faults)
    if faults:
        raise ConfigurationError("; ".join(faults))


def request(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters in the API's own spelling."""
    return _spelled(parameters, _operation().input_shape, _camel)


def response(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The API's answer in Step Functions' spelling."""
    return _spelled(answer, _operation().output_shape, _pascal)


@cache
def _operation() -> Any:
    import botocore.session  # pyright: ignore[reportMissingTypeStubs]

    session: Any = botocore.session.get_session()  # pyright: ignore[reportUnknownMemberType] # untyped
    return session.get_service_model("bedrock-runtime").operation_model("Converse")


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]


def _pascal(name: str) -> str:
    return name[:1].upper() + name[1:]


def _spelled(value: Any, shape: Any, spell: Any) -> Any:
    # A document is free JSON; the value may also be none of the shape, which is then for the service to refuse.
    if shape.type_name == "structure" and not shape.is_document_type and isinstance(value, Mapping):
        fields = cast("Mapping[str, Any]", value)
        members = {_pascal(name): member for name, member in shape.members.items()}
        return {
            spell(name): _spelled(item, members[_pascal(name)], spell) if _pascal(name) in members else item
            for name, item in fields.items()
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [_spelled(item, shape.member, spell) for item in cast("list[Any]", value)]
    return value


def _check(value: Any, shape: Any, where: str, faults: list[str]) -> None:
    if shape.type_name == "structure" and not shape.is_document_type:
        if not isinstance(value, Mapping):
            faults.append(f"{where} must be an object")
            return
        fields = {
            name.removesuffix(".$"): (item, name.endswith(".$")) for name, item in cast("Mapping[str, Any]", value).items()
        }
        members = {_pascal(name): member for name, member in shape.members.items()}
        faults += [f"{where} has no field {name}" for name in fields if name not in members]
        faults += [f"{where} needs {_pascal(name)}" for name in shape.required_members if _pascal(name) not in fields]
        for name, (item, is_path) in fields.items():
            if name in members and not is_path:
                _check(item, members[name], f"{where}.{name}", faults)
    elif shape.type_name == "list":
        if not isinstance(value, list):
            faults.append(f"{where} must be a list")
            return
        for number, item in enumerate(cast("list[Any]", value)):
            _check(item, shape.member, f"{where}[{number}]", faults)
    elif shape.type_name == "string" and not isinstance(value, str):
        faults.append(f"{where} must be a text")
    elif shape.type_name == "integer" and (not isinstance(value, int) or isinstance(value, bool)):
        faults.append(f"{where} must be a whole number")
