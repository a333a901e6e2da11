"""Where a stack is deployed: partition, region and account, always asked of the provider, and the ARNs made of them."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, slots=True)
class Place:
    """One account in one region."""

    partition: str
    region: str
    account: str
    dns_suffix: str
    """The end of the names of this partition's services."""

    @classmethod
    def current(cls, parent: pulumi.Resource) -> "Place":
        """The place that the AWS provider of `parent` is configured for."""
        asked = pulumi.InvokeOptions(parent=parent)
        partition = aws.get_partition(opts=asked)
        return cls(
            partition=partition.partition,
            region=aws.get_region(opts=asked).region,
            account=aws.get_caller_identity(opts=asked).account_id,
            dns_suffix=partition.dns_suffix,
        )

    def arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def function(self, name: str) -> str:
        return self.arn("lambda", f"function:{name}")

    def role(self, name: str) -> str:
        return f"arn:{self.partition}:iam::{self.account}:role/{name}"
