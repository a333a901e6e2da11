"""A stack with two instances of each agent: runs are done by either."""

from dataclasses import replace
from pathlib import Path

import pytest

from agentic import LocalCloud
from agentic.agents.conversation.instances import instance_for
from agentic.core.values import RunStatus

pytestmark = pytest.mark.cloud


def test_a_run_of_each_instance_completes(tmp_path: Path):
    with LocalCloud(tmp_path / ".agentic", config={"agentic:agent_instances": "2"}) as cloud:
        orchestrators = str(cloud.stack("dev").exports["orchestrator"])
        run_ids = [f"run_{number:016x}" for number in range(6)]
        assert len({instance_for(orchestrators, run_id) for run_id in run_ids}) == 2, "both are asked"
        for run_id in run_ids:
            asked = replace(cloud.request({"task": "Create a Stripe customer named Alice"}), run_id=run_id)
            result = cloud.carry_out(asked)
            assert result.status is RunStatus.COMPLETED, result
