"""What a resource's inputs must look like, as small values: strict, so that a slip in the program is told by name.

Pulumi checks nothing under mocks and AWS would only say at deployment. `read` gives the value in the form that the
resource's code uses; each fault is one sentence in `faults`, with the path of what is wrong.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast


class Kind(Protocol):
    """One kind of input."""

    def read(self, value: Any, path: str, faults: list[str]) -> Any:
        """The value for the resource's code; meaningless when a fault was added."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A string. `pattern` must match all of it; `choices` are the only values."""

    pattern: str = ""
    choices: tuple[str, ...] = ()
    longest: int = 0

    def read(self, value: Any, path: str, faults: list[str]) -> Any:
        if not isinstance(value, str):
            faults.append(f"{path} must be a text, not {_shown(value)}")
        elif self.choices and value not in self.choices:
            faults.append(f"{path} must be one of {', '.join(self.choices)}, not {_shown(value)}")
        elif self.pattern and not re.fullmatch(self.pattern, value):
            faults.append(f"{path} must match {self.pattern}, not {_shown(value)}")
        elif self.longest and len(value) > self.longest:
            faults.append(f"{path} may have {self.longest} characters, not {len(value)}")
        return value


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within limits, or one of `choices`."""

    least: int | None = None
    most: int | None = None
    choices: tuple[int, ...] = ()

    def read(self, value: Any, path: str, faults: list[str]) -> Any:
        if isinstance(value, bool) or not isinstance(value, int):
            faults.append(f"{path} must be a whole number, not {_shown(value)}")
        elif self.choices and value not in self.choices:
            faults.append(f"{path} must be one of {', '.join(map(str, self.choices))}, not {value}")
        elif (self.least is not None and value < self.least) or (self.most is not None and value > self.most):
            faults.append(f"{path} must be between {self.least} and {self.most}, not {value}")
        return value


@dataclass(frozen=True, slots=True)
class Truth:
    """True or false; `only` where the other one cannot be had here."""

    only: bool | None = None

    def read(self, value: Any, path: str, faults: list[str]) -> Any:
        if not isinstance(value, bool):
            faults.append(f"{path} must be true or false, not {_shown(value)}")
        elif self.only is not None and value is not self.only:
            faults.append(f"{path} must be {str(self.only).lower()}")
        return value


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list with `least` to `most` items of one kind."""

    item: Kind
    least: int = 0
    most: int | None = None

    def read(self, value: Any, path: str, faults: list[str]) -> Any:
        if not isinstance(value, list):
            faults.append(f"{path} must be a list, not {_shown(value)}")
            return []
        items = cast(list[Any], value)
        if len(items) < self.least or (self.most is not None and len(items) > self.most):
            faults.append(f"{path} must have {self.least} to {self.most or 'any number of'} items, not {len(items)}")
        return [_read_item(self.item, item, f"{path}[{index}]", faults) for index, item in enumerate(items)]


@dataclass(frozen=True, slots=True)
class MapOf:
    """Names with values of one kind; each name must match `names`."""

    item: Kind
    names: str = ".+"

    def read(self, value: Any, path: str, faults: list[str]) -> Any:
        if not isinstance(value, Mapping):
            faults.append(f"{path} must be a mapping, not {_shown(value)}")
            return {}
        items = cast(Mapping[str, Any], value)
        faults += [f"{path}: {name!r} must match {self.names}" for name in items if not re.fullmatch(self.names, name)]
        return {name: _read_item(self.item, item, f"{path}.{name}", faults) for name, item in items.items()}


@dataclass(frozen=True, slots=True)
class Block:
    """Named inputs. An input in neither mapping is refused: silently ignored, it would mean something on AWS only."""

    required: Mapping[str, Kind] = field(default_factory=dict[str, Kind])
    optional: Mapping[str, Kind] = field(default_factory=dict[str, Kind])

    def read(self, value: Any, path: str, faults: list[str]) -> Any:
        if not isinstance(value, Mapping):
            faults.append(f"{path or 'inputs'} must be a mapping, not {_shown(value)}")
            return {}
        given, before = cast(Mapping[str, Any], value), f"{path}." if path else ""
        known = {**self.required, **self.optional}
        faults += [f"{before}{name} is missing" for name in self.required if given.get(name) is None]
        faults += [f"{before}{name} is not supported by the local cloud" for name in given if name not in known]
        return {
            name: known[name].read(item, f"{before}{name}", faults)
            for name, item in given.items()
            if name in known and item is not None
        }


