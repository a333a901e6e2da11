"""Which route a request is for, by API Gateway's rules for HTTP APIs."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from agentic.local.http_apis.declarations import RouteDeclaration

DEFAULT = "$default"
_ANY = "ANY"
_VARIABLE = re.compile(r"\{([A-Za-z0-9._-]+)(\+?)\}")


@dataclass(frozen=True, slots=True)
class Match:
    """A route and the values of its path's variables, decoded."""

    route: RouteDeclaration
    parameters: dict[str, str]


def match(routes: Iterable[RouteDeclaration], method: str, path: str) -> Match | None:
    """The most specific route for a percent-encoded path: one that fits as a whole before a greedy one, a method before ANY,
    and `$default` last (developer guide, "Create routes for HTTP APIs").
    """
    found = [Match(route, values) for route in routes if (values := _parameters(route.key, method, path)) is not None]
    return min(found, key=lambda one: _width(one.route.key)) if found else None


def _width(key: str) -> tuple[bool, bool, int, bool]:
    """The wider a route, the later it is taken."""
    method, _, pattern = key.partition(" ")
    return key == DEFAULT, "+}" in pattern, pattern.count("{"), method == _ANY


def _parameters(key: str, method: str, path: str) -> dict[str, str] | None:
    if key == DEFAULT:
        return {}
    wanted, _, pattern = key.partition(" ")
    if wanted not in {method, _ANY}:
        return None
    found = re.fullmatch(_expression(pattern), path)
    if found is None:
        return None
    names = [name for name, _ in _VARIABLE.findall(pattern)]
    return {name: unquote(value) for name, value in zip(names, found.groups(), strict=True)}


def _expression(pattern: str) -> str:
    parts: list[str] = []
    end = 0
    for variable in _VARIABLE.finditer(pattern):
        parts += [re.escape(pattern[end : variable.start()]), "(.+)" if variable[2] else "([^/]+)"]
        end = variable.end()
    return "".join((*parts, re.escape(pattern[end:])))
