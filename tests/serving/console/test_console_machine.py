"""The pages about the machine, the form of a new run, and servers that cannot do all of it."""

from playwright.sync_api import Page, Route, expect

from tests.serving.console.console_world import Console


def test_plugins_are_shown_with_what_they_bring_and_what_is_wrong(page: Page, console: Console):
    console.open(page, "plugins")
    card = page.locator(".card", has_text="Stripe")
    expect(card).to_contain_text("107 operations")
    expect(card).to_contain_text("api.stripe.com")
    expect(card).to_contain_text("none; runs use the fake")
    expect(page.locator(".card", has_text="slack")).to_contain_text("it cannot be imported")


def test_the_doctor_says_what_is_wrong_and_what_to_do(page: Page, console: Console):
    console.open(page, "doctor")
    expect(page.get_by_role("alert")).to_contain_text("1 of 4 checks failed")
    row = page.locator(".checks li", has_text="slack")
    expect(row).to_contain_text("failed")
    expect(row).to_contain_text("reinstall it")


def test_an_own_script_is_checked_and_its_findings_stand_at_their_lines(page: Page, console: Console):
    console.open(page)
    page.get_by_text("Limits, or a script of your own").click()
    page.get_by_label("Script", exact=True).fill("import os\nimport subprocess\nimport stripe\n")
    page.get_by_role("button", name="Check it only").click()
    expect(page.locator(".line.found .number")).to_have_attribute("data-number", "2")
    expect(page.locator(".finding")).to_contain_text("subprocess")


def test_a_script_that_tells_no_api_asks_for_the_choice_that_is_on_the_page(page: Page, console: Console):
    console.open(page)
    page.get_by_text("Limits, or a script of your own").click()
    page.get_by_label("Script", exact=True).fill("print(1)\n")
    page.get_by_role("button", name="Check it only").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose one under API.")
    page.get_by_label("Stripe").check(force=True)
    page.get_by_role("button", name="Check it only").click()
    expect(page.get_by_text("This script is valid")).to_be_visible()


def test_what_a_run_may_do_is_sent_as_it_was_chosen(page: Page, console: Console):
    console.open(page)
    page.get_by_label("Task", exact=True).fill("Create a customer named Alice")
    page.get_by_label("Stripe").check(force=True)
    page.get_by_label("Ask me first").check(force=True)
    page.get_by_label("Session", exact=True).fill("onboarding")
    page.get_by_text("Limits, or a script of your own").click()
    page.get_by_label("Writes", exact=True).fill("3")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.get_by_role("button", name="Start the run").click()
    body = sent.value.post_data_json
    assert body == {
        "task": "Create a customer named Alice",
        "api": "stripe",
        "writes": "approve",
        "model": "",
        "session": "onboarding",
        "limits": {"writes": 3},
        "code": None,
    }
    assert sent.value.headers["idempotency-key"]
    expect(page.locator(".run-status .status")).to_have_text("Queued")


def test_a_problem_of_the_server_is_said_with_the_next_step_and_the_form_stays(page: Page, console: Console):
    console.open(page)
    page.get_by_label("Task", exact=True).fill("Create a Stripe customer named Alice")
    busy = {"type": "about:blank", "title": "Too Many Requests", "status": 429, "detail": "you have 100 runs unfinished"}
    answer = {"status": 429, "headers": {"Retry-After": "7"}, "json": {**busy, "code": "busy", "hint": ""}}
    page.route("**/runs", lambda route: route.fulfill(**answer) if route.request.method == "POST" else route.continue_())
    page.get_by_role("button", name="Start the run").click()
    expect(page.get_by_role("alert")).to_contain_text("you have 100 runs unfinished")
    expect(page.get_by_role("alert")).to_contain_text("Try again in 7 s.")
    expect(page.get_by_label("Task", exact=True)).to_have_value("Create a Stripe customer named Alice")
    expect(page.get_by_role("button", name="Start the run")).to_be_enabled()


def test_where_the_server_cannot_stream_the_page_asks_for_events_instead(page: Page, console: Console):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/events" in request.url else None)
    about = {"version": "1", "local": False, "target": "fake", "model": "", "caller": "me", "stack": "dev"}
    page.route("**/about", lambda route: route.fulfill(json=about))
    console.open(page)
    expect(page.get_by_role("link", name="Doctor")).to_have_count(0)
    page.get_by_label("Task", exact=True).fill("Create a Stripe customer named Alice")
    page.keyboard.press("Control+Enter")
    state = page.locator(".run-status .status")
    expect(state).to_have_text("Queued")
    work = console.worker.taken(page.url.rpartition("/")[2])
    work.through()
    expect(state).to_have_text("Completed")
    assert asked
    assert all("wait=20" in url for url in asked)


def test_a_tab_that_nobody_sees_holds_no_stream(page: Page, console: Console):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.partition("/events")[2]) if "/events" in request.url else None)
    console.open(page)
    page.get_by_label("Task", exact=True).fill("Create a Stripe customer named Alice")
    page.keyboard.press("Control+Enter")
    state = page.locator(".run-status .status")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    assert asked == [""]
    hide = """(hidden) => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
        document.dispatchEvent(new Event('visibilitychange')) }"""
    with page.expect_request("**/events?wait=0*"):
        page.evaluate(hide, True)
    work = console.worker.taken(page.url.rpartition("/")[2])
    work.generates()
    expect(state).to_have_text("Writing the script")
    with page.expect_request(lambda request: request.url.endswith("/events")):
        page.evaluate(hide, False)
    work.writes_script()
    expect(state).to_have_text("Checking the script")


def test_a_session_says_what_it_knows_and_forgets_it(page: Page, console: Console):
    turns = [
        {"run_id": "run_1", "task": "Create Alice", "api": "stripe", "status": "completed", "answer": "", "ids": [], "gone": 0}
    ]
    answers = {"GET": {"name": "onboarding", "turns": turns}, "DELETE": {"name": "onboarding", "forgotten": 1}}

    def answer(route: Route) -> None:
        route.fulfill(json=answers[route.request.method])
        if route.request.method == "DELETE":
            answers["GET"]["turns"] = []

    page.route("**/sessions/onboarding", answer)
    console.open(page)
    page.get_by_label("Session", exact=True).fill("onboarding")
    page.get_by_text("Knows of 1 run").click()
    expect(page.locator(".session")).to_contain_text("Create Alice")
    page.get_by_role("button", name="Forget it").click()
    expect(page.locator(".session")).to_have_count(0)
