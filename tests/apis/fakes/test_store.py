"""The store that fakes share."""

import json

import pytest

from agentic.apis.fakes.store import ObjectStore, UnknownCursorError, page_by_cursor, visible


def test_nothing_is_written_before_commit_and_discard_forgets():
    texts: dict[str, str] = {}
    store = ObjectStore(texts)
    store.put("thing", "a", {"id": "a"})
    assert store.get("thing", "a")
    assert texts == {}
    store.discard()
    assert store.get("thing", "a") is None
    store.put("thing", "b", {"id": "b"})
    store.commit()
    assert json.loads(texts["thing/b"])["id"] == "b"


def test_what_is_listed_is_newest_first_also_for_a_store_opened_again():
    texts: dict[str, str] = {}
    store = ObjectStore(texts)
    for name in "cab":
        store.put("thing", name, {"id": name})
        store.commit()
    store.put("thing", "c", (store.get("thing", "c") or {}) | {"changed": True})
    store.commit()
    again = ObjectStore(texts)
    again.put("thing", "d", {"id": "d"})
    assert [item["id"] for item in again.all("thing")] == ["d", "b", "a", "c"]


def test_changing_what_was_got_changes_nothing_kept():
    store = ObjectStore({})
    store.put("thing", "a", {"id": "a", "list": []})
    (store.get("thing", "a") or {})["list"].append(1)
    assert (store.get("thing", "a") or {})["list"] == []


@pytest.mark.parametrize(
    ("limit", "after", "before", "ids", "more"),
    [
        (2, None, None, "ab", True),
        (5, None, None, "abcde", False),
        (2, "b", None, "cd", True),
        (2, "d", None, "e", False),
        (2, None, "e", "cd", True),
        (2, None, "b", "a", False),
    ],
)
def test_pages(limit: int, after: str | None, before: str | None, ids: str, more: bool):
    page = page_by_cursor([{"id": name} for name in "abcde"], limit, after, before)
    assert ("".join(item["id"] for item in page.items), page.has_more) == (ids, more)


def test_a_cursor_that_is_not_in_the_list_is_an_error():
    with pytest.raises(UnknownCursorError):
        page_by_cursor([{"id": "a"}], 2, "z")


def test_the_fakes_own_fields_are_not_seen_at_any_depth():
    assert visible({"a": [{"_b": 1, "c": 2}], "_d": 3}) == {"a": [{"c": 2}]}
