"""The function behind the tool invoke_executor, and the asynchronous work it starts."""

from agentic.agents.tools.events import handler as handler_for
from agentic.agents.tools.invoke_executor import invoke_executor, work

handler = handler_for(invoke_executor, work, clients=("bedrock-agentcore", "dynamodb", "lambda"))
