"""Scripts that fail and are written anew, on each backend: the real program, the real functions, a model that is scripted."""

from collections.abc import Iterator

import pytest
from repair_stage import (
    BACKENDS,
    BROKEN,
    CREATES,
    CREATES_AND_FAILS,
    CREATES_ANOTHER,
    FAILS,
    READS,
    TASK,
    Agents,
    backend_cloud,
    carry_out,
    customers,
    happened,
)

from agentic import LocalCloud
from agentic.core.values import RunResult, RunStatus

pytestmark = pytest.mark.cloud


@pytest.fixture(scope="module", params=BACKENDS)
def cloud(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with backend_cloud(tmp_path_factory.mktemp(request.param) / ".agentic", request.param) as cloud:
        yield cloud


@pytest.fixture
def before(cloud: LocalCloud) -> list[str]:
    """The customers that there are before the test's run."""
    return customers(cloud)


def steps(result: RunResult) -> list[str]:
    return [step.name for step in result.steps]


def kept(cloud: LocalCloud, result: RunResult) -> list[str]:
    """The scripts of a run as the bucket has them, in order."""
    services = cloud.stack("dev").door._services
    refs = [version.code_ref for version in result.earlier] + ([result.code_ref] if result.code_ref else [])
    read = [services.client("s3").get_object(Bucket=services.setting("bucket"), Key=ref.key) for ref in refs]
    return [answer["Body"].read().decode() for answer in read]


def test_a_script_that_validation_refuses_is_written_anew_with_the_findings(cloud: LocalCloud):
    with Agents([BROKEN, CREATES]) as agents:
        result = carry_out(cloud, agents)
    assert result.status is RunStatus.COMPLETED, result.error
    assert result.answer
    assert kept(cloud, result) == [BROKEN, CREATES]
    assert [version.error.message for version in result.earlier] == ["Code validation failed: SyntaxError at line 5"]
    names = steps(result)
    assert names.index("given_up") < names.index("executing")
    assert names.count("generated") == 2
    (fact,) = happened(agents.told[1])
    assert fact["validation"].startswith("line 5: syntax")
    assert BROKEN.strip() in agents.told[1]


def test_a_script_that_fails_is_written_anew_with_the_apis_message_the_error_and_its_line(cloud: LocalCloud):
    with Agents([FAILS, CREATES]) as agents:
        result = carry_out(cloud, agents)
    assert result.status is RunStatus.COMPLETED, result.error
    assert kept(cloud, result) == [FAILS, CREATES]
    assert "No such customer" in result.earlier[0].error.message
    told = {what: text for fact in happened(agents.told[1]) for what, text in fact.items()}
    assert "InvalidRequestError" in told["stderr"]
    assert told["raised at"] == 'line 5: stripe.Customer.retrieve("cus_nosuchcustomer")'
    assert "No such customer" in told["call that failed"]
    assert "done" not in told
    assert [(call.method, call.status) for call in result.calls] == [("GET", 404), ("POST", 200)], "the journal has all calls"
    assert (steps(result).count("executing"), steps(result).count("given_up")) == (2, 1)


def test_a_write_that_the_script_before_has_done_is_not_repeated_before_a_person_allows_it(
    cloud: LocalCloud, before: list[str]
):
    with Agents([CREATES_AND_FAILS, CREATES]) as agents:
        held = carry_out(cloud, agents)
    assert held.status is RunStatus.PAUSED, held.error
    assert held.pending
    assert "script 1 of this run has done the same already" in held.pending.done_before
    (done,) = [fact["done"] for fact in happened(agents.told[1]) if "done" in fact]
    assert "POST https://api.stripe.com/v1/customers" in done
    assert "cus_" in done, "the generator is told what it made"
    assert customers(cloud) == sorted([*before, "Ada"])
    # The control: what it would have done without the hold it does with a person's leave.
    assert cloud.approve(held.run_id, held.pending).status is RunStatus.COMPLETED
    assert customers(cloud) == sorted([*before, "Ada", "Ada"])


def test_a_write_that_is_another_one_is_not_held(cloud: LocalCloud, before: list[str]):
    with Agents([CREATES_AND_FAILS, CREATES_ANOTHER]) as agents:
        result = carry_out(cloud, agents)
    assert result.status is RunStatus.COMPLETED, result.error
    assert customers(cloud) == sorted([*before, "Ada", "Bob"])


def test_a_held_write_that_a_person_rejects_is_not_done(cloud: LocalCloud, before: list[str]):
    with Agents([CREATES_AND_FAILS, CREATES]) as agents:
        held = carry_out(cloud, agents)
    assert cloud.reject(held.run_id).status is RunStatus.REFUSED
    assert customers(cloud) == sorted([*before, "Ada"])


def test_after_the_last_round_the_run_fails_with_the_last_error_and_names_all_scripts(cloud: LocalCloud):
    third = FAILS.replace("cus_nosuchcustomer", "cus_thethirdone")
    with Agents([FAILS, BROKEN, third]) as agents:
        result = carry_out(cloud, agents)
    assert result.status is RunStatus.FAILED
    assert result.error
    assert (result.error.code, "cus_thethirdone" in result.error.message) == ("script_failed", True)
    assert kept(cloud, result) == [FAILS, BROKEN, third]
    assert [version.error.code for version in result.earlier] == ["script_failed", "validation_failed"]
    assert len(agents.told) == 3


def test_a_generator_that_gives_up_leaves_the_run_as_its_last_script_did(cloud: LocalCloud):
    from model_server import Say

    with Agents([FAILS], lambda number: Say("DECLINE: there is no such customer") if number else None) as agents:
        result = carry_out(cloud, agents)
    assert result.status is RunStatus.FAILED
    assert result.error
    assert "No such customer" in result.error.message
    assert "there is no such customer" in result.error.hint
    assert (result.code_ref, len(result.earlier)) == (None, 1)


def test_a_script_that_fails_after_a_persons_approval_is_written_anew(cloud: LocalCloud, before: list[str]):
    """The agents have ended by then: the front door has them called again."""
    with Agents([CREATES_AND_FAILS, READS]) as agents:
        asked = carry_out(cloud, agents, writes="approve")
        assert asked.pending
        result = cloud.approve(asked.run_id, asked.pending, credentials=agents.credentials)
    assert result.status is RunStatus.COMPLETED, result.error
    assert kept(cloud, result) == [CREATES_AND_FAILS, READS]
    assert result.answer.startswith("Known:")
    assert customers(cloud) == sorted([*before, "Ada"])
    assert [fact for fact in happened(agents.told[1]) if "done" in fact]


def test_a_script_written_anew_asks_again_and_its_approval_counts_for_it_alone(cloud: LocalCloud, before: list[str]):
    with Agents([CREATES_AND_FAILS, CREATES_ANOTHER]) as agents:
        asked = carry_out(cloud, agents, writes="approve")
        assert asked.pending
        second = cloud.approve(asked.run_id, asked.pending, every=True, credentials=agents.credentials)
    assert second.status is RunStatus.PAUSED, "the leave for every write of the first script is not one for the second"
    assert second.pending
    assert second.pending.done_before == ""
    assert cloud.approve(second.run_id, second.pending).status is RunStatus.COMPLETED
    assert customers(cloud) == sorted([*before, "Ada", "Bob"])


def test_without_the_models_credentials_the_run_ends_as_its_script_did(cloud: LocalCloud):
    with Agents([CREATES_AND_FAILS, READS]) as agents:
        asked = carry_out(cloud, agents, writes="approve")
    assert asked.pending
    result = cloud.approve(asked.run_id, asked.pending)
    assert result.status is RunStatus.FAILED
    assert result.error
    assert ("No such customer" in result.error.message) or ("OPENAI_API_KEY" in result.error.message)


def test_the_offline_model_is_not_asked_again(cloud: LocalCloud):
    """It would write the same script: its runs end as they did before there was repair."""
    task = "Refund payment pi_nosuchpayment00000000000"
    result = cloud.run(task)
    assert result.status in {RunStatus.FAILED, RunStatus.ASKS, RunStatus.REFUSED}
    assert result.earlier == ()
    assert task != TASK
