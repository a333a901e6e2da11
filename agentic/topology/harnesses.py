"""The harnesses: AgentCore's managed agent loops, one per agent."""

import pulumi
import pulumi_aws as aws

from agentic.agents.declaration import Agent
from agentic.topology import rights, roles
from agentic.topology.gateways import AgentGateway
from agentic.topology.place import Place

# Generator and executor sessions serve one invocation; while idle their memory is billed (default: 900 s).
_IDLE_SECONDS = 60
# AgentCore's own default; a session ends by being idle long before.
_MAX_LIFETIME_SECONDS = 28800


class AgentHarness(pulumi.ComponentResource):
    """An agent with its gateway as its only source of tools, and without memory, shell, files or sampling parameters.

    `reuses_sessions` is for the agent that people talk to more than once in a session.
    """

    arn: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        agent: Agent,
        harness_name: pulumi.Input[str],
        role_name: str,
        gateway: AgentGateway,
        place: Place,
        reuses_sessions: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("agentic:topology:AgentHarness", name, None, opts)
        role = roles.ServiceRole(
            name,
            role_name=role_name,
            service=roles.for_harnesses(place),
            place=place,
            statements=rights.harness(place, name=harness_name, model_id=agent.model_id, gateway=gateway.arn),
            opts=pulumi.ResourceOptions(parent=self),
        )
        harness = aws.bedrock.AgentcoreHarness(
            name,
            harness_name=harness_name,
            execution_role_arn=role.arn,
            model={"bedrock_model_config": {"model_id": agent.model_id, "max_tokens": agent.max_tokens}},
            system_prompts=[{"text": agent.prompt}],
            tools=[
                {
                    "type": "agentcore_gateway",
                    "name": agent.name,
                    "config": {"agentcore_gateway": {"gateway_arn": gateway.arn, "outbound_auth": {"aws_iam": True}}},
                }
            ],
            # Without this list a harness offers a shell and file operations as well.
            allowed_tools=list(agent.allowed_tools),
            # Without this a harness makes a managed memory, and fails for want of rights to it.
            memory={"disabled": {}},
            max_iterations=agent.max_turns,
            timeout_seconds=agent.timeout_seconds,
            environments=None if reuses_sessions else [{"agentcore_runtime_environments": [_short_sessions()]}],
            # No environment_variables: an empty map is refused by CreateHarness.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role]),
        )
        self.arn = harness.arn
        self.name = harness.harness_name
        self.register_outputs({"arn": self.arn, "name": self.name})


def _short_sessions() -> aws.bedrock.AgentcoreHarnessEnvironmentAgentcoreRuntimeEnvironmentArgsDict:
    return {
        "lifecycle_configurations": [
            {"idle_runtime_session_timeout": _IDLE_SECONDS, "max_lifetime": _MAX_LIFETIME_SECONDS},
        ],
        "network_configurations": [{"network_mode": "PUBLIC"}],
    }
