"""A recorded run done again offline: the same when nothing was changed; else the first difference is told."""

from dataclasses import replace

import pytest
from recorded_stage import SPECS, recorded, with_answer

from agentic.core.values import WriteMode
from agentic.interfaces.replaying import replay
from agentic.runs.recording import Recording

STRIPE = SPECS["stripe"]
CODE = """
import os, stripe, time, uuid
stripe.api_key = os.environ["STRIPE_API_KEY"]
customer = stripe.Customer.create(name="Ada", metadata={"token": uuid.uuid4().hex, "at": time.time()})
print("first", customer.name, customer.id)
time.sleep(30)
print("then", stripe.Customer.list(limit=3, created={"gte": int(time.time()) - 3600}).data[0].name)
try:
    stripe.Customer.retrieve("cus_none")
except stripe.InvalidRequestError as error:
    print(error.http_status)
    raise SystemExit(3)
"""


@pytest.fixture(scope="module")
def recording() -> Recording:
    # So that it takes no time: only the replay is to skip what the script sleeps.
    made = recorded(STRIPE, CODE.replace("sleep(30)", "sleep(0)"))
    assert made.outcome.exit == 3, made.outcome.stderr
    return made


def test_replay_does_the_same_from_the_recording_alone(recording: Recording) -> None:
    again = replay(Recording.from_json(recording.to_json()), STRIPE)
    assert (again.difference, again.same) == ("", True)
    assert again.outcome.stdout == recording.outcome.stdout
    assert [one.recorded.call.method for one in again.answered] == ["POST", "GET", "GET"]


def test_control_changed_answer_shows_in_the_output(recording: Recording) -> None:
    again = replay(with_answer(recording, 0, b'"name": "Ada"', b'"name": "Bob"'), STRIPE)
    assert again.difference.startswith("line 1 of its output is 'first Bob cus_")
    assert "the first time it was 'first Ada cus_" in again.difference


@pytest.mark.parametrize(
    ("before", "now", "difference"),
    [
        ('name="Ada"', 'name="Bob"', "the script asked for POST https://api.stripe.com/v1/customers with {'name': 'Bob'"),
        ("limit=3", "limit=4", "'limit': '4'"),
        ("SystemExit(3)", "SystemExit(4)", "it ended with status 4; the first time it ended with status 3"),
        (
            'print("then"',
            'exit()\nprint("then"',
            "the script did not ask for GET https://api.stripe.com/v1/customers (and 1 more)",
        ),
        (
            "raise SystemExit",
            'stripe.Customer.delete("cus_1")\n    raise SystemExit',
            "DELETE https://api.stripe.com/v1/customers/",
        ),
        ("print(error.http_status)", "print(1)\n    print(error.http_status)", "line 3 of its output is '1'"),
        ("import os", "nonsense\nimport os", "NameError"),
    ],
    ids=["another write", "another read", "another exit", "fewer calls", "more calls", "other output", "broken"],
)
def test_control_changed_script_is_told_with_its_first_difference(
    recording: Recording, before: str, now: str, difference: str
) -> None:
    assert before in recording.code
    again = replay(replace(recording, code=recording.code.replace(before, now)), STRIPE)
    assert not again.same
    assert difference in again.difference


def test_other_pins_are_another_run(recording: Recording) -> None:
    again = replay(replace(recording, seed="f" * 32), STRIPE)
    assert "the script asked for POST" in again.difference


def test_run_that_was_stopped_for_a_question_stops_in_the_same_place() -> None:
    paused = recorded(STRIPE, CODE, writes=WriteMode.APPROVE, serial=True)
    assert (paused.stopped, paused.calls) == ("paused", ())
    again = replay(paused, STRIPE)
    assert (again.same, again.outcome.reason) == (True, "paused")
    # The control: a script that asks for nothing does not come there.
    assert not replay(replace(paused, code="print(1)"), STRIPE).same
