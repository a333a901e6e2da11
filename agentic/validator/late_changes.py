"""Attributes that undo, set later, what was checked when an object was made: where a request goes, what a field is called."""

import ast

from agentic.validator import allowed
from agentic.validator.policy import ANY_VALUE
from agentic.validator.review import Review
from agentic.validator.scopes import Layout

_SET_ONCE = {package: frozenset(words.split()) for package, words in allowed.SET_ONCE.items()}
_FIELD_MAKERS = frozenset({"dataclasses.field", "dataclasses.fields"})


def check_late_changes(review: Review, layout: Layout) -> None:
    """Checks the attributes that the script sets, after all its constructs were looked at."""
    for package in _SET_ONCE.keys() & review.packages:
        for name in _SET_ONCE[package] & review.stored.keys():
            review.refuse("assignment", review.stored[name], f"`{name}` may not be set", "give it when you make the object")
    if "urllib" in review.packages and {"type", "host"} <= review.stored.keys():
        # Together they turn a request that was checked into one for a file.
        message = "`type` and `host` may not both be set in a script that uses urllib"
        review.refuse("assignment", review.stored["host"], message, "choose other names")
    if "dataclasses" in review.packages and "name" in review.stored and _inherits_fields(review, layout):
        # A data class writes the names of inherited fields into code, unread.
        message = "`name` may not be set in a script in which data classes inherit fields that can be changed"
        review.refuse("assignment", review.stored["name"], message, "choose another name")


def _inherits_fields(review: Review, layout: Layout) -> bool:
    """Whether the script can hold a data class's field in its hands, and has classes that inherit from others of its own."""
    makes = inherits = False
    for node, scope, _ in layout.constructs:
        if isinstance(node, ast.Name | ast.Attribute) and not makes:
            makes = not _FIELD_MAKERS.isdisjoint(review.paths(node, scope))
        elif isinstance(node, ast.ClassDef) and not inherits:
            inherits = any(path.startswith(ANY_VALUE) for base in node.bases for path in review.paths(base, scope))
    return makes and inherits
