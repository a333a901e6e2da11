"""The broker of one API: sends its calls, with the key."""

from agentic.agents.tools.call_api import broker
from agentic.agents.tools.services import Services

handler = broker(Services.of_function())
