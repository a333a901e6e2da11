"""The function behind the tool generate_code."""

from agentic.agents.tools.events import handler as handler_for
from agentic.agents.tools.generate_code import generate_code

handler = handler_for(generate_code, clients=("dynamodb", "s3"))
