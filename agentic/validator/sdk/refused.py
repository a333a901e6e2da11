"""The rule `sdk_refused` through values: `repository.delete()` is `github.Repository.Repository.delete`.

Names that a script writes out in full are refused without an index, by the policy.
"""

import ast
from typing import NamedTuple

from agentic.validator.review import Review
from agentic.validator.scopes import Layout
from agentic.validator.sdk.index import SdkIndex
from agentic.validator.sdk.resolve import Resolver


class _Refused(NamedTuple):
    """What the plugin refuses, by the index's lines: classes and modules as a whole, and members of classes by name."""

    whole: dict[int, str]
    members: dict[tuple[int, str], str]


def check_refused(review: Review, layout: Layout, index: SdkIndex) -> None:
    """Refuses attributes of values that are certainly of the SDK and that its plugin does not want scripts to use."""
    if not review.policy.refused:
        return
    resolver = Resolver(index)
    refused = _lines(review, index, resolver)
    for node, scope, _ in layout.constructs:
        if isinstance(node, ast.Attribute):
            for holder in resolver.references(node.value, scope):
                if name := _name_of(refused, index, holder, node.attr):
                    reason = review.policy.refused_by_plugin(name)
                    if reason is not None:
                        review.refuse(reason.rule, node, reason.message, reason.fix)
                    break


def _lines(review: Review, index: SdkIndex, resolver: Resolver) -> _Refused:
    refused = _Refused({}, {})
    for name, _ in review.policy.refused:
        above, _, last = name.rpartition(".")
        for reference in resolver.path(name):
            if reference[0] in "mc":
                refused.whole[int(reference[1:])] = name
        for holder in resolver.path(above) if above else ():
            if holder[0] == "c":
                refused.members[int(holder[1:]), last] = name
    return refused


def _name_of(refused: _Refused, index: SdkIndex, holder: str, attribute: str) -> str:
    """The refused name that `attribute` of `holder` is; empty if it is none."""
    if holder[:1] not in {"c", "i"}:
        return ""
    line = int(holder[1:])
    for each in (line, *index.record(holder)[5]):
        if found := refused.members.get((each, attribute)) or refused.whole.get(each):
            return found
    member = index.member(holder, attribute) or ""
    return refused.whole.get(int(member[1:]), "") if member[:1] in {"c", "i"} and member[1:].isdigit() else ""
