"""What looks like a key of an API: refused in settings, and never quoted in a message about what somebody wrote."""

import re
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, cast

from agentic.core.errors import PluginError

if TYPE_CHECKING:
    from agentic.core.spec import ApiSpec

KeyForms = Collection[re.Pattern[str]]

# Forms that well-known services give their keys, so that those are told without the service's plugin.
_WELL_KNOWN = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:sk|rk|pk)_\w{4,}|whsec_\w{4,}|gh[pousr]_\w{8,}|github_pat_\w{8,}|glpat-[\w-]{8,}|xox[a-z]-[\w-]{8,}"
    r"|sk-(?:ant|proj|svcacct)-[\w-]{8,}|(?<!-)sk-\w{24,}|AIza[\w-]{20,}|A[KS]IA[A-Z0-9]{12,})|-----BEGIN [A-Z ]*PRIVATE KEY"
)
_BETWEEN_WORDS = re.compile(r"[\s\"'`,;:=(){}\[\]<>/@?&|]+")
# A shorter word, or one of letters or digits alone, is told from a key by nobody.
_SHORTEST_KEY = 12
# For quoting, where a wrong guess costs nothing: a long word in which letters and digits touch as in random ones.
_LONG_WORD = re.compile(r"[\w+/-]{20,}")
_TOUCH = re.compile(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_RANDOM_TOUCHES = 3
_LONGEST_QUOTED = 100
_HIDDEN = "what was given (not shown: it may be a key)"


def key_forms(specs: "Iterable[ApiSpec]") -> tuple[re.Pattern[str], ...]:
    """The forms of the keys that these APIs declare. Raises `PluginError` for a pattern that is none."""
    forms: list[re.Pattern[str]] = []
    for spec in specs:
        for pattern in (text for item in spec.secrets for text in (item.test_pattern, item.live_pattern) if text):
            try:
                forms.append(re.compile(pattern))
            except re.error as error:
                raise PluginError(
                    f"API plugin {spec.name!r}: {pattern!r} is not a pattern ({error})", hint="see docs/plugins.md"
                ) from error
    return tuple(forms)


def looks_like_key(value: Any, forms: KeyForms = ()) -> bool:
    """Whether a text, or a text somewhere in a list or mapping, has the form of a key. `forms` are those of plugins."""
    if isinstance(value, str):
        return bool(_WELL_KNOWN.search(value)) or any(
            form.match(word) for word in [value.strip(), *_BETWEEN_WORDS.split(value)] if _could_be_key(word) for form in forms
        )
    pending: list[Any] = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, str):
            if looks_like_key(part, forms):
                return True
        elif isinstance(part, dict):
            pending += [item for pair in cast("dict[Any, Any]", part).items() for item in pair]
        elif isinstance(part, list | tuple | set | frozenset):
            pending += cast("Collection[Any]", part)
    return False


def quoted(value: Any, forms: KeyForms = ()) -> str:
    """`value` as a message may show it: as Python writes it, cut where it is long, and nothing that may be a key."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        # A number of thousands of digits, a list in a list in a list.
        return f"a {type(value).__name__} that is too long to show"
    return _HIDDEN if looks_like_key(value, forms) else quoted_text(text, forms)


def quoted_text(text: str, forms: KeyForms = ()) -> str:
    """`text`, such as another program's words about what somebody wrote, cut where it is long, unless it may hold a key."""
    if looks_like_key(text, forms) or any(len(_TOUCH.findall(word)) >= _RANDOM_TOUCHES for word in _LONG_WORD.findall(text)):
        return _HIDDEN
    return text if len(text) <= _LONGEST_QUOTED else f"{text[:_LONGEST_QUOTED]}…"


def named(key: str, forms: KeyForms = ()) -> str:
    """A setting's key as a message may show it; somebody may have written a key where its name belongs."""
    text = quoted(key, forms)
    return key if text == f"'{key}'" else text


def _could_be_key(word: str) -> bool:
    has_digit, has_letter = any(map(str.isdigit, word)), any(map(str.isalpha, word))
    return len(word) >= _SHORTEST_KEY and has_digit and has_letter
