"""What the compiler refuses in `match` statements: names bound twice, alternatives that differ, cases never reached."""

import ast
from collections.abc import Iterator

type Fault = tuple[ast.AST, str]


def check_match(node: ast.Match) -> Iterator[Fault]:
    """The faults of all cases, each with the construct it stands at."""
    for position, case in enumerate(node.cases):
        bound, faults = _bound(case.pattern)
        yield from faults
        for name in {name for name in bound if bound.count(name) > 1}:
            yield case.pattern, f"multiple assignments to name {name!r} in pattern"
        if position < len(node.cases) - 1 and case.guard is None and _takes_all(case.pattern):
            yield case.pattern, "this pattern makes the remaining ones unreachable"


def _bound(pattern: ast.pattern) -> tuple[list[str], list[Fault]]:
    """The names that a pattern binds, and its faults. Nesting is bounded before."""
    faults: list[Fault] = []
    names: list[str] = []
    parts: list[ast.pattern] = []
    match pattern:
        case ast.MatchAs(pattern=inner, name=name):
            parts, names = [inner] if inner else [], [name] if name else []
        case ast.MatchStar(name=name):
            names = [name] if name else []
        case ast.MatchSequence(patterns=parts):
            if sum(isinstance(part, ast.MatchStar) for part in parts) > 1:
                faults.append((pattern, "multiple starred expressions in sequence pattern"))
        case ast.MatchMapping(keys=keys, patterns=parts, rest=rest):
            names = [rest] if rest else []
            known = [_constant(key) for key in keys if not isinstance(key, ast.Attribute)]
            if any(key in known[:position] for position, key in enumerate(known)):
                faults.append((pattern, "mapping pattern checks a key twice"))
        case ast.MatchClass(patterns=positional, kwd_attrs=attributes, kwd_patterns=named):
            parts = [*positional, *named]
            if len(set(attributes)) < len(attributes):
                faults.append((pattern, "attribute name repeated in class pattern"))
        case ast.MatchOr(patterns=alternatives):
            return _alternatives(pattern, alternatives)
        case _:
            pass
    for part in parts:
        inner_names, inner_faults = _bound(part)
        names += inner_names
        faults += inner_faults
    return names, faults


def _alternatives(pattern: ast.pattern, alternatives: list[ast.pattern]) -> tuple[list[str], list[Fault]]:
    found = [_bound(alternative) for alternative in alternatives]
    faults = [fault for _, inner in found for fault in inner]
    faults += [
        (alternative, f"multiple assignments to name {name!r} in pattern")
        for alternative, (names, _) in zip(alternatives, found, strict=True)
        for name in set(names)
        if names.count(name) > 1
    ]
    names = list(dict.fromkeys(found[0][0]))
    if any(set(other) != set(names) for other, _ in found):
        faults.append((pattern, "alternative patterns bind different names"))
    if any(_takes_all(alternative) for alternative in alternatives[:-1]):
        faults.append((pattern, "an alternative makes the remaining ones unreachable"))
    return names, faults


def _takes_all(pattern: ast.pattern) -> bool:
    """Whether the pattern fits any value: a name, `_`, or one of these with another name."""
    match pattern:
        case ast.MatchAs(pattern=inner):
            return inner is None or _takes_all(inner)
        case ast.MatchOr(patterns=alternatives):
            return _takes_all(alternatives[-1])
        case _:
            return False


def _constant(key: ast.expr) -> object:
    """A key's value; each construct that is none stands for itself. Not 1 == True: the compiler tells types apart."""
    try:
        value: object = ast.literal_eval(key)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return id(key)
    return value
