"""The sweep: sends what nobody is going to come to, gives up what no worker survives, and leaves everything else alone."""

import json
from typing import Any

from agentic.agents.queue_events import sweep_handler, worker_handler
from agentic.agents.tools.services import Services
from agentic.core.names import new_run_id
from agentic.core.values import RunStatus
from agentic.runs.submissions import WAITING, WORKED_ON
from tests.runs.queue_world import HARNESS, QueueWorld


def test_a_run_that_has_its_message_is_left_alone(world: QueueWorld) -> None:
    run_id = world.submitted()
    world.clock.now += 3600
    assert world.sweep.sweep().sent == 0
    assert world.messages() == [run_id]


def test_a_run_whose_message_was_lost_is_sent_once(world: QueueWorld) -> None:
    run_id = world.submitted()
    world.messages()
    assert world.sweep.sweep().sent == 0
    world.clock.now += 61
    assert [world.sweep.sweep().sent for _ in range(3)] == [1, 0, 0]
    assert world.messages() == [run_id]


def test_after_a_restart_all_that_had_not_ended_is_sent_at_once(world: QueueWorld) -> None:
    runs = [world.submitted(), world.submitted()]
    world.messages()
    world.store.leases.take(runs[0], "gone", 60)
    world.store.submissions.begun(runs[0])
    assert world.sweep.sweep(lost=True).sent == 2
    assert sorted(world.messages()) == sorted(runs)
    # And can be taken at once.
    worked = world.worker().work(runs[0])
    assert worked
    assert worked.status is RunStatus.COMPLETED


def test_a_run_whose_worker_died_is_sent_when_its_lease_is_over_and_not_before(world: QueueWorld) -> None:
    run_id = world.submitted()
    taken_out = world.sqs.receive_message(QueueUrl=world.url)["Messages"]
    world.store.leases.take(run_id, "dead", 60)
    world.store.submissions.begun(run_id)
    world.clock.now += 30
    assert world.sweep.sweep().sent == 0
    world.clock.now += 31
    assert [world.sweep.sweep().sent for _ in range(3)] == [1, 0, 0]
    assert len(taken_out) == 1
    assert world.messages() == [run_id]


def test_a_run_that_waits_for_a_person_is_never_sent(world: QueueWorld) -> None:
    world.functions.asks = True
    run_id = world.submitted()
    world.worker().work(run_id)
    world.messages()
    # As if its worker had died before it could settle it.
    world.store.submissions.mark(run_id, "me")
    world.clock.now += 3600
    swept = world.sweep.sweep()
    assert (swept.sent, swept.settled) == (0, 1)
    assert world.messages() == []
    assert world.store.get(run_id).status is RunStatus.PAUSED


def test_a_run_that_ended_gives_its_place_back(world: QueueWorld) -> None:
    run_id = world.submitted()
    world.worker().work(run_id)
    world.store.submissions.mark(run_id, "me")
    world.store.submissions.admit("me", run_id)
    world.messages()
    world.clock.now += 61
    assert world.sweep.sweep().settled == 1
    assert not world.store.submissions.unfinished("me")


def test_a_submission_that_broke_off_before_its_record_is_forgotten_after_a_while(world: QueueWorld) -> None:
    run_id = new_run_id()
    world.store.submissions.mark(run_id, "me")
    world.store.submissions.admit("me", run_id)
    world.sweep.sweep()
    assert world.store.submissions.unfinished("me") == {run_id}
    world.clock.now += 301
    world.sweep.sweep()
    assert not world.store.submissions.unfinished("me")
    assert not list(world.store.submissions.marks(WAITING))


def test_a_run_that_no_worker_survives_ends_as_poison_and_has_its_dead_letter(world: QueueWorld) -> None:
    run_id = world.submitted()
    world.messages()
    for number in range(5):
        assert world.store.leases.take(run_id, f"dead {number}", 60)
        world.store.submissions.begun(run_id)
        world.clock.now += 61
    assert world.sweep.sweep().poison == 1
    record = world.store.get(run_id)
    assert record.error
    assert (record.status, record.error.code) == (RunStatus.FAILED, "poison")
    assert not list(world.store.submissions.marks(WORKED_ON))
    dead = world.sqs.receive_message(QueueUrl=world.dead_url, VisibilityTimeout=0)["Messages"]
    assert [json.loads(message["Body"]) for message in dead] == [{"run_id": run_id}]


def test_a_run_whose_message_sqs_gave_up_ends_as_poison_and_the_message_stays(world: QueueWorld) -> None:
    run_id = world.submitted()
    world.messages()
    world.sqs.send_message(QueueUrl=world.dead_url, MessageBody=json.dumps({"run_id": run_id}))
    world.sqs.send_message(QueueUrl=world.dead_url, MessageBody="no message of ours")
    swept = world.sweep.sweep()
    assert (swept.poison, swept.dead) == (1, 1)
    assert world.store.get(run_id).status is RunStatus.FAILED
    counts = world.sqs.get_queue_attributes(QueueUrl=world.dead_url, AttributeNames=["All"])["Attributes"]
    kept = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    assert sum(int(counts[name]) for name in kept) == 2


def test_a_record_that_cannot_be_read_stands_in_no_others_way(world: QueueWorld, dynamodb: Any) -> None:
    broken, lost = world.submitted(), world.submitted()
    world.messages()
    dynamodb.update_item(
        TableName="runs",
        Key={"run_id": {"S": broken}, "item": {"S": "run"}},
        UpdateExpression="SET #status = :status",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": {"S": "no such status"}},
    )
    assert world.sweep.sweep(lost=True).sent == 1
    assert world.messages() == [lost]
    assert any(broken in line for line in world.told)


def _batch(*bodies: str) -> dict[str, Any]:
    return {
        "Records": [
            {"messageId": f"m{number}", "receiptHandle": "r", "body": body, "attributes": {"ApproximateReceiveCount": "1"}}
            for number, body in enumerate(bodies)
        ]
    }


def _function(world: QueueWorld) -> Services:
    world.clients |= {"s3": None}
    environ = {**world.services.environ, "AGENTIC_ENVIRONMENT": "dev", "AGENTIC_ORCHESTRATOR": HARNESS}
    return Services(environ, world.clients.__getitem__, clock=world.clock, sleep=world.sleep, tell=world.told.append)


def test_of_a_batch_only_the_messages_come_again_that_failed(world: QueueWorld, dynamodb: Any) -> None:
    done, broken = world.submitted(), world.submitted()
    dynamodb.update_item(
        TableName="runs",
        Key={"run_id": {"S": broken}, "item": {"S": "run"}},
        UpdateExpression="SET #status = :status",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": {"S": "no such status"}},
    )
    bodies = [json.dumps({"run_id": run_id}) for run_id in (done, broken, new_run_id(), "../x")]
    answer = worker_handler(_function(world))(_batch(*bodies, "[]"), None)
    assert [item["itemIdentifier"] for item in answer["batchItemFailures"]] == ["m1", "m3", "m4"]
    assert world.store.get(done).status is RunStatus.COMPLETED


def test_the_sweeps_function_tells_what_it_did(world: QueueWorld) -> None:
    world.submitted()
    world.messages()
    assert sweep_handler(_function(world))({"lost": True}, None) == {"sent": 1, "poison": 0, "settled": 0, "dead": 0}
    assert sweep_handler(_function(world))({}, None)["sent"] == 0
