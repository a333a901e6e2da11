"""The parts of a run's page by themselves: which bars a run's steps make, and the colours of a script."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.serving.console.console_world import Console

AGENTS = ("queued", "generating", "generated", "validating")


@pytest.fixture(scope="module")
def modules(browser: Browser, console: Console) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(console.url)
    yield page
    page.close()


def step(at: float, name: str, **facts: Any) -> dict[str, Any]:
    return {"at": at, "name": name, "facts": facts}


def bars(modules: Page, steps: list[dict[str, Any]], status: str = "completed", calls: Any = ()) -> Any:
    """By lane: [from, to, tone] of each bar; None for a lane that the run has not."""
    run = {"steps": steps, "status": status, "calls": list(calls)}
    return modules.evaluate(
        """async (run) => { const { barsOf } = await import('/static/run_lanes.js');
        return Object.fromEntries(Object.entries(barsOf(run)).map(
            ([name, bars]) => [name, bars && bars.map(({ from, to, tone }) => [from, to, tone])])); }""",
        run,
    )


def test_each_agent_has_its_bars_from_its_first_step_to_its_last(modules: Page):
    steps = [step(at, name) for at, name in enumerate(AGENTS)]
    steps += [step(4, "validated", valid=True), step(5, "executing", attempt=1), step(6, "completed", exit=0)]
    drawn = bars(modules, steps)
    assert drawn["queue"] == [[0, 1, "queue"]]
    assert drawn["orchestrator"] == [[1, 6, "orchestrator"]]
    assert drawn["generator"] == [[1, 2, "generator"]]
    assert drawn["executor"] == [[3, 4, "executor"], [4, 6, "executor"]]
    assert drawn["sandbox"] == [[5, 6, "sandbox"]]
    assert drawn["person"] is None


def test_what_goes_on_is_open_and_a_question_is_the_person_s(modules: Page):
    steps = [step(at, name) for at, name in enumerate(AGENTS)]
    steps += [
        step(4, "validated", valid=True),
        step(5, "executing", attempt=1),
        step(6, "paused"),
        step(7, "ended", reason="paused"),
    ]
    drawn = bars(modules, steps, "paused")
    assert drawn["person"] == [[6, None, "person"]]
    assert drawn["sandbox"] == [[5, 6, "sandbox"]]
    assert drawn["orchestrator"] == [[1, 6, "orchestrator"]]
    drawn = bars(modules, [*steps, step(90, "approved"), step(91, "executing", attempt=2), step(92, "completed")])
    assert drawn["person"] == [[6, 90, "person"]]
    assert drawn["sandbox"][1:] == [[91, 92, "sandbox"]]


def test_a_script_that_is_given_up_is_written_anew(modules: Page):
    steps = [step(at, name) for at, name in enumerate(AGENTS)]
    steps += [step(4, "given_up", round=0), step(5, "generating", round=1), step(6, "generated"), step(7, "validating")]
    drawn = bars(modules, [*steps, step(8, "validated", valid=True), step(9, "executing", attempt=1)], "executing")
    assert drawn["generator"] == [[1, 2, "generator"], [4, 5, "generator"], [5, 6, "generator"]]
    assert drawn["executor"] == [[3, 4, "bad"], [7, 8, "executor"], [8, None, "executor"]]


def test_a_person_s_own_script_has_no_agents(modules: Page):
    drawn = bars(modules, [step(0, "validating"), step(1, "validated", valid=False, message="no")], "refused")
    assert drawn["orchestrator"] is drawn["generator"] is None
    assert drawn["executor"] == [[0, 1, "bad"]]


@pytest.mark.parametrize(
    ("state", "code", "tone"),
    [("applied", 200, "good"), ("applied", 404, "wait"), ("refused", None, "bad"), ("unknown", None, "bad")],
)
def test_a_call_s_colour_says_what_became_of_it(modules: Page, state: str, code: int | None, tone: str):
    call = {"seq": 1, "method": "GET", "url": "https://x", "at": 3, "duration_ms": 500, "state": state, "status": code}
    drawn = bars(modules, [step(0, "queued"), step(1, "generating"), step(9, "completed")], calls=[call])
    assert drawn["calls"] == [[3, 3.5, tone]]


def test_a_wait_of_a_day_leaves_the_work_to_be_seen(modules: Page):
    part = modules.evaluate(
        """async () => { const { scaleOf } = await import('/static/run_lanes.js');
        const scale = scaleOf({ person: [{ from: 4, to: 86404 }] }, 0, 86408);
        return [scale.at(0), scale.at(4), scale.at(86404), scale.at(86408), scale.cut]; }"""
    )
    assert part[0] == 0
    assert part[3:] == [1, True]
    assert 0.3 < part[1] < part[2] < 0.7


def test_no_wait_is_no_cut(modules: Page):
    places = modules.evaluate(
        """async () => { const { scaleOf } = await import('/static/run_lanes.js');
        const scale = scaleOf({}, 10, 20); return [10, 15, 20].map(scale.at).concat(scale.cut); }"""
    )
    assert places == [0, 0.5, 1, False]


SCRIPTS = sorted((Path(__file__).parents[3] / "agentic" / "apis" / "recipes").rglob("*.py"))
ODD = (
    "",
    "\n",
    'x = "never closed\ny = 1',
    "'''never closed\n\n",
    "f'{x!r:>{width}}' rb'\\x00' u\"é\" b''",
    "é_ñ = 1  # commentaire\n@décor.a(1)\nclass Ä: ...",
    '"""' * 5000,
    "\\" * 5000 + '"',
    "'" + "\\'" * 20000,
    "1" * 50000,
    "a" * 50000 + "(",
    "#" * 50000,
    "<script>alert(1)</script>\u2028\u0000\u202e",
)


def coloured(modules: Page, sources: list[str]) -> list[list[list[list[str]]]]:
    return modules.evaluate(
        "async (sources) => { const { lines } = await import('/static/python.js'); return sources.map(lines); }", sources
    )


def test_the_pieces_of_a_script_are_the_script_whatever_it_holds(modules: Page):
    sources = [*(path.read_text() for path in SCRIPTS), *ODD]
    assert len(SCRIPTS) > 50
    for source, found in zip(sources, coloured(modules, sources), strict=True):
        text = "\n".join("".join(text for _, text in line) for line in found)
        assert text == source.removesuffix("\n") or text == source


def test_words_strings_comments_numbers_and_calls_have_their_colours(modules: Page):
    [found] = coloured(modules, ['for item in range(10):  # ten\n    print(f"{item}")\n'])
    assert [piece for line in found for piece in line if piece[0]] == [
        ["keyword", "for"],
        ["keyword", "in"],
        ["name", "range"],
        ["number", "10"],
        ["comment", "# ten"],
        ["name", "print"],
        ["string", 'f"{item}"'],
    ]
