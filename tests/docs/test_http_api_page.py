"""The page about the HTTP API has every route, every field and every code of the code, and no other routes."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

import agentic
from agentic.serving import shapes
from agentic.serving.routes import ROUTES, Route

ROOT = Path(agentic.__file__).parent.parent
PAGE = (ROOT / "docs" / "http-api.md").read_text()


def test_its_table_has_the_routes_that_there_are():
    table = PAGE.partition("## Routes")[2].partition("###")[0]
    told = re.findall(r"`(GET|POST|DELETE) (/[^`]*)`", table)
    assert sorted(told) == sorted((route.method, route.path) for route in ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_it_names_each_field_that_is_taken_or_given(route: Route):
    kinds = [kind for kind in (route.body, route.query, route.answer) if kind and kind is not shapes.Document]
    missing = [item.name for kind in kinds for item in fields(kind) if not re.search(rf"\b{item.name}\b", PAGE)]
    assert missing == []


def test_it_has_each_code_that_only_the_http_api_answers_with():
    used: set[str] = set()
    for path in (ROOT / "agentic" / "serving").rglob("*.py"):
        used |= set(re.findall(r'Problem\(\s*\d+, "(\w+)"', path.read_text()))
    assert {"unauthenticated", "too_large"} <= used
    assert {code for code in used if f"`{code}`" not in PAGE} == set()
