"""What the rules share while they look at one script: the policy, the layout, the findings so far."""

import ast

from agentic.core.values import Finding
from agentic.validator import allowed
from agentic.validator.literals import Literals
from agentic.validator.policy import ANY_VALUE, BUILTINS, ValidationPolicy
from agentic.validator.scopes import Layout, Scope
from agentic.validator.source import lines_of

_LARGEST_MESSAGE = 300
_POWERFUL = frozenset(allowed.POWERFUL_BUILTINS.split())


class Review:
    """One script under review. Rules mark the constructs that they have already decided about.

    `settled` are constructs whose path another rule has decided; `called` are those called on the spot.
    """

    def __init__(self, text: str, policy: ValidationPolicy, layout: Layout) -> None:
        self.policy = policy
        self.literals = Literals()
        self.own = frozenset(layout.own)
        self.settled: set[int] = set()
        self.called: set[int] = set()
        self.refused_imports: set[str] = set()
        self.uses_asyncio = any(path.partition(".")[0] == "asyncio" for _, path in layout.imports)
        self._text = text
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
        if self.literals.exhausted:
            fix = "assign each constant once"
            self._findings[Finding("too_large", 0, 0, "the script has too many constants to follow", fix)] = None
        ordered = sorted(self._findings, key=lambda finding: (finding.line, finding.column))
        return tuple(ordered[: self.policy.max_findings])

    def name_paths(self, name: str, scope: Scope) -> set[str]:
        """Where a name may lead: imports, a builtin, `*` for a value of the script's own, or several of these."""
        holders = scope.holders(name)
        paths = {path for holder in holders for path in holder.paths.get(name, ())}
        if any(name not in holder.paths for holder in holders):
            paths.add(ANY_VALUE)
        # A name bound at the top of a script or class may not be bound when asked for: then Python takes the builtin.
        if not holders or (name in _POWERFUL and not holders[-1].fixed):
            paths.add(f"{BUILTINS}.{name}")
        return paths

    def paths(self, node: ast.expr, scope: Scope) -> set[str]:
        """Where an expression may lead; `*` stands for any value, "*.a" for its attribute."""
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        roots = self.name_paths(node.id, scope) if isinstance(node, ast.Name) else {ANY_VALUE}
        return {".".join([root, *reversed(names)]) for root in roots}

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
