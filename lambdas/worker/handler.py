"""The function that takes submitted runs out of the queue and drives them."""

from agentic.agents.queue_events import worker_handler

handler = worker_handler()
