"""What the rules share while they look at one script: the policy, the layout, the findings so far."""

import ast

from agentic.core.values import Finding
from agentic.validator import allowed
from agentic.validator.literals import Literals
from agentic.validator.policy import ANY_VALUE, BUILTINS, ValidationPolicy
from agentic.validator.scope import Scope
from agentic.validator.scopes import Layout
from agentic.validator.source import lines_of

_LARGEST_MESSAGE = 300
_MOST_ALIASES = 64
_POWERFUL = frozenset(allowed.POWERFUL_BUILTINS.split())


class Review:
    """One script under review. Rules mark the constructs that they have already decided about.

    `settled` are constructs whose path another rule has decided; `called` are those called on the spot; `looked_at` are
    fields that are only printed or compared. `types` are the calls that find a value's type. `stored` are the attributes that
    the script sets, each with a place. `packages` are the top-level packages that it imports.
    """

    def __init__(self, text: str, policy: ValidationPolicy, layout: Layout) -> None:
        self.policy = policy
        self.literals = Literals()
        self.own = frozenset(layout.own)
        self.settled: set[int] = set()
        self.called: set[int] = set()
        self.looked_at: set[int] = set()
        self.refused_imports: set[str] = set()
        self.types: list[ast.Call] = []
        self.stored: dict[str, ast.AST] = {}
        self.packages = frozenset(path.partition(".")[0] for _, path in layout.imports)
        self._paths: dict[tuple[str, Scope], frozenset[str]] = {}
        self._text = text
        self._lost = False
        self._lines: list[str] | None = None
        self._findings: dict[Finding, None] = dict.fromkeys(layout.findings)

    def refuse(self, rule: str, node: ast.AST, message: str, fix: str = "") -> None:
        line, column = self._place(node)
        self._findings[Finding(rule, line, column, message[:_LARGEST_MESSAGE], fix[:_LARGEST_MESSAGE])] = None

    def refuse_path(self, path: str, node: ast.AST) -> bool:
        """Refuses `path` if the policy does; whether it did."""
        refusal = self.policy.refusal(path, self.own)
        if refusal is not None:
            self.refuse(refusal.rule, node, refusal.message, refusal.fix)
        return refusal is not None

    def findings(self) -> tuple[Finding, ...]:
        """The findings in the script's order, at most as many as the policy says."""
        if self.literals.exhausted or self._lost:
            fix = "assign each constant once"
            self._findings[Finding("too_large", 0, 0, "the script has too many constants to follow", fix)] = None
        ordered = sorted(self._findings, key=lambda finding: (finding.line, finding.column))
        return tuple(ordered[: self.policy.max_findings])

    def name_paths(self, name: str, scope: Scope) -> frozenset[str]:
        """Where a name may lead: imports, a builtin, `*` for a value of the script's own, or several of these.

        A name that the script gives to something imported ("get = requests.get") leads there too.
        """
        known = self._paths.get((name, scope))
        if known is not None:
            return known
        paths = self._direct(name, scope)
        if ANY_VALUE in paths:
            paths |= self._aliased(name, scope)
        self._paths[name, scope] = frozenset(paths)
        return self._paths[name, scope]

    def _direct(self, name: str, scope: Scope) -> set[str]:
        holders = scope.holders(name)
        paths = {path for holder in holders for path in holder.paths.get(name, ())}
        if any(name not in holder.paths for holder in holders):
            paths.add(ANY_VALUE)
        # A name bound at the top of a script or class may not be bound when asked for: then Python takes the builtin.
        if not holders or (name in _POWERFUL and not holders[-1].fixed):
            paths.add(f"{BUILTINS}.{name}")
        return paths

    def _aliased(self, name: str, scope: Scope) -> set[str]:
        """Where the names and attributes lead that the script assigns to a name; names may stand for each other in circles."""
        found: set[str] = set()
        todo: list[tuple[str, Scope, str]] = [(name, scope, "")]
        seen = set(todo)
        for known, place, rest in todo:
            for value in (value for holder in place.holders(known) for value in holder.values.get(known, ())):
                if value is None or value.element or not isinstance(value.expression, ast.Name | ast.Attribute):
                    continue
                names, root = chain(value.expression)
                if not isinstance(root, ast.Name):
                    continue
                further = ".".join(["", *names]) + rest
                found |= {path + further for path in self._direct(root.id, value.scope) if path != ANY_VALUE}
                step = (root.id, value.scope, further)
                if step not in seen:
                    seen.add(step)
                    todo.append(step)
            if len(todo) > _MOST_ALIASES:
                self._lost = True
                break
        return found

    def paths(self, node: ast.expr, scope: Scope) -> set[str]:
        """Where an expression may lead; `*` stands for any value, "*.a" for its attribute."""
        names, root = chain(node)
        roots = self.name_paths(root.id, scope) if isinstance(root, ast.Name) else {ANY_VALUE}
        return {".".join([start, *names]) for start in roots}

    def texts(self, node: ast.expr, scope: Scope) -> list[str] | None:
        """Every text that an expression can be, or None if the script does not say."""
        return self.literals.texts(node, scope)

    def settle(self, node: ast.expr) -> None:
        """Marks a chain of attributes, down to its name, as decided."""
        self.settled.add(id(node))
        while isinstance(node, ast.Attribute):
            node = node.value
            if isinstance(node, ast.Attribute | ast.Name):
                self.settled.add(id(node))

    def _place(self, node: ast.AST) -> tuple[int, int]:
        line, offset = getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
        if not line or self._text.isascii():
            return line, offset + 1 if line else 0
        # The parser counts UTF-8 bytes, people count characters.
        self._lines = self._lines or lines_of(self._text)
        before = self._lines[line - 1].encode()[:offset] if line <= len(self._lines) else b""
        return line, len(before.decode(errors="replace")) + 1


def chain(node: ast.expr) -> tuple[list[str], ast.expr]:
    """The attributes that a chain such as `a.b.c` reads, in order, and what it starts at."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return names[::-1], node
