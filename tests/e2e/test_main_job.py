"""The main job, as a person sees it: a task in, the API's own id out, with script, verdict, calls and times."""

import json
import re
from pathlib import Path

import pytest

from agentic.apis.stripe import agentic_apis

ZOE = "Create a Stripe customer named Zoë Quist with email zoe@quist.example"


def only(folder: Path, pattern: str) -> Path:
    found = list(folder.glob(pattern))
    assert len(found) == 1, found
    return found[0]


def test_a_run_as_json_is_one_object_with_everything(shared):
    done = shared("run", ZOE, "--json")
    assert (done.exit, done.err) == (0, "")
    result = done.json
    promised = "run_id status api task answer code_ref code verdict outcome calls usage timings_ms error pending"
    promised += " created_at steps earlier"
    assert list(result) == promised.split()
    assert (result["status"], result["api"], result["task"], result["error"]) == ("completed", "stripe", ZOE, None)
    assert re.search(r"cus_[A-Za-z0-9]{14}", result["answer"])
    assert result["verdict"] == {"valid": True, "findings": []}
    assert result["outcome"]["success"] is True
    assert result["outcome"]["exit"] == 0
    assert "process" in result["outcome"]["layers"]
    assert [(call["method"], call["url"], call["status"]) for call in result["calls"]] == [
        ("POST", "https://api.stripe.com/v1/customers", 200)
    ]
    assert result["calls"][0]["write"] is True
    assert result["calls"][0]["params"] == {"name": "Zoë Quist", "email": "zoe@quist.example"}
    assert set(result["timings_ms"]) == {"total", "model", "api", "platform"}
    assert result["usage"]["model_calls"] == 8


def test_the_customer_is_in_the_fake_and_the_artifacts_are_where_the_bucket_has_them(agentic):
    result = agentic("run", ZOE, "--json").json
    key = result["code_ref"]["key"]
    assert re.fullmatch(r"generated/stripe/Create_a_Stripe_customer_named_Zoe_\d{8}_\d{6}\.py", key)
    bucket = only(agentic.home, "objects/agentic-api-developer-dev-code-storage-*")
    assert (bucket / key).read_text() == result["code"]
    log = only(bucket, "executions/stripe/success_*.json")
    assert re.fullmatch(rf"success_\d{{8}}_\d{{6}}_{result['run_id']}\.json", log.name)
    assert json.loads(log.read_text())["calls"][0]["status"] == 200
    found = agentic("run", "Find the customer with email zoe@quist.example", "--json").json
    assert found["status"] == "completed"
    assert "Zoë Quist" in found["outcome"]["stdout"]


def test_the_script_runs_with_a_placeholder_and_the_key_is_nowhere_it_could_leak(agentic, tmp_path):
    script = tmp_path / "peek.py"
    script.write_text(
        'import os\nimport stripe\nstripe.api_key = os.environ["STRIPE_API_KEY"]\nprint(stripe.api_key)\n'
        'print(stripe.Customer.create(name="A").id)\n'
    )
    result = agentic("exec", str(script), "--api", "stripe", "--json").json
    (spec,) = agentic_apis()
    shown, created = result["outcome"]["stdout"].split()
    assert shown == spec.secrets[0].placeholder
    assert created.startswith("cus_")
    agentic("local", "stop")
    # The fake accepts only its own random key (the control: with the placeholder it answers 401, see tests/apis).
    places = [*agentic.home.rglob("*.log"), *agentic.home.glob("objects/**/*.*")]
    assert len(places) > 5
    for place in places:
        assert not re.search(rb"sk_test_[0-9a-f]{32}", place.read_bytes()), place


@pytest.mark.parametrize(
    ("task", "prefix"),
    [
        ("Create a product called Gold plan at 15 EUR a month", "price_"),
        ("Create a coupon for 25% off", ""),
        ("Show my Stripe balance", ""),
        ("List the last 5 customers", ""),
    ],
)
def test_other_tasks_complete(shared, task: str, prefix: str):
    result = shared("run", task, "--json").json
    assert result["status"] == "completed", result["error"]
    assert prefix in result["outcome"]["stdout"]


def test_the_live_view_shows_who_calls_whom_and_the_result(shared):
    done = shared("run", ZOE)
    assert done.exit == 0
    steps = [
        "orchestrator → invoke_generator",
        "generator → generate_code",
        "orchestrator → invoke_executor",
        "executor → validate_code",
        "executor → execute_code",
        "POST https://api.stripe.com/v1/customers  200",
        "✓ completed",
        "cus_",
    ]
    places = [done.out.index(step) for step in steps]
    assert places == sorted(places)
    assert "\x1b[" not in done.out, "no colour where nobody looks"


def test_runs_can_be_listed_and_shown_afterwards_also_after_a_restart(agentic):
    first = agentic("run", ZOE, "--json").json
    agentic("local", "stop")
    listed = agentic("runs", "list", "--json").json["runs"]
    assert [run["run_id"] for run in listed] == [first["run_id"]]
    shown = agentic("runs", "show", first["run_id"], "--json").json
    for part in ("status", "code", "verdict", "outcome", "calls", "answer"):
        assert shown[part] == first[part], part


def test_writes_can_be_refused_by_the_person(shared):
    done = shared("run", ZOE, "--writes", "refuse", "--json")
    assert done.exit == 1
    call = done.json["calls"][0]
    assert call["status"] == 403
    assert call["refused"] == "this run may only read"
    # The control: reading goes through in the same mode.
    assert shared("run", "Show my Stripe balance", "--writes", "refuse", "--json").exit == 0
