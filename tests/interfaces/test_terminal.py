"""Nothing that a script, an API or a model wrote is obeyed by the person's terminal."""

import io
import json

import pytest

from agentic.interfaces.terminal import Terminal, visible

ORDERS = ["\x1b[2J", "\x9b31m", "\r", "\x07", "\u202e", "\u2066", "\x00", "\ud800", "\x7f"]


@pytest.mark.parametrize("order", ORDERS)
def test_control_and_bidirectional_characters_are_written_out(order: str) -> None:
    shown = visible(f"a{order}b\n\tc")
    assert order not in shown
    assert shown.startswith("a\\")
    assert shown.endswith("b\n\tc")
    shown.encode()


@pytest.mark.parametrize("order", ORDERS)
def test_json_holds_the_same_text_without_a_character_that_a_terminal_obeys(order: str) -> None:
    out = io.StringIO()
    Terminal(out, io.StringIO(), colour=False, interactive=False, json_only=True).json({"stdout": f"a{order}b"})
    assert order not in out.getvalue()
    assert json.loads(out.getvalue()) == {"stdout": f"a{order}b"}
    out.getvalue().encode()


def test_accents_and_line_ends_stay() -> None:
    assert visible("Zoë – 15 €\r\nnext") == "Zoë – 15 €\nnext"
