"""Takes a script out of what a model wrote around it: markdown fences in all the ways models write them."""

import ast
import re
import textwrap
import warnings

# Opening fence: three or more backticks or tildes, perhaps a language and attributes. It closes with as many, or never.
_FENCE = re.compile(
    r"^[ \t]*(?P<mark>`{3,}|~{3,})[ \t]*(?P<info>[^\n`]*)\n(?P<body>.*?)(?:^[ \t]*(?P=mark)[`~]*[ \t]*$|\Z)", re.M | re.S
)
_INLINE = re.compile(r"^[ \t]*```(?:python3?|py)?[ \t]+(?P<body>[^`]+?)[ \t]*```[ \t]*$")


def strip_fences(text: str) -> str:
    """The script in `text`, ending in one newline. A text that is Python as it stands is left as it is.

    Of several blocks the longest that parses is taken; when none parses, the longest, so that the validator can say
    what is wrong with it.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    # A language name left over from a fence is valid Python by accident.
    text = re.sub(r"\A\s*(?:python3?|py)[ \t]*\n", "", text, flags=re.I)
    if _parses(text):
        return text.strip("\n") + "\n"
    blocks = [_dedent(match["body"]) for match in _FENCE.finditer(text)]
    if inline := _INLINE.match(text.strip()):
        blocks.append(inline["body"])
    candidates = blocks or [_dedent(text)]
    best = max([block for block in candidates if _parses(block)] or candidates, key=len)
    return best.strip("\n") + "\n"


def _dedent(block: str) -> str:
    return textwrap.dedent(block.strip("\n"))


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
