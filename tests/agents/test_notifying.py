"""People are told of each condition of a run once, with ids and codes and nothing of what the run is about."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from agentic.agents.notifying import Notifier
from agentic.agents.tools.services import Services
from agentic.core.names import new_handle, new_run_id
from agentic.core.values import RunError, RunStatus, Target
from agentic.runs import NewRun, RunRecord, RunStore
from tests.runs.conftest import clock as clock, dynamodb as dynamodb, store as store

TOPIC = "arn:aws:sns:eu-central-1:111122223333:agentic-api-developer-dev-notifications"


@dataclass
class Topic:
    """SNS, as far as publishing goes; with `broken` it refuses."""

    published: list[dict[str, Any]] = field(default_factory=list)
    broken: bool = False

    def publish(self, **request: Any) -> dict[str, str]:
        if self.broken:
            raise ClientError({"Error": {"Code": "AuthorizationError", "Message": "no"}}, "Publish")
        self.published.append(request)
        return {"MessageId": "1"}


@dataclass
class Stage:
    topic: Topic
    notifier: Notifier
    store: RunStore

    def run(self, status: RunStatus, error: RunError | None = None) -> RunRecord:
        run = NewRun(run_id=new_run_id(), api="stripe", task="SECRET-TASK sk_test_1234", target=Target.FAKE)
        self.store.create(run, new_handle(run.run_id))
        return self.store.finish(run.run_id, status, error=error)


@pytest.fixture
def stage(dynamodb: Any, store: RunStore) -> Stage:
    topic = Topic()
    clients = {"dynamodb": dynamodb, "sns": topic}
    services = Services({"AGENTIC_TABLE": "runs", "AGENTIC_TOPIC": TOPIC}, clients.__getitem__)
    return Stage(topic, Notifier(services, "dev"), store)


def test_a_condition_is_told_once_however_often_somebody_comes_by(stage: Stage) -> None:
    record = stage.run(RunStatus.COMPLETED)
    assert stage.notifier.tell(record)
    assert not stage.notifier.tell(stage.store.get(record.run_id))
    (request,) = stage.topic.published
    assert request["TopicArn"] == TOPIC
    assert request["MessageAttributes"]["status"]["StringValue"] == "completed"
    message = json.loads(request["Message"])
    assert message["run_id"] == record.run_id
    assert (message["status"], message["api"], message["error"]) == ("completed", "stripe", "")


def test_nothing_of_what_a_run_is_about_is_published(stage: Stage) -> None:
    """Neither its task nor its error's words, and no code that is not of our form."""
    stage.notifier.tell(stage.run(RunStatus.FAILED, RunError("script", "SECRET-OUTPUT", "SECRET-HINT")))
    stage.notifier.tell(stage.run(RunStatus.FAILED, RunError("SECRET-CODE sk_test_1", "x")))
    assert "SECRET" not in json.dumps(stage.topic.published)
    assert [json.loads(request["Message"])["error"] for request in stage.topic.published] == ["script", ""]


@pytest.mark.parametrize("status", [RunStatus.REFUSED, RunStatus.CANCELLED, RunStatus.ASKS])
def test_other_conditions_are_not_told(stage: Stage, status: RunStatus) -> None:
    assert not stage.notifier.tell(stage.run(status))
    assert stage.topic.published == []


def test_without_a_topic_nobody_is_told(stage: Stage, dynamodb: Any) -> None:
    services = Services({"AGENTIC_TABLE": "runs"}, {"dynamodb": dynamodb}.__getitem__)
    assert not Notifier(services, "dev").tell(stage.run(RunStatus.COMPLETED))


def test_a_topic_that_refuses_fails_nothing_and_is_told_the_next_time(stage: Stage) -> None:
    record = stage.run(RunStatus.FAILED)
    stage.topic.broken = True
    assert not stage.notifier.tell(record)
    stage.topic.broken = False
    assert stage.notifier.tell(stage.store.get(record.run_id))
