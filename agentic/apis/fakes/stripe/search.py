"""Stripe's search language (`email:'a@b.c' AND created>1700000000`), for the fields that each resource has."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from agentic.apis.fakes.store import Object
from agentic.apis.fakes.stripe.call import Call, Handler, in_range
from agentic.apis.fakes.stripe.errors import ApiError

_CLAUSE = re.compile(
    r"""\s*(?P<not>-)?(?P<field>[a-z_.]+)(?:\[(?P<quote>["'])(?P<key>.*?)(?P=quote)\])?\s*(?P<operator>[:~]|[<>]=?)\s*
    (?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|null|-?\d+|true|false)""",
    re.VERBOSE,
)
_JOIN = re.compile(r"\s+(AND|OR)\s+|\s+(?=\S)|\s*$")
_RANGES = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}


@dataclass(frozen=True, slots=True)
class _Clause:
    negated: bool
    field: str
    key: str | None
    operator: str
    value: str | None

    def holds(self, item: Object) -> bool:
        return self._holds(item) is not self.negated

    def _holds(self, item: Object) -> bool:
        actual: Any = item
        for part in self.field.split("."):
            actual = cast("Object", actual).get(part) if isinstance(actual, dict) else None
        if self.field == "metadata":
            actual = item.get("metadata", {}).get(self.key)
        if isinstance(actual, bool):
            actual = str(actual).lower()
        if self.operator in _RANGES:
            return in_range(actual, {_RANGES[self.operator]: self.value}, self.field)
        if self.value is None or actual is None:
            return actual is None and self.value is None
        # Texts are compared without case, as the search index does; "~" finds a part.
        wanted, found = self.value.casefold(), str(actual).casefold()  # pyright: ignore[reportUnknownArgumentType]
        return wanted in found if self.operator == "~" else wanted == found


def searching(kind: str, *fields: str) -> Handler:
    """The handler that searches a kind by the named fields (and metadata)."""

    def handle(call: Call) -> Object:
        clauses, every = _parse(call.params["query"], fields, f"{kind}s")
        combine: Callable[..., bool] = all if every else any
        found = [
            item
            for item in call.store.all(kind)
            if not item.get("deleted") and combine(clause.holds(item) for clause in clauses)
        ]
        start = _start(call.params.get("page"))
        end = start + call.params.get("limit", 10)
        more = len(found) > end
        return {
            "object": "search_result",
            "data": found[start:end],
            "has_more": more,
            "next_page": str(end) if more else None,
            "url": call.path,
            "_total_count": len(found),
        }

    return handle


def _start(page: str | None) -> int:
    if page and not page.isdecimal():
        raise ApiError(f"Invalid page: {page}", param="page")
    return int(page or 0)


def _parse(query: str, fields: tuple[str, ...], plural: str) -> tuple[list[_Clause], bool]:
    clauses: list[_Clause] = []
    joins: set[str] = set()
    position, query = 0, query.strip()
    while position < len(query):
        found = _CLAUSE.match(query, position)
        joined = _JOIN.match(query, found.end()) if found else None
        if not found or not joined:
            raise ApiError("We were unable to parse your search query. Check its quotes and operators.", param="query")
        if found["field"] not in (*fields, "metadata"):
            named = f"Field `{found['field']}` is an unsupported search field for resource `{plural}`"
            raise ApiError(f"{named}. Supported: {', '.join(fields)}, metadata.", param="query")
        raw = found["value"]
        value = None if raw == "null" else re.sub(r"\\(.)", r"\1", raw[1:-1]) if raw[0] in "\"'" else raw
        clauses.append(_Clause(bool(found["not"]), found["field"], found["key"], found["operator"], value))
        if joined.end() < len(query):
            joins.add(joined[1] or "AND")
        position = joined.end()
    if not clauses or len(joins) > 1:
        raise ApiError("A search query needs at least one clause, and cannot mix AND with OR.", param="query")
    return clauses, joins != {"OR"}
