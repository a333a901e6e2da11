"""The function behind the tool invoke_generator, and the asynchronous work it starts."""

from agentic.agents.tools.events import handler as handler_for
from agentic.agents.tools.invoke_generator import invoke_generator, work

handler = handler_for(invoke_generator, work, clients=("bedrock-agentcore", "dynamodb", "lambda"))
