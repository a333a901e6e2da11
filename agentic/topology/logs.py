"""Log groups, made by us before anything writes to them, so that their retention is ours too."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws


def log_group(name: str, *, group_name: str, retention_days: int, opts: pulumi.ResourceOptions) -> aws.cloudwatch.LogGroup:
    """One log group that keeps its entries `retention_days`."""
    return aws.cloudwatch.LogGroup(name, name=group_name, retention_in_days=retention_days, opts=opts)


class AgentLogs(pulumi.ComponentResource):
    """The log groups of the agents, by agent."""

    names: Mapping[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        *,
        group_names: Mapping[str, str],
        retention_days: int,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("agentic:topology:AgentLogs", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        groups = {
            agent: log_group(f"{name}-{agent}", group_name=group_name, retention_days=retention_days, opts=child)
            for agent, group_name in group_names.items()
        }
        self.names = {agent: group.name for agent, group in groups.items()}
        self.register_outputs({"names": dict(self.names)})
