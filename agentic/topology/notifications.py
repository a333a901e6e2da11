"""The topic that is told of runs that have ended or wait for a person. Who listens is not this program's matter."""

import pulumi
import pulumi_aws as aws

from agentic.topology.transport import tls_only

# SNS's own key in each account, which every topic may use without a right of its own.
_AWS_KEY = "alias/aws/sns"


class Notifications(pulumi.ComponentResource):
    """A topic, encrypted and published to over TLS only. People subscribe to it themselves: an address has to be confirmed."""

    name: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        topic_name: str,
        key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("agentic:topology:Notifications", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        key = key_arn if key_arn is not None else _AWS_KEY
        topic = aws.sns.Topic(name, name=topic_name, kms_master_key_id=key, opts=child)
        # The only action of a topic's policy that data goes through; SNS refuses "sns:*" there.
        aws.sns.TopicPolicy(name, arn=topic.arn, policy=tls_only("sns:Publish", topic.arn), opts=child)
        self.name = topic.name
        self.arn = topic.arn
        self.register_outputs({"name": self.name, "arn": self.arn})
