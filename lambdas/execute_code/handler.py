"""The function behind the tool execute_code."""

from agentic.agents.tools.events import handler as handler_for
from agentic.agents.tools.execute_code import execute_code
from agentic.agents.tools.steps.execute import execute_steps

handler = handler_for(execute_code, execute_steps, clients=("dynamodb", "lambda", "s3"))
