"""What Python's compiler refuses although the text parses: `return` outside a function, `break` outside a loop, …

These rules are written out here because compiling what may be hostile is no safe way to ask: a few dozen lines can make the
compiler take gigabytes (`finally` in `finally` is compiled twice at each level) or end the interpreter (nested comprehensions,
nested `async with`). One pass over the laid-out constructs and one over the statements, both without recursion. In
annotations they are stricter than the compiler, which leaves some of them unread.
"""

import ast
from collections.abc import Callable, Iterable
from typing import Any

from agentic.validator.declared import check_declarations
from agentic.validator.patterns import check_match
from agentic.validator.review import Review
from agentic.validator.scope import Scope
from agentic.validator.scopes import Layout
from agentic.validator.statements import check_statements

_MOST_COMPREHENSIONS = 10
_MOST_BEFORE_STAR = 255
_HALTING = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Await)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
type _Halting = ast.NamedExpr | ast.Yield | ast.YieldFrom | ast.Await
type _Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
type _Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.TypeAlias

_SAID: dict[type[ast.AST], str] = {
    ast.Yield: "'yield'",
    ast.YieldFrom: "'yield from'",
    ast.Await: "'await'",
    ast.NamedExpr: "':='",
}


def check_grammar(review: Review, tree: ast.Module, layout: Layout) -> None:
    """Refuses, by the rule `syntax`, what parses and does not compile."""
    expressions = _Expressions(review, layout)
    expressions.run()
    check_statements(review, tree, layout)
    if expressions.declarations:
        check_declarations(review, layout, expressions.declarations)


