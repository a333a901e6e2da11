"""The gateways: one per agent, so that IAM, not only a list of allowed tools, keeps agents from each other's tools."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from agentic.agents.declaration import Agent, Tool
from agentic.topology import rights, roles
from agentic.topology.functions import Function
from agentic.topology.place import Place


class AgentGateway(pulumi.ComponentResource):
    """An agent's gateway with a Lambda target for each of its tools. `functions` are the tools' functions, by tool name."""

    id: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        agent: Agent,
        gateway_name: str,
        role_name: str,
        functions: Mapping[str, Function],
        place: Place,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("agentic:topology:AgentGateway", name, None, opts)
        role = roles.ServiceRole(
            name,
            role_name=role_name,
            service=roles.for_gateways(place),
            place=place,
            statements=rights.gateway([functions[tool.name].arn for tool in agent.tools]),
            opts=pulumi.ResourceOptions(parent=self),
        )
        gateway = aws.bedrock.AgentcoreGateway(
            name,
            name=gateway_name,
            description=f"Tools of the {agent.name} agent",
            authorizer_type="AWS_IAM",
            protocol_type="MCP",
            role_arn=role.arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
        for tool in agent.tools:
            aws.bedrock.AgentcoreGatewayTarget(
                f"{name}-{tool.target}",
                name=tool.target,
                gateway_identifier=gateway.gateway_id,
                credential_provider_configuration={"gateway_iam_role": {}},
                target_configuration={
                    "mcp": {
                        "lambda_": {
                            "lambda_arn": functions[tool.name].arn,
                            "tool_schema": {"inline_payloads": [_schema(tool)]},
                        }
                    }
                },
                opts=pulumi.ResourceOptions(parent=self, depends_on=[role]),
            )
        self.id = gateway.gateway_id
        self.arn = gateway.gateway_arn
        self.register_outputs({"id": self.id, "arn": self.arn})


def _schema(
    tool: Tool,
) -> aws.bedrock.AgentcoreGatewayTargetTargetConfigurationMcpLambdaToolSchemaInlinePayloadArgsDict:
    """The tool as gateways describe tools: types, descriptions and what is required; the function checks the rest."""
    schema = tool.input_schema
    return {
        "name": tool.name,
        "description": tool.description,
        "input_schema": {
            "type": "object",
            "properties": [
                {
                    "name": name,
                    "type": facts["type"],
                    "description": facts["description"],
                    "required": name in schema["required"],
                }
                for name, facts in tool.properties.items()
            ],
        },
    }
