"""`agentic serve` as a person starts it: one link, one user, one line where something is wrong, a clean end."""

import json
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import Command, gone

pytestmark = pytest.mark.cloud


@contextmanager
def served(agentic: Command, *arguments: str) -> Iterator[tuple[httpx.Client, "subprocess.Popen[str]", str]]:
    process = agentic.start("serve", "--port", "0", "--json", *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr else ""
        told = json.loads(line)
        token = told["url"].partition("#token=")[2]
        with httpx.Client(base_url=told["api"], headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
            yield client, process, token
    finally:
        process.kill()
        process.communicate()


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def test_it_serves_who_has_the_link_and_ends_by_ctrl_c_with_a_stream_open(agentic: Command):
    with served(agentic) as (client, process, token):
        assert re.fullmatch(r"[\w-]{43}", token)
        page = client.get("/", headers={"Authorization": ""})
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert token not in page.text
        assert client.get("/runs", headers={"Authorization": ""}).status_code == 401
        about = client.get("/about").json()
        assert (about["local"], about["target"], about["stack"]) == (True, "fake", "dev")
        assert {row["name"] for row in client.get("/plugins").json()["plugins"]} >= {"stripe", "github", "openweather"}
        bad = client.post("/validate", json={"code": "import stripe\nstripe.Customer.creat()"}).json()
        assert [finding["rule"] for finding in bad["findings"]] == ["sdk_member"]
        run_id = client.post("/runs", json={"task": "Create a Stripe customer named Alice"}).json()["run_id"]
        with client.stream("GET", f"/runs/{run_id}/events", headers={"Accept": "text/event-stream"}) as answer:
            assert next(answer.iter_lines()).startswith(":")
            code, out, err = ended(process)
        assert (code, out, err) == (0, "", "")
    listed = agentic("runs", "list", "--json").json["runs"]
    assert run_id in [run["run_id"] for run in listed]


def followed(client: httpx.Client, run_id: str, after: str = "") -> tuple[list[dict[str, Any]], str]:
    """The events until the run waits for a person or has ended."""
    events: list[dict[str, Any]] = []
    while True:
        page = client.get(f"/runs/{run_id}/events", params={"after": after, "wait": 20}).json()
        events, after = [*events, *page["events"]], page["next"]
        if page["done"] or any(event["type"] == "pending" for event in events):
            return events, after


def test_a_run_is_done_by_a_worker_and_a_write_waits_for_leave(agentic: Command):
    with served(agentic) as (client, process, _):
        task = {"task": "Create a Stripe customer named Alice", "writes": "approve", "session": "s"}
        run_id = client.post("/runs", json=task).json()["run_id"]
        events, after = followed(client, run_id)
        asked = events[-2]["data"] if events[-1]["type"] == "status" else events[-1]["data"]
        assert (asked["method"], asked["url"]) == ("POST", "https://api.stripe.com/v1/customers")
        other = client.post(f"/runs/{run_id}/approve", json={"digest": asked["digest"], "asked_at": asked["asked_at"] + 1})
        assert (other.status_code, other.json()["code"]) == (409, "refused")
        leave = {name: asked[name] for name in ("digest", "lane", "asked_at")}
        assert client.post(f"/runs/{run_id}/approve", json=leave).status_code == 202
        again = client.post(f"/runs/{run_id}/approve", json=leave)
        events, _ = followed(client, run_id, after)
        assert events[-1]["type"] == "end"
        assert events[-1]["data"]["status"] == "completed"
        assert again.status_code in (202, 409)
        shown = client.get(f"/runs/{run_id}").json()
        assert [(call["method"], call["status"]) for call in shown["calls"]] == [("POST", 200)]
        assert (shown["answer"], shown["earlier"]) == (events[-1]["data"]["answer"], [])
        bodies = client.get(f"/runs/{run_id}/calls/1").json()
        assert (bodies["request_body"], bodies["response_status"]) == ("name = Alice", 200)
        assert [turn["run_id"] for turn in client.get("/sessions/s").json()["turns"]] == [run_id]
        assert client.delete("/sessions/s").json() == {"name": "s", "forgotten": 1}
        assert ended(process)[0] == 0


def test_a_local_cloud_that_was_stopped_is_started_and_found_again(agentic: Command):
    with served(agentic) as (client, process, _):
        before = agentic("local", "status", "--json").json["pid"]
        assert agentic("local", "stop").exit == 0
        assert client.get("/runs").status_code == 200
        assert agentic("local", "status", "--json").json["pid"] != before
        assert ended(process)[0] == 0
    agentic("local", "stop")
    assert gone(agentic.home)


def test_a_port_that_is_taken_is_one_line(agentic: Command):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = agentic("serve", "--port", str(port))
    assert (done.exit, done.out) == (2, "")
    assert done.err == f"agentic: port {port} is taken\n  name another with --port, or --port 0 for one that is free\n"
    assert not agentic.home.exists()


@pytest.mark.parametrize("token", ["short", "with a blank in it", "ümlauts-are-no-ascii"])
def test_a_token_that_is_none_is_refused_before_anything_starts(agentic: Command, token: str):
    done = agentic("serve", "--port", "0", env={"AGENTIC_TOKEN": token})
    assert (done.exit, done.err.splitlines()[0]) == (
        2,
        "agentic: AGENTIC_TOKEN must have 16 or more printable ASCII characters, no blanks",
    )
    assert token not in done.err
    assert not agentic.home.exists()


def test_a_stack_that_is_not_there_is_one_line(agentic: Command):
    done = agentic("serve", "--port", "0", "--stack", "nothing")
    assert (done.exit, done.err.splitlines()[0]) == (2, "agentic: the stack nothing does not exist in this local cloud")


def test_it_listens_on_this_machine_alone(agentic: Command, tmp_path: Path):
    with served(agentic) as (client, process, _):
        port = client.base_url.port
        listening: list[Any] = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        addresses = {row[1].rpartition(":")[0] for row in listening if row[3] == "0A" and row[1].endswith(f":{port:04X}")}
        assert addresses == {"0100007F"}
        assert ended(process)[0] == 0
