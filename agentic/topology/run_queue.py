"""The queue of runs: who submits puts a message in, the worker takes it out, and the sweep looks for what got lost."""

import json

import pulumi
import pulumi_aws as aws

from agentic.core.names import StackNames
from agentic.topology import rights, roles
from agentic.topology.dead_letters import DeadLetters
from agentic.topology.functions import LONGEST_SECONDS, Function
from agentic.topology.place import Place
from agentic.topology.transport import tls_only

# Each waits longer than what is within it may take: a worker's conversation, the worker, and the time in which no other
# worker gets its message.
CONVERSATION_SECONDS = 840
VISIBILITY_SECONDS = LONGEST_SECONDS + 60
MOST_DELIVERIES = 5
_SECONDS_KEPT = 14 * 24 * 3600


class RunQueue(pulumi.ComponentResource):
    """A standard queue and its dead letters. Messages name their caller's group, so that SQS gives each caller a fair share.

    Both are encrypted and reachable over TLS only. A message that was delivered five times in vain is among the dead letters.
    """

    url: pulumi.Output[str]
    arn: pulumi.Output[str]
    dead_letters: DeadLetters

    def __init__(
        self,
        name: str,
        *,
        names: StackNames,
        key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("agentic:topology:RunQueue", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.dead_letters = DeadLetters(f"{name}-dead", queue_name=names.run_queue_dead, key_arn=key_arn, opts=child)
        given_up = {"deadLetterTargetArn": self.dead_letters.arn, "maxReceiveCount": MOST_DELIVERIES}
        queue = aws.sqs.Queue(
            name,
            name=names.run_queue,
            message_retention_seconds=_SECONDS_KEPT,
            visibility_timeout_seconds=VISIBILITY_SECONDS,
            redrive_policy=pulumi.Output.from_input(given_up).apply(json.dumps),
            sqs_managed_sse_enabled=True if key_arn is None else None,
            kms_master_key_id=key_arn,
            opts=child,
        )
        aws.sqs.QueuePolicy(name, queue_url=queue.url, policy=tls_only("sqs:*", queue.arn), opts=child)
        self.url = queue.url
        self.arn = queue.arn
        self.register_outputs({"url": self.url, "arn": self.arn})


class QueueWorkers(pulumi.ComponentResource):
    """What brings the queue's messages to the worker, so many at once, and starts the sweep each minute."""

    def __init__(
        self,
        name: str,
        *,
        queue: RunQueue,
        worker: Function,
        sweep: Function,
        workers: int,
        names: StackNames,
        place: Place,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("agentic:topology:QueueWorkers", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        aws.lambda_.EventSourceMapping(
            name,
            event_source_arn=queue.arn,
            function_name=worker.name,
            batch_size=1,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config={"maximum_concurrency": workers},
            # Lambda tries out whether the role may take messages; the worker is there when its role has all its rights.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[worker]),
        )
        role = roles.ServiceRole(
            f"{name}-schedule",
            role_name=names.sweep_schedule,
            service=roles.for_schedules(place),
            place=place,
            statements=rights.schedule(sweep.arn),
            opts=child,
        )
        aws.scheduler.Schedule(
            name,
            name=names.sweep_schedule,
            description="looks for submitted runs that nobody is going to come to",
            schedule_expression="rate(1 minutes)",
            flexible_time_window={"mode": "OFF"},
            # What one sweep has missed, the next one finds.
            target={"arn": sweep.arn, "role_arn": role.arn, "retry_policy": {"maximum_retry_attempts": 0}},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role]),
        )
        self.register_outputs({"schedule": names.sweep_schedule})