@dataclass(frozen=True, slots=True)
class Noted:
    """Accepted as it is and not acted on, for the reason that is given."""

    reason: str

    def read(self, value: Any, path: str, faults: list[str]) -> Any:
        return value


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """A `pulumi.FileArchive` of a file that exists."""

    def read(self, value: Any, path: str, faults: list[str]) -> Any:
        archive = cast(Mapping[str, Any], value).get("archive") if isinstance(value, Mapping) else None
        if not isinstance(archive, str):
            faults.append(f"{path} must be a FileArchive")
            return Path()
        if not Path(archive).is_file():
            faults.append(f"{path}: there is no file {archive}")
        return Path(archive)


_ACTION = re.compile(r"\*|[a-z0-9-]+:[A-Za-z0-9*?]+")
_RESOURCE = re.compile(r"\*|arn:[a-z-]+:[a-z0-9-]+:[a-z0-9*-]*:([0-9]{12}|aws|\*)?:.+")


@dataclass(frozen=True, slots=True)
class PolicyText:
    """A policy document as JSON text. `principal`: a trust or resource policy (names principals).

    A null inside means that an output was missing when the program wrote it; on AWS such a document is refused.
    """

    principal: bool = False

    def read(self, value: Any, path: str, faults: list[str]) -> Any:
        try:
            parsed: Any = json.loads(value) if isinstance(value, str) else value
        except ValueError as error:
            faults.append(f"{path} is not JSON: {error}")
            return {}
        document = cast(dict[str, Any], parsed) if isinstance(parsed, dict) else dict[str, Any]()
        statements = document.get("Statement")
        if not isinstance(statements, list) or not statements:
            faults.append(f"{path} must be a policy document with a list of statements")
            return {}
        faults += [f"{path} has null at {place}" for place in _nulls(document, "")]
        if document.get("Version") != "2012-10-17":
            faults.append(f"{path}.Version must be 2012-10-17")
        for index, statement in enumerate(cast(list[Any], statements)):
            self._read_statement(statement, f"{path}.Statement[{index}]", faults)
        return document

    def _read_statement(self, statement: Any, path: str, faults: list[str]) -> None:
        if not isinstance(statement, Mapping):
            faults.append(f"{path} must be a mapping")
            return
        given = cast(Mapping[str, Any], statement)
        if given.get("Effect") not in {"Allow", "Deny"}:
            faults.append(f"{path}.Effect must be Allow or Deny")
        if self.principal != ("Principal" in given):
            faults.append(f"{path} must {'' if self.principal else 'not '}have a Principal")
        allowed = {"Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
        faults += [f"{path}.{name} is not part of a statement" for name in given if name not in allowed]
        actions = _texts(given.get("Action", given.get("NotAction")))
        if not actions:
            faults.append(f"{path} has no Action")
        faults += [f"{path}: {_shown(item)} is not an action" for item in actions if not _is(_ACTION, item)]
        resources = _texts(given.get("Resource", given.get("NotResource")))
        if not resources and not self.principal:
            faults.append(f"{path} has no Resource")
        faults += [f"{path}: {_shown(item)} is not an ARN" for item in resources if not _is(_RESOURCE, item)]


def arn(service: str, resource: str, *, region: str = r"[a-z0-9-]+") -> Text:
    """The ARN of one service's resource; `resource` is a pattern."""
    return Text(rf"arn:aws[a-z-]*:{service}:{region}:[0-9]{{12}}:{resource}")


TAGS = MapOf(Text(r"[\w\s.:/=+\-@]{0,256}"), names=r"(?!aws:)[\w\s.:/=+\-@]{1,128}")


def _read_item(kind: Kind, item: Any, path: str, faults: list[str]) -> Any:
    if item is None:
        faults.append(f"{path} is null")
        return None
    return kind.read(item, path, faults)


def _nulls(value: Any, path: str) -> list[str]:
    if value is None:
        return [path]
    if isinstance(value, Mapping):
        items = cast(Mapping[str, Any], value).items()
        return [found for key, item in items for found in _nulls(item, f"{path}.{key}".lstrip("."))]
    if isinstance(value, list):
        return [found for index, item in enumerate(cast(list[Any], value)) for found in _nulls(item, f"{path}[{index}]")]
    return []


def _texts(value: Any) -> Sequence[Any]:
    if value is None:
        return []
    return cast(list[Any], value) if isinstance(value, list) else [value]


def _is(pattern: re.Pattern[str], item: Any) -> bool:
    # null is told by `_nulls`, once.
    return item is None or (isinstance(item, str) and pattern.fullmatch(item) is not None)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
