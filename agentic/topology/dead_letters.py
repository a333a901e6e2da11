"""Dead letters: events that Lambda gave up. A queue keeps them for people; no function reads it."""

import pulumi
import pulumi_aws as aws

from agentic.topology.transport import tls_only

_SECONDS_KEPT = 14 * 24 * 3600


class DeadLetters(pulumi.ComponentResource):
    """A queue, encrypted and reachable over TLS only, which keeps what it gets for 14 days, the longest there is.

    A lost event's run does not wait for it: its record says `failed` when its time is over. The queue says why.
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    url: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        queue_name: str,
        key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("agentic:topology:DeadLetters", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        queue = aws.sqs.Queue(
            name,
            name=queue_name,
            message_retention_seconds=_SECONDS_KEPT,
            sqs_managed_sse_enabled=True if key_arn is None else None,
            kms_master_key_id=key_arn,
            opts=child,
        )
        aws.sqs.QueuePolicy(name, queue_url=queue.url, policy=tls_only("sqs:*", queue.arn), opts=child)
        self.name = queue.name
        self.arn = queue.arn
        self.url = queue.url
        self.register_outputs({"name": self.name, "arn": self.arn})
