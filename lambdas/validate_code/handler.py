"""The function behind the tool validate_code."""

from agentic.agents.tools.events import handler as handler_for
from agentic.agents.tools.steps.validate import validate_steps
from agentic.agents.tools.validate_code import validate_code

handler = handler_for(validate_code, validate_steps, clients=("dynamodb", "s3"))
