"""The function behind the tool invoke_executor, and the asynchronous work it starts."""

import os

from agentic.agents.conversation import client_of
from agentic.agents.tools.delegation import agent_arn
from agentic.agents.tools.events import handler as handler_for
from agentic.agents.tools.invoke_executor import invoke_executor, work

handler = handler_for(invoke_executor, work, clients=(client_of(agent_arn(os.environ)), "dynamodb", "lambda"))
