"""Describes an SDK's public calls by reading its source: which names there are, and which parameters each call takes.

Nothing of the SDK is imported or run. What the source leaves to run time is recorded as open, and the validator then
says nothing about it. Only builds and the command line come here; functions read the finished index (`validator/sdk`).
"""

from agentic.validator.describe.cached import cached_index, installed_index, packages_of
from agentic.validator.describe.describe import describe
from agentic.validator.describe.sources import Source, Sources, installed, of_wheels

__all__ = ["Source", "Sources", "cached_index", "describe", "installed", "installed_index", "of_wheels", "packages_of"]
