"""Runs over HTTP: submitted, listed, shown, decided on."""

from starlette.testclient import TestClient

from tests.serving.serving_stage import Stage

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