class _Expressions:
    """What hangs on the scope an expression stands in, or on what stands directly around it."""

    def __init__(self, review: Review, layout: Layout) -> None:
        self._review = review
        self._layout = layout
        self._placed: set[int] = set()  # starred expressions that stand where they may
        self._stars: list[ast.Starred] = []
        self._halting: list[tuple[_Halting, Scope]] = []
        self._still: list[ast.AST] = []  # where nothing may halt: annotations, bounds, iterables
        self.declarations: list[tuple[ast.Global | ast.Nonlocal, Scope]] = []
        self._yielding: set[Scope] = set()
        self._returning: list[tuple[ast.Return, Scope]] = []
        self._rules: dict[type[ast.AST], Callable[[Any, Scope], None]] = {
            **dict.fromkeys(_HALTING, self._halt),
            **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.TypeAlias), self._definition),
            **dict.fromkeys(_COMPREHENSIONS, self._comprehension),
            **dict.fromkeys((ast.List, ast.Tuple, ast.Set), self._row),
            ast.AnnAssign: self._annotated,
            ast.Call: self._call,
            ast.Global: self._declaration,
            ast.Lambda: self._lambda,
            ast.Nonlocal: self._declaration,
            ast.Match: self._match,
            ast.Return: self._return,
            ast.Starred: self._starred,
            ast.arg: self._argument,
        }

    def run(self) -> None:
        rules = self._rules
        for node, scope, _ in self._layout.constructs:
            rule = rules.get(type(node))
            if rule is not None:
                rule(node, scope)
        for star in self._stars:
            if id(star) not in self._placed:
                self._refuse(star, "a starred expression may not stand here", "put it into a list, a tuple or a call")
        for node, scope in self._returning:
            if scope in self._yielding and isinstance(scope.node, ast.AsyncFunctionDef):
                self._refuse(node, "'return' with a value in an async generator", "yield the value")
        self._check_halting()

    def _refuse(self, node: ast.AST, message: str, fix: str = "correct the syntax") -> None:
        self._review.refuse("syntax", node, message, fix)

    def _halt(self, node: _Halting, scope: Scope) -> None:
        self._halting.append((node, scope))
        if isinstance(node, ast.NamedExpr):
            self._named(node, scope)
            return
        word, scope = _SAID[type(node)], _around(scope)
        if scope.kind in {"module", "class"}:
            self._refuse(node, f"{word} outside function", "put it into a function")
        elif isinstance(node, ast.Await):
            if not _is_asynchronous(scope):
                self._refuse(node, "'await' outside async function", "make it an async function")
        elif scope.kind == "comprehension":
            self._refuse(node, f"{word} inside a comprehension", "use a loop")
        elif isinstance(node, ast.YieldFrom) and isinstance(scope.node, ast.AsyncFunctionDef):
            self._refuse(node, "'yield from' inside async function", "use a loop")
        if isinstance(node, ast.Yield):
            self._yielding.add(scope)

    def _named(self, node: ast.NamedExpr, scope: Scope) -> None:
        holder = scope
        while holder.kind == "comprehension" and holder.parent is not None:
            if isinstance(holder.node, _COMPREHENSIONS) and node.target.id in _loop_names(holder.node):
                self._refuse(node, f"':=' cannot rebind the comprehension's variable {node.target.id!r}", "use another name")
            holder = holder.parent
        if holder.kind == "class" and holder is not scope:
            self._refuse(node, "':=' inside a comprehension cannot be used in a class body", "use a loop")

    def _comprehension(self, node: _Comprehension, scope: Scope) -> None:
        depth, around = 1, scope
        while around.kind == "comprehension" and around.parent is not None:
            depth, around = depth + 1, around.parent
        if depth > _MOST_COMPREHENSIONS:
            self._review.refuse("nesting", node, "comprehensions are nested too deeply", "use loops")
        self._still.extend(generator.iter for generator in node.generators)
        if (
            any(item.is_async for item in node.generators)
            and not isinstance(node, ast.GeneratorExp)
            and not _is_asynchronous(scope)
        ):
            self._refuse(node, "asynchronous comprehension outside of an asynchronous function", "make it an async function")

    def _row(self, node: ast.List | ast.Tuple | ast.Set, scope: Scope) -> None:
        stars = [position for position, item in enumerate(node.elts) if isinstance(item, ast.Starred)]
        if stars:
            self._placed.update(id(node.elts[position]) for position in stars)
            if not isinstance(node, ast.Set) and isinstance(node.ctx, ast.Store):
                if len(stars) > 1:
                    self._refuse(node, "multiple starred expressions in assignment", "leave one star")
                if stars[0] > _MOST_BEFORE_STAR:
                    self._refuse(node, "too many expressions in star-unpacking assignment", "take the values by index")

    def _call(self, node: ast.Call, scope: Scope) -> None:
        self._placed.update(id(item) for item in node.args if isinstance(item, ast.Starred))
        self._keywords(node.keywords)

    def _keywords(self, keywords: list[ast.keyword]) -> None:
        seen: set[str] = set()
        for keyword in keywords:
            if keyword.arg is not None and keyword.arg in seen:
                self._refuse(keyword, f"keyword argument repeated: {keyword.arg}", "give it once")
            if keyword.arg == "__debug__":
                self._refuse(keyword, "cannot assign to __debug__", "use another name")
            seen.add(keyword.arg or "")

    def _definition(self, node: _Definition, scope: Scope) -> None:
        parameters = node.type_params
        names = [str(getattr(item, "name", "")) for item in parameters]
        for name in _repeated(names):
            self._refuse(node, f"duplicate type parameter {name!r}", "use another name")
        types: list[ast.AST] = [*parameters]
        if isinstance(node, ast.ClassDef):
            self._placed.update(id(item) for item in node.bases if isinstance(item, ast.Starred))
            self._keywords(node.keywords)
            types += [*node.bases, *node.keywords] if parameters else []
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self._arguments(node, node.args)
            if parameters:
                types += [item for item in ast.walk(node.args) if isinstance(item, ast.arg)]
                types += [node.returns] if node.returns else []
            elif node.returns:
                self._still.append(node.returns)
        else:
            types.append(node.value)
        self._still.extend(types)
        for inner in (inner for item in types for inner in ast.walk(item)):
            if isinstance(inner, (ast.Lambda, *_COMPREHENSIONS)):
                self._refuse(
                    inner, "a type parameter, alias or base may not hold code of its own", "do it in a statement before"
                )

    def _declaration(self, node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
        self.declarations.append((node, scope))

    def _lambda(self, node: ast.Lambda, scope: Scope) -> None:
        self._arguments(node, node.args)

    def _arguments(self, node: ast.AST, arguments: ast.arguments) -> None:
        single = [item for item in (arguments.vararg, arguments.kwarg) if item]
        everything = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *single]
        for name in _repeated([item.arg for item in everything]):
            self._refuse(node, f"duplicate argument {name!r} in function definition", "use another name")
        if arguments.vararg and isinstance(arguments.vararg.annotation, ast.Starred):
            self._placed.add(id(arguments.vararg.annotation))

    def _argument(self, node: ast.arg, scope: Scope) -> None:
        if node.annotation is not None:
            self._still.append(node.annotation)

    def _annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        self._still.append(node.annotation)

    def _match(self, node: ast.Match, scope: Scope) -> None:
        for place, message in check_match(node):
            self._refuse(place, message)

    def _return(self, node: ast.Return, scope: Scope) -> None:
        if scope.kind in {"module", "class"}:
            self._refuse(node, "'return' outside function", "put it into a function")
        elif node.value is not None:
            self._returning.append((node, scope))

    def _starred(self, node: ast.Starred, scope: Scope) -> None:
        self._stars.append(node)

    def _check_halting(self) -> None:
        """Nothing may bind or wait where types are named, and nothing bind where a comprehension finds its values."""
        if not self._halting:
            return
        iterables = {
            id(item.iter)
            for node, _, _ in self._layout.constructs
            if isinstance(node, _COMPREHENSIONS)
            for item in node.generators
        }
        halting = {id(node) for node, _ in self._halting}
        for root in self._still:
            for node in ast.walk(root):
                if id(node) in halting and (id(root) not in iterables or isinstance(node, ast.NamedExpr)):
                    self._refuse(node, f"{_SAID[type(node)]} may not stand here", "do it in a statement before")


def _around(scope: Scope) -> Scope:
    """The scope itself, without those of type parameters, which hold no code of their own."""
    while scope.kind == "function" and scope.node is None and scope.parent is not None:
        scope = scope.parent
    return scope


def _is_asynchronous(scope: Scope) -> bool:
    """Whether `await` may stand here: in an async function, or in a generator expression, which waits only when asked."""
    while scope.kind == "comprehension" and scope.parent is not None:
        if isinstance(scope.node, ast.GeneratorExp):
            return True
        scope = scope.parent
    return isinstance(_around(scope).node, ast.AsyncFunctionDef)


def _loop_names(node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> set[str]:
    targets = [part for generator in node.generators for part in ast.walk(generator.target)]
    return {part.id for part in targets if isinstance(part, ast.Name)}


def _repeated(names: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return [name for name in names if name in seen or seen.add(name)]
