"""The wall of one API: runs its scripts."""

from agentic.agents.tools.run_code import wall
from agentic.agents.tools.services import Services

handler = wall(Services.of_function())
