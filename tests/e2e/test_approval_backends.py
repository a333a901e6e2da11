"""The main job under `approve` on each backend: it pauses before its write, and once approved it comes to the same end."""

from collections.abc import Iterator

import pytest

from agentic import LocalCloud
from agentic.core.values import RunStatus

pytestmark = pytest.mark.cloud

TASK = "Create a Stripe customer named Zoë Quist with email zoe@quist.example"


@pytest.fixture(scope="module", params=["harness", "classic", "workflow"])
def backend(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    folder = tmp_path_factory.mktemp(request.param) / ".agentic"
    with LocalCloud(folder, config={"agentic:backend": request.param, "agentic:apis": '["stripe"]'}) as cloud:
        yield cloud


def test_the_main_job_pauses_and_is_completed_by_the_approval(backend: LocalCloud):
    asked = backend.carry_out(backend.request({"task": TASK, "model": "offline", "writes": "approve"}))
    assert (asked.status, asked.answer, asked.error, asked.calls) == (RunStatus.PAUSED, "", None, ())
    assert asked.verdict
    assert asked.verdict.valid
    assert asked.pending
    assert (asked.pending.method, asked.pending.url) == ("POST", "https://api.stripe.com/v1/customers")
    assert "zoe%40quist.example" in asked.pending.body
    assert backend.result(asked.run_id).status is RunStatus.PAUSED, "and so it stays when the agents have ended"
    result = backend.approve(asked.run_id, asked.pending)
    assert (result.status, result.pending) == (RunStatus.COMPLETED, None), result.error
    assert [(call.method, call.status) for call in result.calls] == [("POST", 200)]
    assert "cus_" in result.answer


def test_the_main_job_ends_when_its_write_is_rejected(backend: LocalCloud):
    asked = backend.carry_out(backend.request({"task": TASK, "model": "offline", "writes": "approve"}))
    result = backend.reject(asked.run_id)
    assert (result.status, result.calls) == (RunStatus.REFUSED, ())
    # The control: without approve it is not asked for.
    allowed = backend.carry_out(backend.request({"task": TASK, "model": "offline", "writes": "allow"}))
    assert allowed.status is RunStatus.COMPLETED
