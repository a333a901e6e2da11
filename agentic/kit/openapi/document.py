"""A description's file as a value: JSON, or YAML where PyYAML is installed. What cannot be read is one line for the person."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from agentic.core.errors import UsageError

LARGEST_JSON, LARGEST_YAML = 32_000_000, 4_000_000
_LONGEST_CHAIN = 20
_WANTED = "--openapi takes one file, an OpenAPI 3.0 or 3.1 description in JSON or YAML"
_MEND = "mend it there; editor.swagger.io shows where"

Object = Mapping[str, Any]


class Document:
    """The description. Never raises for what is in it: a part that is not as it should be reads as empty."""

    def __init__(self, root: Object) -> None:
        self.root = root

    @classmethod
    def read(cls, path: Path) -> "Document":
        """Raises `UsageError` for a file that is not there, too large, or no OpenAPI description of version 3."""
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST_JSON + 1)
        except OSError as error:
            raise UsageError(f"cannot read {path}: {error.strerror}", hint=_WANTED) from error
        root = _parsed(content, path.name)
        if not isinstance(root, Mapping):
            raise UsageError(f"{path.name} is not an OpenAPI description: it is no object", hint=_WANTED)
        found = cast("Object", root)
        version = str(found.get("openapi", ""))
        if not version.startswith("3."):
            said = f"Swagger {str(found['swagger'])[:10]}" if "swagger" in found else "no OpenAPI description of version 3"
            raise UsageError(f"{path.name} is {said}", hint="convert it to OpenAPI 3.0 or 3.1 (editor.swagger.io does)")
        return cls(found)

    def resolved(self, value: Any) -> Object:
        """`value` as an object, after following its `$ref`s inside the document; empty for a circle, or for what is none."""
        for _ in range(_LONGEST_CHAIN):
            if not isinstance(value, Mapping):
                return {}
            found = cast("Object", value)
            reference = found.get("$ref")
            if not isinstance(reference, str):
                return found
            value = self._at(reference)
        return {}

    def _at(self, reference: str) -> Any:
        if not reference.startswith("#/"):
            return None
        value: Any = self.root
        for part in reference[2:].split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(value, Mapping):
                return None
            value = cast("Object", value).get(name)
        return value


def entries(value: Any, most: int) -> list[tuple[str, Any]]:
    """The first entries of an object, with their names as texts; none of anything else."""
    if not isinstance(value, Mapping):
        return []
    found = cast("Mapping[Any, Any]", value)
    return [(str(name), item) for name, item in list(found.items())[:most]]


def items(value: Any, most: int) -> list[Any]:
    """The first items of a list; none of anything else."""
    return cast("list[Any]", value)[:most] if isinstance(value, list) else []


def _parsed(content: bytes, name: str) -> Any:
    json_like = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"
    largest = LARGEST_JSON if json_like else LARGEST_YAML
    if len(content) > largest:
        raise UsageError(
            f"{name} is larger than {largest // 1_000_000} MB",
            hint="take out what the plugin does not need" + ("" if json_like else ", or convert it to JSON"),
        )
    try:
        text = content.decode("utf-8-sig")
        return json.loads(text, parse_constant=lambda _: None) if json_like else _yaml(text, name)
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is not UTF-8 text (byte {error.start})", hint="save it as UTF-8") from error
    except json.JSONDecodeError as error:
        raise UsageError(f"{name} is no JSON: {error.msg} at line {error.lineno}, column {error.colno}", hint=_MEND) from error
    except RecursionError:
        raise UsageError(f"{name} is nested too deeply to be an API's description", hint=_WANTED) from None
    except ValueError as error:
        raise UsageError(f"{name} cannot be read: {str(error).splitlines()[0][:120]}", hint=_WANTED) from error


def _yaml(text: str, name: str) -> Any:
    try:
        import yaml
    except ImportError as error:
        hint = "pip install 'agentic-api-developer[kit]', or convert the description to JSON"
        raise UsageError("reading YAML needs the package PyYAML, which is not installed", hint=hint) from error

    class Loader(yaml.SafeLoader):
        """Takes nothing but texts, numbers and truth values for what they are: no dates, and no merging of keys, which can
        make gigabytes of a small file."""

    kept = {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:null"}
    resolvers = cast("Mapping[Any, list[tuple[str, Any]]]", cast("Any", yaml.SafeLoader).yaml_implicit_resolvers)
    cast("Any", Loader).yaml_implicit_resolvers = {
        first: [(tag, form) for tag, form in rules if tag in kept] for first, rules in resolvers.items()
    }
    try:
        return yaml.load(text, Loader)  # noqa: S506 # a safe loader, made narrower
    except yaml.YAMLError as error:
        mark = cast("Any", error).problem_mark if hasattr(error, "problem_mark") else None
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = str(getattr(error, "problem", "") or "it cannot be read").splitlines()[0][:120]
        raise UsageError(f"{name} is neither JSON nor YAML: {problem}{place}", hint=_MEND) from error
