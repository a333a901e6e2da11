"""Classes: what a class statement may say, which fields a pattern reads by position, and classes made out of texts."""

import ast
from collections.abc import Iterator

from agentic.validator import allowed
from agentic.validator.formats import FORMATTING
from agentic.validator.policy import ANY_VALUE, is_dunder, is_internal, registration
from agentic.validator.review import Review
from agentic.validator.scope import Definition, Scope

_METACLASSES = frozenset(allowed.METACLASSES.split())
_NAMED_CLASSES = frozenset(allowed.NAMED_CLASSES.split())
_FUNCTIONS = frozenset({"collections.namedtuple", "typing.NamedTuple"})
_ABSTRACT = ("abc.", "collections.abc.", "numbers.", "typing.")
_SLOTS = frozenset({"__dict__", "__weakref__"})
_DEEPEST = 20
# Read of any value by a pattern, these lead to the file below an output stream, or to a text's format.
_UNREADABLE = FORMATTING | {"buffer", "detach"}


def check_class(review: Review, node: ast.ClassDef, scope: Scope) -> None:
    """Checks what a class statement says beyond its bases."""
    for keyword in node.keywords:
        if keyword.arg is None:
            review.refuse("class", keyword, "a class may not take a dictionary of keywords", "write them out")
        elif keyword.arg == "metaclass":
            if review.paths(keyword.value, scope) <= _METACLASSES:
                review.settle(keyword.value)
            else:
                review.refuse("class", keyword, "metaclasses are not allowed", "use a plain class")
    for statement in node.body:
        if isinstance(statement, ast.Assign) and any(_is_slots(target) for target in statement.targets):
            for name in _spelled(statement.value):
                if is_internal(name) or (is_dunder(name) and name not in _SLOTS):
                    review.refuse("dunder", statement, f"`{name}` may not be a slot", "choose another name")


def check_class_pattern(review: Review, node: ast.MatchClass, scope: Scope) -> None:
    """Checks the attributes that `case Name(attribute=…)` reads, and that what `case Name(…)` reads is known."""
    for name in node.kwd_attrs:
        if not review.refuse_path(f"{ANY_VALUE}.{name}", node) and name in _UNREADABLE:
            review.refuse("attribute", node, f"a pattern may not read `{name}`", "read it as an attribute")
    if node.patterns and not _is_visible(review, node.cls, scope, _DEEPEST):
        message = "the class of this pattern does not say in the script which fields it has"
        review.refuse("class", node, message, "name the fields: case Point(x=…)")


def check_made_class(review: Review, node: ast.Call, paths: set[str]) -> None:
    """Checks the names in calls such as `namedtuple("Row", "id name")`."""
    if paths & _NAMED_CLASSES:
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        for name in (name for item in given for name in _spelled(item)):
            if is_internal(name) or is_dunder(name):
                review.refuse("class", node, f"`{name}` may not be a name in a class", "choose another name")


def check_registration(review: Review, node: ast.expr, root: ast.expr, names: list[str], scope: Scope) -> None:
    """Refuses `Class.register(…)` where the script's class is an abstract one and has no `register` of its own."""
    if "register" not in names[:1] or not isinstance(root, ast.Name):
        return
    for definition in definitions(root, scope):
        if any(path.startswith(_ABSTRACT) for path in base_paths(review, definition, _DEEPEST)):
            refusal = registration(root.id)
            review.refuse(refusal.rule, node, refusal.message, refusal.fix)
            return


def definitions(node: ast.expr, scope: Scope) -> Iterator[Definition]:
    """The class statements that a name may stand for, through other names too."""
    todo = [(node, scope)]
    seen: set[tuple[str, Scope]] = set()
    for item, place in todo:
        if isinstance(item, ast.Name) and (item.id, place) not in seen:
            seen.add((item.id, place))
            for holder in place.holders(item.id):
                yield from holder.classes.get(item.id, ())
                values = holder.values.get(item.id, ())
                todo.extend((value.expression, value.scope) for value in values if value and not value.element)


def base_paths(review: Review, definition: Definition, depth: int) -> Iterator[str]:
    """Where the bases of a class lead, those of its bases in the script included; none if it has a `register` of its own."""
    body = definition.node.body
    if any(isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) and item.name == "register" for item in body):
        return
    for keyword in definition.node.keywords:
        if keyword.arg == "metaclass":
            yield from review.paths(keyword.value, definition.scope)
    for base in definition.node.bases:
        plain = base.value if isinstance(base, ast.Subscript) else base
        yield from review.paths(plain, definition.scope)
        if depth:
            for inner in definitions(plain, definition.scope):
                yield from base_paths(review, inner, depth - 1)


def _is_visible(review: Review, node: ast.expr, scope: Scope, depth: int) -> bool:
    """Whether the fields that patterns read by position stand in the script, or belong to an imported class or a builtin."""
    if depth == 0:
        return False
    match node:
        case ast.Attribute(value=value):
            return _is_visible(review, value, scope, depth - 1)
        case ast.Subscript(value=value):
            return _is_visible(review, value, scope, depth - 1)
        case ast.Call(func=function, args=arguments, keywords=keywords):
            given = [*arguments, *(keyword.value for keyword in keywords)]
            return review.paths(function, scope) <= _FUNCTIONS and all(_is_plain(item) for item in given)
        case ast.Name(id=name):
            return all(_is_visible_in(review, name, holder, depth - 1) for holder in scope.holders(name))
        case _:
            return False


def _is_visible_in(review: Review, name: str, holder: Scope, depth: int) -> bool:
    known = holder.imported.get(name, 0)
    for definition in holder.classes.get(name, ()):
        decorators = [item.func if isinstance(item, ast.Call) else item for item in definition.node.decorator_list]
        made = any(path.startswith(ANY_VALUE) for item in decorators for path in review.paths(item, definition.scope))
        if made or not all(_is_visible(review, base, definition.scope, depth) for base in definition.node.bases):
            return False
        known += 1
    for value in holder.values.get(name, ()):
        if value is not None:
            if value.element or not _is_visible(review, value.expression, value.scope, depth):
                return False
            known += 1
    return known == len(holder.values.get(name, ()))


def _is_plain(node: ast.expr) -> bool:
    """Whether names of fields are constants: a text, texts, or pairs of a text and a type."""
    if isinstance(node, ast.List | ast.Tuple):
        return all(
            isinstance(item.elts[0] if isinstance(item, ast.Tuple) and item.elts else item, ast.Constant) for item in node.elts
        )
    return isinstance(node, ast.Constant)


def _is_slots(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id == "__slots__"


def _spelled(node: ast.expr) -> Iterator[str]:
    for item in ast.walk(node):
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            yield from item.value.replace(",", " ").split()
