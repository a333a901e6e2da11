"""What the rules share while they look at one script: the policy, the layout, the findings so far."""

import ast
from collections.abc import Iterable

from agentic.core.values import Finding
from agentic.validator.literals import Literals
from agentic.validator.policy import ANY_VALUE, BUILTINS, Refusal, ValidationPolicy
from agentic.validator.scopes import Layout, Scope
from agentic.validator.source import lines_of

_LARGEST_MESSAGE = 300


class Review:
    """One script under review. Rules mark the constructs that they have already decided about.

    `settled` are constructs whose path another rule has decided; `called` are those called on the spot.
    """

    def __init__(self, text: str, policy: ValidationPolicy, layout: Layout) -> None:
        self.policy = policy
        self.own = frozenset(layout.own)
        self.settled: set[int] = set()
        self.called: set[int] = set()
        self.refused_imports: set[str] = set()
        self._text = text
        self._lines: list[str] | None = None
        self._findings: dict[Finding, None] = dict.fromkeys(layout.findings)

    def refuse(self, rule: str, node: ast.AST, message: str, fix: str = "") -> None:
        line, column = self._place(node)
        self._findings[Finding(rule, line, column, message[:_LARGEST_MESSAGE], fix[:_LARGEST_MESSAGE])] = None

    def refuse_path(self, path: str, node: ast.AST) -> bool:
        """Refuses `path` if the policy does; whether it did."""
        refusal: Refusal | None = self.policy.refusal(path, self.own)
        if refusal is not None:
            self.refuse(refusal.rule, node, refusal.message, refusal.fix)
        return refusal is not None

    def findings(self) -> tuple[Finding, ...]:
        """The findings in the script's order, at most as many as the policy says."""
        ordered = sorted(self._findings, key=lambda finding: (finding.line, finding.column))
        return tuple(ordered[: self.policy.max_findings])

    def name_paths(self, name: str, scope: Scope) -> set[str]:
        """Where a name may lead: imports, a builtin, or `*` for a value of the script's own."""
        holders = scope.holders(name)
        paths = {path for holder in holders for path in holder.paths.get(name, ())}
        if any(name not in holder.paths or len(holder.values[name]) > len(holder.paths[name]) for holder in holders):
            paths.add(ANY_VALUE)
        return paths or {f"{BUILTINS}.{name}"}

    def paths(self, node: ast.expr, scope: Scope) -> set[str]:
        """Where an expression may lead; `*` stands for any value, "*.a" for its attribute."""
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        roots = self.name_paths(node.id, scope) if isinstance(node, ast.Name) else {ANY_VALUE}
        return {".".join([root, *reversed(names)]) for root in roots}

    def texts(self, node: ast.expr, scope: Scope) -> list[str] | None:
        return Literals().texts(node, scope)

    def settle(self, nodes: Iterable[ast.AST]) -> None:
        self.settled.update(id(node) for node in nodes)

    def _place(self, node: ast.AST) -> tuple[int, int]:
        line, offset = getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
        if not line or self._text.isascii():
            return line, offset + 1 if line else 0
        # The parser counts UTF-8 bytes, people count characters.
        self._lines = self._lines or lines_of(self._text)
        before = self._lines[line - 1].encode()[:offset] if line <= len(self._lines) else b""
        return line, len(before.decode(errors="replace")) + 1
