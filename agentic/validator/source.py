"""From bytes to a syntax tree: encoding, characters, size. Everything that could harm the parser is caught here."""

import ast
import re
import unicodedata
import warnings
from collections.abc import Iterator

from agentic.core.values import Finding
from agentic.validator.policy import ValidationPolicy

# Patterns are compiled where they are first needed: import time is part of every cold start.
_COOKIE = r"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)"
_LINE_END = r"\r\n|\r|\n"
_UTF_8 = frozenset({"utf-8", "utf8", "utf_8", "u8", "utf-8-unix"})
_INVISIBLE_RANGES = (
    # Control characters except tab and line ends; marks that reorder or hide text; separators that look like line ends.
    (0x00, 0x08), (0x0B, 0x0C), (0x0E, 0x1F), (0x7F, 0x9F), (0x061C, 0x061C), (0x200E, 0x200F), (0x2028, 0x202E),
    (0x2060, 0x206F), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB), (0xE0000, 0xE007F),
)  # fmt: skip
_INVISIBLE = frozenset(chr(code) for first, last in _INVISIBLE_RANGES for code in range(first, last + 1))
_LARGEST_MESSAGE = 200


def read(source: str | bytes, policy: ValidationPolicy) -> tuple[str, list[Finding]]:
    """The script's text, and what is wrong with its size, encoding and characters (then it must not be parsed)."""
    if len(source) > policy.max_bytes:
        return "", [_too_large(policy)]
    if isinstance(source, str):
        try:
            encoded = source.encode()
        except UnicodeEncodeError:
            return "", [_encoding("the script contains surrogates, which no UTF-8 text has")]
        if len(encoded) > policy.max_bytes:
            return "", [_too_large(policy)]
        text = source
    else:
        try:
            text = source.decode()
        except UnicodeDecodeError as error:
            return "", [_encoding("the script is not UTF-8", source.count(b"\n", 0, error.start) + 1)]
    if text.startswith("\ufeff"):
        return "", [_encoding("the script starts with a byte order mark", 1)]
    return text, [*_cookies(text), *_characters(text)]


def parse(text: str) -> ast.Module | Finding:
    """The syntax tree, or the finding that says why there is none. Never raises; warnings do not leak."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        line, column = max(error.lineno or 0, 0), max(error.offset or 0, 0)
        return Finding("syntax", line, column if line else 0, error.msg[:_LARGEST_MESSAGE], "correct the syntax")
    except (RecursionError, MemoryError):
        return too_deep(0, 0)
    except ValueError as error:
        return Finding("syntax", 0, 0, str(error)[:_LARGEST_MESSAGE], "correct the syntax")


def too_deep(line: int, column: int) -> Finding:
    return Finding("nesting", line, column, "the script is nested too deeply", "split it into smaller statements and functions")


def lines_of(text: str) -> list[str]:
    """The script's lines as Python counts them."""
    return re.split(_LINE_END, text)


def _too_large(policy: ValidationPolicy) -> Finding:
    message = f"the script is larger than {policy.max_bytes:,} bytes"
    return Finding("too_large", 0, 0, message, "write a shorter script; let the API filter and page")


def _encoding(message: str, line: int = 0) -> Finding:
    return Finding("encoding", line, 1 if line else 0, message, "write plain UTF-8 without a byte order mark")


def _cookies(text: str) -> Iterator[Finding]:
    # Python looks for an encoding in the first two lines only.
    for number, line in enumerate(re.split(_LINE_END, text, maxsplit=2)[:2], 1):
        found = re.match(_COOKIE, line) if "coding" in line else None
        if found and found[1].lower() not in _UTF_8:
            yield _encoding("the script names an encoding other than UTF-8", number)


def _characters(text: str) -> Iterator[Finding]:
    characters = set(text)
    hidden = characters & _INVISIBLE
    if hidden:
        offset = min(text.index(character) for character in hidden)
        line, column = _place(text, offset)
        message = f"the character U+{ord(text[offset]):04X} is invisible or changes the order of text"
        yield Finding("control_character", line, column, message, "remove it; in a string write an escape such as \\u200e")
    elif any(character > "\x7f" and f"a{character}".isidentifier() for character in characters):
        yield from _identifiers(text)


def _place(text: str, offset: int) -> tuple[int, int]:
    lines = lines_of(text[:offset])
    return len(lines), len(lines[-1]) + 1


def _identifiers(text: str) -> Iterator[Finding]:
    """Names that look like others: Python folds `ｅval` to `eval`, and a Cyrillic `а` looks like a Latin one."""
    # Only scripts with letters beyond ASCII pay for this import.
    import io
    import tokenize

    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NAME and not token.string.isascii() and not _plain(token.string):
                line, column = token.start
                message = f"the name {token.string[:80]!r} has letters that can be taken for others"
                yield Finding("identifier", line, column + 1, message, "use ASCII letters in names")
    except (tokenize.TokenError, SyntaxError, RecursionError, MemoryError, ValueError):
        return  # The parser finds and words the same fault.


def _plain(name: str) -> bool:
    """Latin letters with or without accents, in the form to which Python folds names."""
    if unicodedata.normalize("NFKC", name) != name:
        return False
    return all(character.isascii() or unicodedata.name(character, "").startswith("LATIN ") for character in name)
