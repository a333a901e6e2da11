"""The HTTP API and the console behind API Gateway."""

from agentic.agents.tools.services import Services
from agentic.serving.function import handler as handler_for

handler = handler_for(Services.of_function())
