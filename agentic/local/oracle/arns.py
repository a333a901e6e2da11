"""ARNs in policies: whether one can mean a resource that a template of AWS's list describes."""

import re
from functools import cache

_VARIABLE = re.compile(r"\$\{(\w+)\}")
# Names that cannot hold what else separates two kinds of resources (S3 user guide, "Bucket naming rules").
_WITHOUT_SLASH = frozenset({"BucketName"})
_PARTS = 6


def is_arn(text: str) -> bool:
    """Whether the text has an ARN's six parts: `arn:partition:service:region:account:resource`."""
    parts = text.split(":", _PARTS - 1)
    return len(parts) == _PARTS and parts[0] == "arn" and all((parts[1], parts[2], parts[5]))


def can_mean(arn: str, template: str) -> bool:
    """Whether some resource fits both, the ARN with its "*" and "?", the template with its `${Name}`."""
    if "*" in {arn, template}:
        return True
    given, wanted = arn.split(":", _PARTS - 1), template.split(":", _PARTS - 1)
    return len(given) == len(wanted) and all(
        _overlap(_given(one), _wanted(other)) for one, other in zip(given, wanted, strict=True)
    )


# A pattern is a list of single characters and of two wildcards: any text, and any text without a slash.
_ANY, _NO_SLASH, _ONE = "any", "no slash", "one"
_Pattern = tuple[str, ...]


def _given(part: str) -> _Pattern:
    return tuple({"*": _ANY, "?": _ONE}.get(character, character) for character in part)


def _wanted(part: str) -> _Pattern:
    pattern: list[str] = []
    place = 0
    for found in _VARIABLE.finditer(part):
        pattern += [*part[place : found.start()], _NO_SLASH if found[1] in _WITHOUT_SLASH else _ANY]
        place = found.end()
    return (*pattern, *part[place:])


@cache
def _overlap(one: _Pattern, other: _Pattern) -> bool:
    """Whether some text fits both patterns: the pairs of places that reading one text can reach, from the start on."""
    waiting, seen = [(0, 0)], {(0, 0)}
    while waiting:
        first, second = waiting.pop()
        if (first, second) == (len(one), len(other)):
            return True
        for step in _steps(one, other, first, second):
            if step not in seen:
                seen.add(step)
                waiting.append(step)
    return False


def _steps(one: _Pattern, other: _Pattern, first: int, second: int) -> list[tuple[int, int]]:
    left = one[first] if first < len(one) else ""
    right = other[second] if second < len(other) else ""
    steps: list[tuple[int, int]] = []
    if left in {_ANY, _NO_SLASH}:
        steps.append((first + 1, second))  # it ends here
    if right in {_ANY, _NO_SLASH}:
        steps.append((first, second + 1))
    if left and right and _share(left, right):
        after_left = first if left in {_ANY, _NO_SLASH} else first + 1
        after_right = second if right in {_ANY, _NO_SLASH} else second + 1
        if (after_left, after_right) != (first, second):
            steps.append((after_left, after_right))
    return steps


def _share(left: str, right: str) -> bool:
    """Whether one character fits both."""
    if _NO_SLASH in {left, right}:
        return "/" not in {left, right}
    return left == right or bool({_ANY, _ONE} & {left, right})
