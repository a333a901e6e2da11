"""Each field of a request stands on one line, with all that it holds and nothing that a terminal would obey or hide."""

import pytest

from agentic.interfaces.call_fields import fields_of

URL = "https://api.stripe.com/v1/customers"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("name=Ada+L&metadata%5Ba%5D=1", [("name", "Ada L"), ("metadata[a]", "1")]),
        ("name=", [("name", "")]),
        ("a=1&a=2", [("a", "1"), ("a", "2")]),
        ('{"title": "Bug", "labels": ["a", {"b": 1.50}], "x": null, "y": {}}',
         [("title", '"Bug"'), ("labels[0]", '"a"'), ("labels[1].b", "1.50"), ("x", "null"), ("y", "{}")]),
        ('{"a": 1, "a": 2}', [("a", "1"), ("a", "2")]),
        ('{"broken', []),
        ("just text", []),
        ("", []),
    ],
)  # fmt: skip
def test_fields_are_told_in_order(body: str, fields: list[tuple[str, str]]):
    assert list(fields_of(URL, body)) == fields


def test_the_query_counts_too():
    assert fields_of(f"{URL}?limit=3", "a=1") == (("limit", "3"), ("a", "1"))


@pytest.mark.parametrize("value", ["a%0Aamount+%3D+1", "%1b%5B2J", "%E2%80%AEabc", "a%22b", "+a", "%FF"])
def test_a_value_that_is_not_plain_text_cannot_pass_for_another_field(value: str):
    ((_, shown),) = fields_of(URL, f"name={value}")
    assert shown.isprintable()
    assert shown.startswith('"') or "\\" in shown
    # The control: plain text stands as it is.
    assert fields_of(URL, "name=Zo%C3%AB") == (("name", "Zoë"),)
