"""Where a stack is deployed: partition, region and account, always asked of the provider, and the ARNs made of them."""

from dataclasses import dataclass

import pulumi_aws as aws


@dataclass(frozen=True, slots=True)
class Place:
    """One account in one region."""

    partition: str
    region: str
    account: str

    @classmethod
    def current(cls) -> "Place":
        """The place that the default AWS provider is configured for."""
        return cls(
            partition=aws.get_partition().partition,
            region=aws.get_region().region,
            account=aws.get_caller_identity().account_id,
        )

    def arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def function(self, name: str) -> str:
        return self.arn("lambda", f"function:{name}")
