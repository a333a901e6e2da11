"""Attack: a task, a script, its output and an API's answer that carry markup. All of it is text."""

import pytest
from playwright.sync_api import Browser, Page, expect

from agentic.core.names import new_run_id
from agentic.core.values import Finding, RunError
from tests.serving.console.console_world import SCRIPT, Console

# Each would say itself in `window.injected`, as soon as anything reads it as markup or follows it.
ATTACKS = (
    '<img src=x onerror="window.injected=1">',
    "<script>window.injected=1</script>",
    "</code></pre><svg onload=window.injected=1>",
    "\"><iframe srcdoc='<script>parent.injected=1</script>'></iframe>",
    "javascript:window.injected=1//",
    "{{constructor.constructor('window.injected=1')()}}",
    "</textarea></title><details open ontoggle=window.injected=1>",
)
ALL = " ".join(ATTACKS)
FOREIGN = ", ".join(
    (
        *("iframe", "object", "embed", "img:not([src='static/mark.svg'])", "script:not([src='static/main.js'])"),
        *("[onerror]", "[onload]", "[ontoggle]"),
    )
)


def unharmed(page: Page) -> None:
    assert page.evaluate("window.injected") is None
    assert page.locator(FOREIGN).count() == 0
    assert page.locator("a[href^='javascript:']").count() == 0


def test_markup_in_task_script_output_and_answers_is_shown_as_text(page: Page, console: Console):
    run_id = new_run_id()
    work = console.worker.new_run(run_id, ALL)
    work.generates()
    work.writes_script(f"{SCRIPT}# {ALL}\nprint({ALL!r})\n")
    work.validates()
    work.executes()
    work.calls(
        "POST", "/v1/customers/<img%20src=x%20onerror=window.injected=1>", {ALL: ALL}, body=f'{{"name": "{ATTACKS[1]}"}}'
    )
    work.ends(f"{ALL}\n", ALL, RunError("script_failed", ALL, ALL))
    console.open(page, f"runs/{run_id}")
    expect(page.get_by_role("heading", level=1)).to_have_text(ALL)
    expect(page.get_by_role("region", name="The script")).to_contain_text(ALL)
    expect(page.get_by_label("Output")).to_contain_text(ALL)
    expect(page.get_by_label("Errors")).to_contain_text(ALL)
    row = page.locator(".call")
    row.locator("summary").click()
    expect(row.locator(".fields")).to_contain_text(ALL)
    expect(row.locator(".output")).to_contain_text(ATTACKS[1])
    page.get_by_text("Log, ").click()
    unharmed(page)
    page.goto(console.link("runs"))
    expect(page.get_by_role("link", name=ATTACKS[0]).first).to_be_visible()
    unharmed(page)
    page.goto(console.link())
    expect(page.locator("#recent a").first).to_contain_text(ATTACKS[0])
    unharmed(page)


def test_markup_in_a_question_and_in_findings_is_shown_as_text(page: Page, console: Console):
    asked, refused = new_run_id(), new_run_id()
    work = console.worker.new_run(asked, "a task")
    work.generates()
    work.writes_script()
    work.validates()
    work.executes()
    work.pauses(body=ALL, what=ALL, done_before=ALL, headers=(("X-Note", ALL),))
    console.open(page, f"runs/{asked}")
    question = page.get_by_role("region", name="This write waits for your approval")
    expect(question.locator(".fields")).to_contain_text(ALL)
    question.get_by_text("Exactly what is sent").click()
    expect(question.locator(".output")).to_contain_text(f"X-Note: {ALL}")
    assert question.locator("button").all_inner_texts() == [
        "Send this call",
        "Send it and every further write of this script",
        "Do not send it",
    ]
    unharmed(page)
    work = console.worker.new_run(refused, "a task")
    work.generates()
    work.writes_script()
    work.validates([Finding(ALL, 3, 1, ALL, ALL)])
    page.goto(console.link(f"runs/{refused}"))
    expect(page.locator(".finding")).to_contain_text(ATTACKS[0])
    unharmed(page)


@pytest.mark.parametrize("place", [f"runs/{ALL}", f"runs?words={ATTACKS[0]}", f"?task={ATTACKS[0]}", f"{ATTACKS[0]}"])
def test_markup_in_the_address_is_no_markup(page: Page, console: Console, place: str):
    console.open(page)
    page.evaluate("place => { location.hash = '#/' + place }", place)
    expect(page.locator("main h1, main [role=alert]").first).to_be_visible()
    unharmed(page)


def test_control_the_same_markup_does_harm_where_a_page_reads_it_as_markup(page: Page):
    page.set_content("<div id=place></div>")
    page.evaluate("markup => { document.getElementById('place').innerHTML = markup }", ATTACKS[0])
    page.wait_for_function("window.injected === 1")


def test_the_policy_stands_behind_it_even_a_page_that_would_read_markup_could_not(browser: Browser, console: Console):
    page = console.open(browser.new_context().new_page())
    made = """markup => { const place = document.createElement('div'); document.body.append(place);
        try { place.innerHTML = markup; return 'read' } catch (error) { return error.name } }"""
    assert page.evaluate(made, ATTACKS[0]) == "TypeError"
    # The server itself, but for its name: only the policy stands in between.
    asked = "async (url) => { try { await fetch(url, { mode: 'no-cors' }); return 'sent' } catch (error) { return 'kept' } }"
    assert page.evaluate(asked, f"{console.url.replace('127.0.0.1', 'localhost')}/health") == "kept"
    page.evaluate("""() => { const script = document.createElement('script'); script.append('window.injected = 1');
        document.body.append(script); }""")
    assert page.evaluate("window.injected") is None
    page.context.close()
