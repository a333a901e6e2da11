"""A second reading of IAM's evaluation, slow and plain, to compare `agentic.local.permissions` with.

What cannot be known is not a third value here: it is tried both ways, and a request is allowed only if it is in every world.
"""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

KNOWN = {"aws:sourceaccount", "aws:sourcearn", "aws:securetransport", "s3:prefix"}
NEGATED = {"StringNotEquals": "StringEquals", "StringNotLike": "StringLike", "ArnNotLike": "ArnLike", "ArnNotEquals": "ArnLike"}

Worlds = Iterator[bool]


def like(pattern: str, text: str) -> bool:
    """Character by character."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return like(pattern[1:], text) or (bool(text) and like(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and like(pattern[1:], text[1:])


def arn_like(pattern: str, text: str) -> bool:
    wanted, given = pattern.split(":", 5), text.split(":", 5)
    return len(wanted) == len(given) and all(like(one, other) for one, other in zip(wanted, given, strict=True))


def compare(operator: str, fact: str, expected: str) -> bool:
    match operator:
        case "StringEquals":
            return fact == expected
        case "StringLike":
            return like(expected, fact)
        case "ArnLike":
            return arn_like(expected, fact)
        case "Bool":
            return fact.lower() == expected.lower()
    raise AssertionError(operator)


def one_test(operator: str, key: str, expected: list[str], facts: Mapping[str, Any]) -> set[bool]:
    """Every answer that a single condition may have."""
    fact = facts.get(key.lower())
    if fact is None and key.lower() not in KNOWN:
        return {True, False}
    if operator == "Null":
        return {(fact is None) == (expected == ["true"])}
    quantifier, _, name = operator.rpartition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    if name not in NEGATED and name not in ("StringEquals", "StringLike", "ArnLike", "ArnEquals", "Bool"):
        return {True, False}
    negated = name in NEGATED
    positive = "ArnLike" if name == "ArnEquals" else NEGATED.get(name, name)
    if fact is None:
        return {if_exists or quantifier == "ForAllValues" or (negated and quantifier == "")}
    given = [fact] if isinstance(fact, str) else list(fact)
    if quantifier == "" and not isinstance(fact, str):
        return {True, False}
    answers = [any(compare(positive, value, item) for item in expected) != negated for value in given]
    return {all(answers) if quantifier != "ForAnyValue" else any(answers)}


def conditions(found: Mapping[str, Mapping[str, list[str]]], facts: Mapping[str, Any]) -> set[bool]:
    tests = [one_test(operator, key, expected, facts) for operator, block in found.items() for key, expected in block.items()]
    return {all(world) for world in itertools.product(*tests)}


def applies(statement: Mapping[str, Any], principal: str, action: str, resource: str, facts: Mapping[str, Any]) -> set[bool]:
    named = statement.get("Principal", "*")
    if named not in ("*", {"AWS": principal}):
        return {False}
    about = any(like(pattern.lower(), action.lower()) for pattern in statement["Action"])
    about = about and any(like(pattern, resource) for pattern in statement["Resource"])
    # With a NotAction it may be about anything.
    either = {True, False} if "NotAction" in statement else {about}
    return {one and world for one in either for world in conditions(statement.get("Condition", {}), facts)}


def allowed(
    statements: list[Mapping[str, Any]], principal: str, action: str, resource: str, context: Mapping[str, str]
) -> bool:
    facts = {"aws:securetransport": "true", **{key.lower(): value for key, value in context.items()}}
    possible = [applies(statement, principal, action, resource, facts) for statement in statements]
    for world in itertools.product(*possible):
        effects = [statement["Effect"] for statement, does in zip(statements, world, strict=True) if does]
        if "Deny" in effects or "Allow" not in effects:
            return False
    return True
