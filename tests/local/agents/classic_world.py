"""A context for the types of Classic agents: one role that Bedrock may take on, one function, and a good form of each type."""

from typing import Any

from agentic.local.permissions import Permissions
from agentic.local.program.made import MadeResource
from agentic.local.program.place import Place
from agentic.local.program.resources import all_types
from agentic.local.program.table import Context

PLACE = Place(project="tiny", stack="dev", region="eu-central-1", account_id="123456789012")
TABLE = all_types()
AGENT, GROUP = "aws:bedrock/agentAgent:AgentAgent", "aws:bedrock/agentAgentActionGroup:AgentAgentActionGroup"
ALIAS, PERMISSION = "aws:bedrock/agentAgentAlias:AgentAgentAlias", "aws:lambda/permission:Permission"
FUNCTION = "aws:lambda/function:Function"
ROLE_ARN = PLACE.arn("iam", "role/agent", regional=False)
FUNCTION_ARN = PLACE.arn("lambda", "function:tool")
PROMPT = "You store scripts with the one tool that you have."
A_FUNCTION = {
    "name": "use_tool",
    "description": "Uses it.",
    "parameters": [
        {"mapBlockKey": "handle", "type": "string", "description": "The handle.", "required": True},
        {"mapBlockKey": "times", "type": "integer"},
    ],
}


def functions(*given: Any) -> dict[str, Any]:
    return {"memberFunctions": {"functions": list(given)}}


AGENT_INPUTS = {
    "agentName": "tiny-agent",
    "agentResourceRoleArn": ROLE_ARN,
    "foundationModel": "us.anthropic.claude-haiku-5-5",
    "instruction": PROMPT,
}


class World:
    """A context with one role for agents and one function; what is made stands in `context.classic`."""

    def __init__(self) -> None:
        nothing: Any = None
        self.context = Context(PLACE, nothing, Permissions(), nothing, nothing, nothing)
        statement = {"Effect": "Allow", "Principal": {"Service": "bedrock.amazonaws.com"}, "Action": "sts:AssumeRole"}
        self.context.made.trust[ROLE_ARN] = {"Statement": [statement]}
        self.context.made.resources[FUNCTION, "tool"] = MadeResource("dev", FUNCTION, "tool", "tool", {})

    def create(self, token: str, inputs: dict[str, Any]) -> dict[str, Any]:
        made = TABLE.create(self.context, token, "some", inputs)
        return {"id": made.id, **made.outputs}

    def update(self, token: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return dict(TABLE.update(self.context, token, "some", inputs).outputs)

    def delete(self, token: str, resource_id: str, inputs: dict[str, Any]) -> None:
        TABLE.delete(self.context, token, "some", resource_id, inputs)

    def agent(self, **more: Any) -> str:
        return self.create(AGENT, AGENT_INPUTS | more)["agentId"]

    def instruction(self, agent_id: str, alias_id: str) -> str:
        return self.context.classic.find(agent_id, alias_id)[1].agent.instruction


def group(agent_id: str, **more: Any) -> dict[str, Any]:
    return {
        "actionGroupName": "use_tool",
        "agentId": agent_id,
        "agentVersion": "DRAFT",
        "actionGroupExecutor": {"lambda": FUNCTION_ARN},
        "functionSchema": functions(A_FUNCTION),
        **more,
    }


def alias(agent_id: str, **more: Any) -> dict[str, Any]:
    return {"agentAliasName": "current", "agentId": agent_id, **more}


GOOD = {
    AGENT: AGENT_INPUTS,
    GROUP: group("AGENT12345"),
    ALIAS: alias("AGENT12345", description="one"),
    PERMISSION: {
        "action": "lambda:InvokeFunction",
        "function": "tool",
        "principal": "bedrock.amazonaws.com",
        "statementId": "agent-tool",
        "sourceArn": "arn:aws:bedrock:eu-central-1:123456789012:agent/AGENT12345",
        "sourceAccount": "123456789012",
    },
}
