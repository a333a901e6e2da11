"""The function that looks, each minute, for submitted runs that nobody is going to come to."""

from agentic.agents.queue_events import sweep_handler

handler = sweep_handler()
