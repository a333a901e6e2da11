"""Text from outside, made safe for what is generated: nothing of a description can end a literal, a comment or a line."""

import re
import unicodedata

_WORD = re.compile(r"[a-z0-9]+")


def literal(text: str) -> str:
    """`text` as a string literal in double quotes that means the same to Python and to TOML."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable() and unicodedata.category(character) not in {"Cf", "Zl", "Zp"}:
        return character
    number = ord(character)
    # A lone surrogate is no text: neither a file nor TOML can hold it.
    if 0xD800 <= number <= 0xDFFF:
        return "\ufffd"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def plain(text: object, most: int = 80) -> str:
    """`text` as words of one line, for comments and prose: letters, digits, blanks and harmless signs, `most` at the most."""
    kept = "".join(
        character if character.isalnum() or character in " .,:;/()+-_'&!{}" else " " for character in str(text)[:2000]
    )
    line = " ".join(kept.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def slug(text: object, most: int = 40) -> str:
    """`text` as a lower-case name with underscores; empty when nothing of it can be in one."""
    folded = unicodedata.normalize("NFKD", str(text)[:500]).encode("ascii", "ignore").decode()
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", folded).lower()
    return "_".join(_WORD.findall(spaced))[:most].strip("_")
