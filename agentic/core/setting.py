"""One setting: its kind, what it may be, and how it is written as the text that Pulumi keeps."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from agentic.core.key_forms import KeyForms, quoted

_LARGEST = 2**31 - 1
_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", tuple: "a list of names"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A declared setting. `name` is its field in Python, `key` what people write in files.

    Beyond its kind (the type of `default`): `form` is for each text as a whole, `form_words` says it in words.
    """

    name: str
    default: Any
    help: str
    minimum: int = 0
    maximum: int = _LARGEST
    choices: tuple[str, ...] = ()
    form: str = ""
    form_words: str = ""

    @property
    def key(self) -> str:
        return self.name.replace("__", ".")

    @property
    def kind(self) -> type:
        kind: type = self.default.__class__
        return kind

    @property
    def allowed(self) -> str:
        """What may be given, in words."""
        if self.choices:
            return f"{'of' if self.kind is tuple else 'one of'} {', '.join(self.choices)}"
        if self.form:
            return self.form_words
        if self.kind in {int, float}:
            upper = "" if self.maximum == _LARGEST else f", at most {self.maximum}"
            return f"{_KINDS[self.kind]}, at least {self.minimum}{upper}"
        return _KINDS[self.kind]

    def faults(self, spelled: str, value: Any, forms: KeyForms) -> Iterator[str]:
        """What is wrong with a value, as `KEY must be …, not …`. `spelled` is the key as the person wrote it."""
        if isinstance(value, Unusable) or not _is(value, self.kind):
            given: Any = cast("Any", value.given) if isinstance(value, Unusable) else value
            yield f"{spelled} must be {_KINDS[self.kind]}, not {quoted(given, forms)}"
        elif self.kind in {int, float}:
            if value < self.minimum:
                yield f"{spelled} must be at least {self.minimum}, not {quoted(value, forms)}"
            elif value > self.maximum:
                yield f"{spelled} must be at most {self.maximum}, not {quoted(value, forms)}"
        elif self.kind in {str, tuple}:
            several: tuple[str, ...] = value if self.kind is tuple else (value,)
            for one in several:
                if (self.choices and one not in self.choices) or (self.form and not re.fullmatch(self.form, one)):
                    yield f"{spelled} must be {self.allowed}, not {quoted(one, forms)}"
            if len(set(several)) != len(several):
                yield f"{spelled} names one of its names twice: {quoted(value, forms)}"


@dataclass(frozen=True, slots=True)
class Unusable:
    """Stands for a text from which no value of the setting's kind can be made."""

    given: str


def from_text(text: str, kind: type) -> Any:
    """The value that a text of a stack's configuration stands for; `Unusable` when it is not of that kind."""
    if kind is str:
        return text
    value: Any
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = text
    if kind is tuple and isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    value = from_plain(value, kind)
    return value if _is(value, kind) else Unusable(text)


def from_plain(value: Any, kind: type) -> Any:
    """A value as JSON and TOML have it, in the type that `Settings` has for it; whatever is of another kind as it is."""
    if kind is tuple and isinstance(value, list):
        return tuple(cast("list[Any]", value))
    return float(value) if kind is float and type(value) is int and abs(value) <= _LARGEST else value


def to_text(value: Any) -> str:
    """The inverse of `from_text`."""
    return value if isinstance(value, str) else json.dumps(value)


def _is(value: Any, kind: type) -> bool:
    """Strictly: a truth value is no number, a text no list."""
    if kind is float:
        # A whole number is one too; what is no number is larger and smaller than nothing.
        return type(value) in {int, float} and -_LARGEST <= value <= _LARGEST
    if type(value) is not kind:
        return False
    return kind is not tuple or all(type(one) is str for one in cast("tuple[Any, ...]", value))
