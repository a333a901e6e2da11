"""Fifty runs at once through one local cloud: each has its own journal, session, script and log, and its one effect."""

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from approving import state_of

from agentic import LocalCloud
from agentic.core.values import RunResult, RunStatus
from tests.conftest import Command

pytestmark = pytest.mark.cloud

RUNS, SESSIONS = 50, 5


@dataclass(frozen=True)
class Ran:
    """One of the fifty: what was asked, and what came of it."""

    email: str
    task: str
    session: str
    result: RunResult


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud(tmp_path_factory.mktemp("fifty") / ".agentic") as cloud:
        yield cloud


@pytest.fixture(scope="module")
def ran(cloud: LocalCloud) -> list[Ran]:
    """All begin at the same time; every second one is in a session."""

    def run(number: int) -> Ran:
        email = f"person{number:02d}@fifty.example"
        task = f"Create a Stripe customer named Person{number:02d} Fifty with email {email}"
        session = f"session {number % SESSIONS}" if number % 2 else ""
        return Ran(email, task, session, cloud.run(task, session=session))

    started = time.perf_counter()
    with ThreadPoolExecutor(RUNS) as pool:
        ran = list(pool.map(run, range(RUNS)))
    sys.stdout.write(f"{RUNS} runs at once: {time.perf_counter() - started:.1f} s\n")
    return ran


def objects(cloud: LocalCloud, prefix: str) -> dict[str, str]:
    """What the bucket has under a prefix: texts by key."""
    services = cloud.stack("dev").door._services
    s3, bucket = services.client("s3"), services.setting("bucket")
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", ())]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in keys}


def emails_in(text: str) -> set[str]:
    return set(re.findall(r"[\w.]+@fifty\.example", unquote(text)))


def test_all_fifty_are_completed_and_each_has_one_effect(cloud: LocalCloud, ran: list[Ran]):
    assert Counter((ran.result.status, ran.result.error) for ran in ran) == {(RunStatus.COMPLETED, None): RUNS}
    kept = [json.loads(text) for key, text in state_of(cloud, "stripe").items() if key.startswith("customer/")]
    assert Counter(customer["email"] for customer in kept) == Counter(ran.email for ran in ran)
    assert len({ran.email for ran in ran}) == RUNS


def test_each_journal_has_the_calls_of_its_own_run_alone(cloud: LocalCloud, ran: list[Ran]):
    journal, effects = cloud.stack("dev").door.store.journal, set[str]()
    for each in ran:
        entries = journal.entries(each.result.run_id)
        assert [(entry.call.method, entry.call.status) for entry in entries] == [("POST", 200)]
        assert entries[0].request
        assert emails_in(entries[0].request.body.decode()) == {each.email}
        effects.add(entries[0].effect)
    assert len(effects) == RUNS, "an id of an effect is no other run's"


def test_each_session_has_its_own_turns_alone(cloud: LocalCloud, ran: list[Ran]):
    for name in {each.session for each in ran} - {""}:
        own = {each.task for each in ran if each.session == name}
        turns = cloud.sessions("show", name)
        assert len(own) == SESSIONS
        assert {turn["task"] for turn in turns} == own
    assert {session["name"] for session in cloud.sessions("list")} == {each.session for each in ran} - {""}


def test_each_script_and_log_is_of_its_own_run_alone(cloud: LocalCloud, ran: list[Ran]):
    scripts, logs = objects(cloud, "generated/"), objects(cloud, "executions/")
    assert (len(scripts), len(logs)) == (RUNS, RUNS)
    for each in ran:
        assert each.result.code_ref
        assert emails_in(scripts[each.result.code_ref.key]) == {each.email}
        log: dict[str, Any] = json.loads(next(text for key, text in logs.items() if each.result.run_id in key))
        assert (log["run_id"], log["task"], log["status"]) == (each.result.run_id, each.task, "completed")
        assert len(log["calls"]) == 1


def test_control_another_run_s_email_would_be_seen(cloud: LocalCloud, ran: list[Ran]):
    """What the tests above look at does tell the runs apart."""
    first, second = ran[:2]
    entries = cloud.stack("dev").door.store.journal.entries(second.result.run_id)
    assert entries[0].request
    assert first.email not in emails_in(entries[0].request.body.decode())
    assert emails_in(f"email={first.email}&name={second.email}") == {first.email, second.email}


def test_commands_at_once_wait_for_their_turn_and_each_gets_its_own_run(agentic: Command, tmp_path: Path):
    """Through one background local cloud, more than it works on at once."""
    agentic("local", "start")
    outs = [(tmp_path / f"{number}.json").open("w+") for number in range(12)]
    tasks = [f"Create a Stripe customer named Client{number:02d} Test" for number in range(len(outs))]
    running = [agentic.start("run", task, "--json", stdout=out) for task, out in zip(tasks, outs, strict=True)]
    assert [process.wait(timeout=120) for process in running] == [0] * len(outs)
    for task, out in zip(tasks, outs, strict=True):
        out.seek(0)
        told = json.load(out)
        assert (told["task"], told["status"], len(told["calls"])) == (task, "completed", 1)
        out.close()
