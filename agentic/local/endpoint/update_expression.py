"""The common part of DynamoDB's update and condition expressions, compiled once per expression.

An UpdateItem costs moto 3 ms and more, and a run makes a dozen of them. This knows top-level attributes, SET with
`if_not_exists`, `+` and `-`, REMOVE, ADD of whole numbers, and conditions (comparison, IN, existence) over strings,
numbers and booleans. It only ever says "done" or "not mine": whatever is unusual, wrong or not met is left to moto
and its errors.
"""

import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

Attributes = Mapping[str, Any]
Operand = Callable[[Attributes, Attributes], Any]
"""From the item and the expression's values to an attribute value; None where the attribute is missing."""

_TOKEN = re.compile(r"\s*(?:([A-Za-z_][A-Za-z0-9_]*|#[A-Za-z0-9_]+|:[A-Za-z0-9_]+|\d+)|(<>|<=|>=|[=<>+\-(),]))\s*")
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,30})")
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ACTIONS = ("SET", "REMOVE", "ADD")


class NotMineError(Exception):
    """Leave the request to moto."""


class Expression:
    """An update with its condition; `names` are ExpressionAttributeNames, `values` the keys of ExpressionAttributeValues."""

    def __init__(self, update: str, condition: str, names: Mapping[str, str], values: frozenset[str], reserved: frozenset[str]):
        self._names = names
        self._values = values
        self._reserved = reserved
        self._used: set[str] = set()
        self._condition = self._parsed(condition, self._any_of) if condition else None
        self._changes: list[tuple[str, Operand | None]] = []
        self._tokens, self._at = _tokens(update), 0
        while self._at < len(self._tokens):
            self._clause()
        self.changed = frozenset(name for name, _ in self._changes)
        if len(self.changed) != len(self._changes) or not self._changes or self._used != set(names) | values:
            raise NotMineError

    def apply(self, item: Attributes, values: Attributes) -> dict[str, Any]:
        """The item after the update; NotMineError also when the condition is not met."""
        if self._condition is not None and not self._condition(item, values):
            raise NotMineError
        changed = dict(item)
        for name, operand in self._changes:
            value = None if operand is None else operand(item, values)
            if operand is None:
                changed.pop(name, None)
            elif value is None:
                raise NotMineError
            else:
                changed[name] = value
        return changed

    # Parsing: `_take` moves on, `_peek` looks. Everything unexpected is NotMineError.

    def _parsed(self, text: str, rule: Callable[[], Operand]) -> Operand:
        self._tokens, self._at = _tokens(text), 0
        found = rule()
        if self._at != len(self._tokens):
            raise NotMineError
        return found

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self, *expected: str) -> str:
        word = self._peek()
        if not word or (expected and word.upper() not in expected):
            raise NotMineError
        self._at += 1
        return word

    def _took(self, word: str) -> bool:
        found = self._peek().upper() == word
        self._at += found
        return found

    def _clause(self) -> None:
        action = self._take(*_ACTIONS).upper()
        while True:
            name = self._name()
            if action == "SET":
                self._take("=")
                self._changes.append((name, self._sum()))
            elif action == "ADD":
                self._changes.append((name, _arithmetic(_or_zero(_attribute(name)), operator.add, self._value())))
            else:
                self._changes.append((name, None))
            if not self._took(","):
                return

    def _sum(self) -> Operand:
        left = self._operand()
        for sign, function in (("+", operator.add), ("-", operator.sub)):
            if self._took(sign):
                return _arithmetic(left, function, self._operand())
        return left

    def _operand(self) -> Operand:
        word = self._peek()
        if word.startswith(":"):
            return self._value()
        if word == "if_not_exists":
            self._take()
            self._take("(")
            attribute = _attribute(self._name())
            self._take(",")
            otherwise = self._operand()
            self._take(")")
            return lambda item, values: found if (found := attribute(item, values)) is not None else otherwise(item, values)
        return _attribute(self._name())

    def _name(self) -> str:
        word = self._take()
        if word.startswith("#"):
            self._used.add(word)
            if word not in self._names:
                raise NotMineError
            return self._names[word]
        if not (word[0].isalpha() or word[0] == "_") or word.upper() in self._reserved or self._peek() == "(":
            raise NotMineError
        return word

    def _value(self) -> Operand:
        word = self._take()
        if word not in self._values:
            raise NotMineError
        self._used.add(word)
        return lambda item, values: values[word]

    def _any_of(self) -> Operand:
        parts = [self._all_of()]
        while self._took("OR"):
            parts.append(self._all_of())
        return parts[0] if len(parts) == 1 else lambda item, values: any(part(item, values) for part in parts)

    def _all_of(self) -> Operand:
        parts = [self._test()]
        while self._took("AND"):
            parts.append(self._test())
        return parts[0] if len(parts) == 1 else lambda item, values: all(part(item, values) for part in parts)

    def _test(self) -> Operand:
        if self._took("NOT"):
            inner = self._test()
            return lambda item, values: not inner(item, values)
        if self._took("("):
            inner = self._any_of()
            self._take(")")
            return inner
        if self._peek() in {"attribute_exists", "attribute_not_exists"}:
            wanted = self._take() == "attribute_exists"
            self._take("(")
            attribute = _attribute(self._name())
            self._take(")")
            return lambda item, values: (attribute(item, values) is not None) is wanted
        left = self._operand_of_test()
        if self._took("IN"):
            return self._one_of(left)
        compare = _ORDER[self._take(*_ORDER)]
        right = self._operand_of_test()
        return lambda item, values: _compared(left(item, values), compare, right(item, values))

    def _one_of(self, left: Operand) -> Operand:
        self._take("(")
        choices = [self._operand_of_test()]
        while self._took(","):
            choices.append(self._operand_of_test())
        self._take(")")
        return lambda item, values: any(_compared(left(item, values), operator.eq, choice(item, values)) for choice in choices)

    def _operand_of_test(self) -> Operand:
        return self._value() if self._peek().startswith(":") else _attribute(self._name())


@lru_cache(maxsize=256)
def compiled(
    update: str, condition: str, names: tuple[tuple[str, str], ...], values: frozenset[str], reserved: frozenset[str]
) -> Expression | None:
    """The expression, or None when it is not one of ours."""
    try:
        return Expression(update, condition, dict(names), values, reserved)
    except NotMineError:
        return None


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise NotMineError
        tokens.append(match[1] or match[2])
        at = match.end()
    return tokens


def _attribute(name: str) -> Operand:
    return lambda item, values: item.get(name)


def _or_zero(operand: Operand) -> Operand:
    return lambda item, values: found if (found := operand(item, values)) is not None else {"N": "0"}


def _arithmetic(left: Operand, function: Callable[[int, int], int], right: Operand) -> Operand:
    return lambda item, values: {"N": str(function(_whole(left(item, values)), _whole(right(item, values))))}


def _whole(value: Any) -> int:
    """Only whole numbers: DynamoDB's decimals have 38 digits and rules of their own."""
    if value is None or not _WHOLE.fullmatch(value.get("N", "")):
        raise NotMineError
    return int(value["N"])


def _compared(left: Any, compare: Callable[[Any, Any], bool], right: Any) -> bool:
    """Two strings, two numbers or two booleans; everything else is moto's to judge."""
    if left is None or right is None or left.keys() != right.keys():
        raise NotMineError
    if "N" in left:
        return compare(Decimal(left["N"]), Decimal(right["N"]))
    if "S" in left or ("BOOL" in left and compare in {operator.eq, operator.ne}):
        (mine,), (other,) = left.values(), right.values()
        return compare(mine, other)
    raise NotMineError
