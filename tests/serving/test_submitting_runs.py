"""Runs over HTTP: submitted, listed, shown, decided on."""

from typing import Any

from botocore.exceptions import EndpointConnectionError
from starlette.testclient import TestClient

from agentic.core.errors import BusyError
from tests.serving.serving_stage import ALICE, HOST, Queue, Stage

TASK = "Create a Stripe customer named Alice"


def test_a_run_is_taken_in_and_found_where_its_location_says(alice: TestClient):
    answer = alice.post("/runs", json={"task": TASK})
    assert answer.status_code == 202, answer.text
    run = answer.json()
    assert answer.headers["location"] == run["links"]["run"] == f"/runs/{run['run_id']}"
    assert (run["status"], run["created"], run["position"]) == ("queued", True, 0)
    shown = alice.get(answer.headers["location"]).json()
    assert (shown["task"], shown["api"], shown["status"], shown["position"]) == (TASK, "stripe", "queued", 0)


def test_the_same_key_gives_the_same_run_and_another_body_with_it_is_refused(alice: TestClient, served: Stage):
    first = alice.post("/runs", json={"task": TASK}, headers={"Idempotency-Key": "one"}).json()
    again = alice.post("/runs", json={"task": TASK}, headers={"Idempotency-Key": "one"}).json()
    assert (again["run_id"], again["created"]) == (first["run_id"], False)
    assert len(served.queue.waiting) == 1
    other = alice.post("/runs", json={"task": f"{TASK} B"}, headers={"Idempotency-Key": "one"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency")


class Failing(Queue):
    """A queue that answers with an error."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def submit(self, *_: Any, **__: Any) -> Any:
        raise self._error


def failed(served: Stage, error: Exception, noted: list[Exception] | None = None) -> Any:
    seams: dict[str, Any] = {"submitter": Failing(error)} | ({} if noted is None else {"unforeseen": noted.append})
    client = TestClient(served.app(**seams), base_url=f"http://{HOST}", headers={"Authorization": f"Bearer {ALICE}"})
    return client.post("/runs", json={"task": TASK})


def test_where_there_is_no_room_the_caller_is_told_when_to_come_again(served: Stage):
    answer = failed(served, BusyError("100 of your runs have not ended yet", retry_after=10, position=7, hint="wait"))
    problem = answer.json()
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "10")
    assert (problem["code"], problem["position"], problem["hint"]) == ("busy", 7, "wait")


def test_a_stack_that_does_not_answer_is_a_503_that_says_nothing_of_its_inside(served: Stage):
    answer = failed(served, EndpointConnectionError(endpoint_url="http://inside.example"))
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert "inside" not in answer.text


def test_a_fault_of_the_program_is_a_500_without_its_reason_which_is_noted(served: Stage):
    noted: list[Exception] = []
    answer = failed(served, KeyError("secret reason"), noted)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret" not in answer.text
    assert [str(error) for error in noted] == ["'secret reason'"]


def test_the_list_is_turned_page_by_page_and_filtered(alice: TestClient, served: Stage):
    for number in range(5):
        body = {"task": f"Create a Stripe customer named Alice{number}", "session": "s" if number % 2 else ""}
        run_id = alice.post("/runs", json=body).json()["run_id"]
    alice.post(f"/runs/{run_id}/cancel")

    def tasks(**query: Any) -> list[str]:
        found: list[str] = []
        while True:
            page = alice.get("/runs", params=query).json()
            found += [run["task"].rpartition(" ")[2] for run in page["runs"]]
            if not page["next"]:
                return found
            query["cursor"] = page["next"]

    everything = {f"Alice{number}" for number in range(5)}
    assert sorted(tasks(limit=2)) == sorted(everything)
    assert tasks(status="cancelled,failed", limit=1) == ["Alice4"]
    assert set(tasks(session="s")) == {"Alice1", "Alice3"}
    assert tasks(words="alice2 CUSTOMER") == ["Alice2"]
    assert tasks(api="github") == []
    assert alice.get("/runs", params={"status": "nothing"}).status_code == 422
    assert alice.get("/runs", params={"since": "soon"}).status_code == 422


def test_a_run_may_name_the_offline_model_only_where_nobody_has_credentials(alice: TestClient):
    answer = alice.post("/runs", json={"task": TASK, "model": "anthropic:claude"})
    assert (answer.status_code, answer.json()["code"]) == (422, "usage")
    assert alice.post("/runs", json={"task": TASK, "model": "offline"}).status_code == 202


def test_what_cannot_be_read_is_told_all_at_once_with_what_is_wrong(alice: TestClient):
    body = {"task": " ", "writes": "maybe", "limits": {"money": 1, "usd": "x"}, "live": True, "session": "s" * 101}
    problem = alice.post("/runs", json=body).json()
    assert (problem["status"], problem["code"]) == (422, "invalid")
    for part in ("'live' is no field", "task is empty", "writes must be one of", "limits has no 'money'", "session must have"):
        assert part in problem["detail"] or "more)" in problem["detail"], part
    above = alice.post("/runs", json={"task": TASK, "limits": {"usd": 1e6}}).json()
    assert (above["status"], above["code"]) == (422, "usage")
