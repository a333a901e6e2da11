"""The function behind the tool generate_code."""

from agentic.agents.tools.events import handler as handler_for
from agentic.agents.tools.generate_code import generate_code
from agentic.agents.tools.steps.generate import generate_steps

handler = handler_for(generate_code, generate_steps, clients=("dynamodb", "s3"))
