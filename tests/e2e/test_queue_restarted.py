"""Submitted runs and a local cloud that ends: what was in the queue was in memory, the records were not."""

import time
from pathlib import Path
from typing import Any

import pytest

from agentic import LocalCloud
from agentic.core.values import RunStatus

pytestmark = pytest.mark.cloud


def test_runs_that_wait_when_the_cloud_ends_are_done_by_the_next_one(tmp_path: Path) -> None:
    folder, config = tmp_path / ".agentic", {"agentic:apis": '["stripe"]'}
    with LocalCloud(folder, config=config) as cloud:
        account: Any = cloud._account
        account.mappings.close()
        stack = cloud.stack("dev")
        requests = [stack.request({"task": f"Create a Stripe customer named Late{number}"}) for number in range(2)]
        # A poll that was under way may still take one.
        runs = [stack.submitter.submit(request, caller="somebody").run_id for request in requests]
        assert RunStatus.QUEUED in [stack.door.store.get(run_id).status for run_id in runs]
    with LocalCloud(folder, config=config) as cloud:
        store, deadline = cloud.stack("dev").door.store, time.monotonic() + 120
        while not all(store.get(run_id).status.final for run_id in runs):
            assert time.monotonic() < deadline
            time.sleep(0.5)
        assert [store.get(run_id).status for run_id in runs] == [RunStatus.COMPLETED] * 2
