"""The patterns of service models for Python: they are written for Java or for ECMAScript, which have more classes.

A Unicode property (`\\p{L}`) has tens of thousands of characters. For one text only those of its own characters matter:
the property becomes the class of these, so that the answer is exact and nothing large is built.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache


class UntranslatableError(ValueError):
    """The pattern uses what Python has no equal for; it is then not checked, and counted (`models.unchecked_patterns`)."""


@dataclass(frozen=True, slots=True)
class _Property:
    """A property, or its opposite, inside or outside a class."""

    name: str
    negated: bool
    in_class: bool

    def text(self, value: str, unused: str) -> str:
        test = _test(self.name)
        found = sorted({character for character in value if test(character) is not self.negated})
        inner = "".join(re.escape(character) for character in found) or unused
        return inner if self.in_class else f"[{inner}]"


@cache
def translated(pattern: str) -> Callable[[str], bool]:
    """Whether a text matches all of the pattern, as Java's `matches` has it. Raises `UntranslatableError`."""
    pieces = _Reader(pattern).pieces()
    if all(isinstance(piece, str) for piece in pieces):
        compiled = _compiled("".join(str(piece) for piece in pieces))
        return lambda value: compiled.fullmatch(value) is not None

    def matches(value: str) -> bool:
        # A noncharacter that the text does not have: a class must not be empty.
        unused = next(chr(code) for code in range(0xFDD0, 0xFDF0) if chr(code) not in value)
        texts = (piece if isinstance(piece, str) else piece.text(value, unused) for piece in pieces)
        return _compiled("".join(texts)).fullmatch(value) is not None

    matches("")  # a pattern that cannot be compiled is told now
    return matches


def _compiled(text: str) -> re.Pattern[str]:
    try:
        # In Java and ECMAScript \w and \d are ASCII.
        return re.compile(text, re.ASCII)
    except re.error as error:
        raise UntranslatableError(f"{text}: {error}") from None


_NOT_PYTHON = {"z": r"\Z", "Z": r"(?=\n?\Z)", "h": "[ \\t\\xa0]"}
_SURROGATES = re.compile(r"\\u[dD]([89abAB])([0-9a-fA-F]{2})\\u[dD]([c-fC-F])([0-9a-fA-F]{2})")


class _Reader:
    """Reads one pattern from its start to its end."""

    def __init__(self, pattern: str) -> None:
        self._pattern = _SURROGATES.sub(_pair, pattern).replace("(?<!", "\0").replace("(?<=", "\1")
        self._pattern = self._pattern.replace("(?<", "(?P<").replace("\0", "(?<!").replace("\1", "(?<=")
        self._place = 0
        self._pieces: list[str | _Property] = []

    def pieces(self) -> tuple[str | _Property, ...]:
        while self._place < len(self._pattern):
            character = self._take()
            if character == "\\":
                self._escape(in_class=False)
            elif character == "[":
                self._class()
            else:
                self._pieces.append(character)
        return tuple(self._pieces)

    def _take(self) -> str:
        if self._place >= len(self._pattern):
            raise UntranslatableError(f"{self._pattern}: ends too early")
        self._place += 1
        return self._pattern[self._place - 1]

    def _next_is(self, text: str) -> bool:
        return self._pattern.startswith(text, self._place)

    def _escape(self, *, in_class: bool) -> bool:
        """After a backslash. Whether it stands for many characters."""
        character = self._take()
        if character in "pP":
            name = self._take()
            if name == "{":
                name = self._pattern[self._place : self._pattern.index("}", self._place)]
                self._place += len(name) + 1
            _test(name)
            self._pieces.append(_Property(name, character == "P", in_class))
            return True
        if character == "Q":
            end = self._pattern.find("\\E", self._place)
            end = len(self._pattern) if end < 0 else end
            self._pieces.append(re.escape(self._pattern[self._place : end]))
            self._place = end + 2
        elif character in _NOT_PYTHON and not in_class:
            self._pieces.append(_NOT_PYTHON[character])
        elif character == "k":
            raise UntranslatableError(f"{self._pattern}: named back references")
        else:
            self._pieces.append(f"\\{character}")
        return character in "wWdDsS"

    def _class(self) -> None:
        self._pieces.append("[")
        if self._next_is("^"):
            self._pieces.append(self._take())
        many = False
        if self._next_is("]"):
            raise UntranslatableError(f"{self._pattern}: an empty class")
        while not self._next_is("]"):
            character = self._take()
            if character == "&" and self._next_is("&"):
                raise UntranslatableError(f"{self._pattern}: an intersection of classes")
            if character == "\\":
                many = self._escape(in_class=True)
                continue
            # After a class of many characters a hyphen cannot begin a range; "[" and doubled signs are themselves here.
            plain = character == "[" or (character == "-" and many) or (character in "-|~" and self._next_is(character))
            self._pieces.append(f"\\{character}" if plain else character)
            many = False
        self._pieces.append(self._take())


def _pair(found: re.Match[str]) -> str:
    """Two surrogates, which are one character."""
    high = int(f"D{found[1]}{found[2]}", 16) - 0xD800
    low = int(f"D{found[3]}{found[4]}", 16) - 0xDC00
    return f"\\U{0x10000 + (high << 10) + low:08X}"


_CATEGORIES = ("L", "M", "N", "P", "S", "Z", "C")
_ASCII_CLASSES: dict[str, Callable[[str], bool]] = {
    "ASCII": str.isascii,
    "Alnum": lambda character: character.isascii() and character.isalnum(),
    "Alpha": lambda character: character.isascii() and character.isalpha(),
    "Digit": lambda character: character.isascii() and character.isdigit(),
    "Graph": lambda character: "!" <= character <= "~",
    "Print": lambda character: " " <= character <= "~",
    "Punct": lambda character: "!" <= character <= "~" and not character.isalnum(),
    "Space": lambda character: character in " \t\n\v\f\r",
    "Blank": lambda character: character in " \t",
    "Lower": lambda character: "a" <= character <= "z",
    "Upper": lambda character: "A" <= character <= "Z",
    "Cntrl": lambda character: character < " " or character == "\x7f",
}


def _test(name: str) -> Callable[[str], bool]:
    """Whether a character has the property. Raises `UntranslatableError` for one that is not known here."""
    name = name.removeprefix("Is") if name.startswith("Is") and name[2:] in _CATEGORIES else name
    if name in _ASCII_CLASSES:
        return _ASCII_CLASSES[name]
    if name[:1] in _CATEGORIES and len(name) <= 2:
        return lambda character: unicodedata.category(character).startswith(name)
    raise UntranslatableError(f"the property {name}")
