"""Sets the constants at the top of a recipe's script. Values go in as Python literals at places the syntax tree gives, so
that no text of a task can become code.
"""

import ast
from collections.abc import Mapping

Value = str | int | float


def constants(script: str) -> dict[str, Value]:
    """The script's upper-case constants that hold a text or a number."""
    return {name: node.value for name, node in _assigned(script).items() if isinstance(node.value, str | int | float)}


def with_constants(script: str, values: Mapping[str, Value]) -> str:
    """The script with other values for some of its constants. Raises `KeyError` for one that it does not have."""
    nodes = _assigned(script)
    lines = script.encode().splitlines(keepends=True)
    # From the end, so that a place found before is still right; places are counted in bytes.
    for name in sorted(values, key=lambda name: (nodes[name].lineno, nodes[name].col_offset), reverse=True):
        node = nodes[name]
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        head, tail = lines[first][: node.col_offset], lines[last][node.end_col_offset or 0 :]
        lines[first : last + 1] = [head + repr(values[name]).encode() + tail]
    result = b"".join(lines).decode()
    after = _assigned(result)
    if after.keys() != nodes.keys() or any(after[name].value != value for name, value in values.items()):
        raise ValueError("a constant did not come out as the value it was given")
    return result


def _assigned(script: str) -> dict[str, ast.Constant]:
    return {
        target.id: value
        for statement in ast.parse(script).body
        for target, value in _pairs(statement)
        if isinstance(target, ast.Name) and target.id.isupper() and isinstance(value, ast.Constant)
    }


def _pairs(statement: ast.stmt) -> list[tuple[ast.expr, ast.expr]]:
    match statement:
        case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
            return [(target, value)]
        case _:
            return []
