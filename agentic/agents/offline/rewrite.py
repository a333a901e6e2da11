"""Sets the constants at the top of a recipe's script. Values go in as Python literals at places the syntax tree gives, so
that no text of a task can become code.
"""

import ast
import functools
from collections.abc import Mapping

Value = str | int | float


def constants(script: str) -> dict[str, Value]:
    """The script's upper-case constants that hold a text or a number."""
    return {name: value for name, (_, value) in _assigned(script).items()}


def with_constants(script: str, values: Mapping[str, Value]) -> str:
    """The script with other values for some of its constants. Raises `KeyError` for one that it does not have."""
    nodes = {name: node for name, (node, _) in _assigned(script).items()}
    lines = script.encode().splitlines(keepends=True)
    # From the end, so that a place found before is still right; places are counted in bytes.
    for name in sorted(values, key=lambda name: (nodes[name].lineno, nodes[name].col_offset), reverse=True):
        node = nodes[name]
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        head, tail = lines[first][: node.col_offset], lines[last][node.end_col_offset or 0 :]
        lines[first : last + 1] = [head + repr(values[name]).encode() + tail]
    result = b"".join(lines).decode()
    if constants(result) != constants(script) | dict(values):
        raise ValueError("a constant did not come out as the value it was given")
    return result


@functools.lru_cache(maxsize=256)
def _assigned(script: str) -> dict[str, tuple[ast.expr, Value]]:
    found: dict[str, tuple[ast.expr, Value]] = {}
    for statement in ast.parse(script).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=node) if name.isupper():
                try:
                    value = ast.literal_eval(node)
                except ValueError:
                    continue
                if isinstance(value, str | int | float):
                    found[name] = node, value
            case _:
                continue
    return found
