"""The function behind the tool invoke_generator, and the asynchronous work it starts."""

import os

from agentic.agents.conversation import client_of
from agentic.agents.tools.delegation import agent_arn
from agentic.agents.tools.events import handler as handler_for
from agentic.agents.tools.invoke_generator import invoke_generator, work

handler = handler_for(invoke_generator, work, clients=(client_of(agent_arn(os.environ)), "dynamodb", "lambda"))
