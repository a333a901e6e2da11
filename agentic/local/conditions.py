"""The conditions of policy statements, judged as IAM's user guide says ("Condition operators", "Set operators").

A judgement is True, False, or None where it cannot be made here: an operator, a key or a variable that we do not know.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, cast

Facts = Mapping[str, str | tuple[str, ...]]
"""Condition keys of a request in lower case; a tuple for a key that has several values."""

KNOWN_KEYS = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:securetransport",
        "aws:sourceaccount",
        "aws:sourcearn",
        "bedrock:inferenceprofilearn",
        "cloudwatch:namespace",
        "lambda:sourcefunctionarn",
        "s3:prefix",
    }
)
"""Keys that the local cloud sets whenever AWS would: one that is not there is absent, not unknown."""

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_LITERAL_VARIABLES = {"*": "*", "?": "?", "$": "$"}


def met(conditions: Mapping[str, Mapping[str, Any]], facts: Facts) -> bool | None:
    """Whether all conditions of a statement are met."""
    return every(
        _judge(operator, key.lower(), values(expected), facts)
        for operator, tests in conditions.items()
        for key, expected in tests.items()
    )


def every(judgements: Iterable[bool | None]) -> bool | None:
    """True when all are; False when one is, whatever else; None otherwise."""
    found = set(judgements)
    return False if False in found else None if None in found else True


def some(judgements: Iterable[bool | None]) -> bool | None:
    """True when one is, whatever else; False when all are; None otherwise."""
    found = set(judgements)
    return True if True in found else None if None in found else False


def matches(pattern: str, text: str, facts: Facts) -> bool | None:
    """Whether the text is what the pattern says: `*` and `?` stand for any characters, `${key}` for the request's own fact.

    A variable without a fact cannot be judged; text that looks like a variable is never taken for one.
    """
    if "${" not in pattern:
        return _compiled(pattern).fullmatch(text) is not None
    parts = _VARIABLE.split(pattern)
    translated = _translated(parts[0])
    for variable, literal in zip(parts[1::2], parts[2::2], strict=True):
        value = _LITERAL_VARIABLES.get(variable) or facts.get(variable.lower())
        if not isinstance(value, str):
            return None
        translated += re.escape(value) + _translated(literal)
    return re.fullmatch(translated, text, re.DOTALL) is not None


def values(given: object) -> tuple[str, ...]:
    """A policy's string, boolean or list of them as strings (JSON's true is `true` there)."""
    items = tuple(cast("Iterable[object]", given)) if isinstance(given, list | tuple) else (given,)
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in items)


def knows(operator: str) -> bool:
    """Whether conditions with this operator can be judged."""
    _, base, _ = _parsed(operator)
    return base == "Null" or base in _COMPARISONS


def _judge(operator: str, key: str, expected: tuple[str, ...], facts: Facts) -> bool | None:
    quantifier, base, if_exists = _parsed(operator)
    fact = facts.get(key)
    if fact is None and key not in KNOWN_KEYS:
        return None
    if base == "Null":
        return None if quantifier or if_exists else str(fact is None).lower() in expected
    comparison = _COMPARISONS.get(base)
    if comparison is None:
        return None
    compare, negated = comparison
    if fact is None:
        return if_exists or quantifier == "ForAllValues" or (not quantifier and negated)

    def judged(value: str) -> bool | None:
        found = some(compare(value, item, facts) for item in expected)
        return found if found is None or not negated else not found

    if not quantifier:
        # A key with several values needs a set operator (IAM user guide, "Single-valued vs. multivalued context keys").
        return judged(fact) if isinstance(fact, str) else None
    judgements = [judged(value) for value in ((fact,) if isinstance(fact, str) else fact)]
    return every(judgements) if quantifier == "ForAllValues" else some(judgements)


def _parsed(operator: str) -> tuple[str, str, bool]:
    """Set operator, operator, whether it ends in IfExists. Names in another case are not ours to guess at."""
    quantifier, _, name = operator.rpartition(":")
    base = name.removesuffix("IfExists")
    return (quantifier, base, base != name) if quantifier in {"", "ForAllValues", "ForAnyValue"} else ("", "", False)


def _equal(fact: str, expected: str, facts: Facts) -> bool | None:
    if "${" not in expected:
        return fact == expected
    # Wildcards mean themselves here.
    return matches(re.sub(r"(?<!\$\{)[*?]", lambda found: f"${{{found[0]}}}", expected), fact, facts)


def _equal_in_any_case(fact: str, expected: str, facts: Facts) -> bool | None:
    return _equal(fact.lower(), expected.lower(), facts)


def _like(fact: str, expected: str, facts: Facts) -> bool | None:
    return matches(expected, fact, facts)


def _arn_like(fact: str, expected: str, facts: Facts) -> bool | None:
    """Part by part: a wildcard before the resource does not reach over a colon. ArnEquals is the same operator."""
    if expected == "*":
        return True
    if "${" in expected:
        return None
    wanted, given = expected.split(":", 5), fact.split(":", 5)
    if len(wanted) != len(given):
        return None if len(wanted) < len(given) else False
    return every(matches(pattern, part, facts) for pattern, part in zip(wanted, given, strict=True))


def _boolean(fact: str, expected: str, facts: Facts) -> bool | None:
    return fact.lower() == expected.lower()


_Compare = Callable[[str, str, Facts], bool | None]
_COMPARISONS: dict[str, tuple[_Compare, bool]] = {
    "StringEquals": (_equal, False),
    "StringNotEquals": (_equal, True),
    "StringEqualsIgnoreCase": (_equal_in_any_case, False),
    "StringNotEqualsIgnoreCase": (_equal_in_any_case, True),
    "StringLike": (_like, False),
    "StringNotLike": (_like, True),
    "ArnEquals": (_arn_like, False),
    "ArnLike": (_arn_like, False),
    "ArnNotEquals": (_arn_like, True),
    "ArnNotLike": (_arn_like, True),
    "Bool": (_boolean, False),
}


@lru_cache(maxsize=2048)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(_translated(pattern), re.DOTALL)


def _translated(pattern: str) -> str:
    return "".join(".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
