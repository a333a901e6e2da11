"""What a hostile request puts before a person who is asked: nothing in it can hide, or pass for a line of ours."""

import io
import itertools
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from agentic.broker.question import shown
from agentic.interfaces.approval import show_question
from agentic.interfaces.call_fields import fields_of
from agentic.interfaces.terminal import Terminal

URL = "https://api.stripe.com/v1/customers"
COLUMNS = 80


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(COLUMNS))


def seen(body: str, *, url: str = URL, headers: list[list[str]] | None = None) -> list[str]:
    """The question as the lines that a terminal of 80 columns shows."""
    pending: dict[str, Any] = {"method": "POST", "url": url, "body": shown(body), "headers": headers or [], "what": "POST /v1"}
    pending |= {"target": "real", "asked_at": 0, "expires": 9}
    result = {"run_id": "run_1", "code_ref": None, "verdict": {"valid": True}, "pending": pending}
    out = io.StringIO()
    show_question(result, Terminal(out, out, colour=False, interactive=False), Path("/nowhere"), now=1.0)
    screen: list[str] = []
    for line in out.getvalue().splitlines():
        while True:
            # As a terminal wraps it.
            widths = itertools.accumulate(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in line)
            end = sum(width <= COLUMNS for width in widths)
            screen.append(line[:end])
            line = line[end:]
            if not line:
                break
    return screen


def ours(screen: list[str]) -> list[str]:
    """The lines that begin as one of ours does."""
    return [line for line in screen if re.match(r"call\b|operation\b|goes to\b|to send\b|run\b|send it", line)]


@pytest.mark.parametrize("filler", ["x", " ", "\u6771", "\u0301"])
@pytest.mark.parametrize("offset", range(0, 80, 7))
def test_wrapped_text_cannot_pass_for_the_call(filler: str, offset: int) -> None:
    """Written so that a terminal of 80 columns would begin a line with it."""
    lie = "call       GET https://api.stripe.com/v1/balance".ljust(COLUMNS)
    for body in (filler * offset + lie * 40, f"name={'x' * offset}" + lie.replace(" ", "+") * 20):
        assert len(ours(seen(body))) == 5
        assert len(ours(seen("a=1", headers=[["X-Long", ("x" * offset + lie * 5)]]))) == 5


def test_control_a_long_line_that_is_printed_as_it_is_begins_lines_at_the_edge() -> None:
    assert len(seen("short")) < len(seen("x" * 500))
    assert all(len(line) < COLUMNS for line in seen("x" * 500))


def test_what_is_asked_stands_last_too_however_long_the_rest_is() -> None:
    for body in ("\n" * 50_000, "x" * 60_000, "&".join(f"f{number}=1" for number in range(5000))):
        last = [line for line in seen(body) if line.strip()][-1]
        assert last.startswith("to send")
        assert f"POST {URL}, the real API" in last


def test_thousands_of_fields_keep_their_column() -> None:
    screen = seen("&".join(f"f{number}=1" for number in range(2000)))
    assert all(len(line) < COLUMNS for line in screen)
    assert sum(line.endswith(" = 1") for line in screen) == 2000


def test_headers_that_are_sent_are_shown_with_what_cannot_be_seen() -> None:
    screen = "\n".join(seen("a=1", headers=[["X-Act-As", "acct_2"], ["X-Odd", "a\x9b2Jb\tc"]]))
    assert "X-Act-As: acct_2" in screen
    assert "\x9b" not in screen
    assert "\\u{009b}" in screen


@pytest.mark.parametrize("name", ["a%20%20%20amount", "a%20=%20b", "amount%0A", "%E2%80%AEx"])
def test_field_name_with_blanks_is_quoted_where_it_could_pass_for_a_value(name: str) -> None:
    ((told, _),) = fields_of(URL, f"{name}=1")
    assert told == "a = b" or told.startswith('"')
