"""The allow-list over a script's syntax and names.

The validator explains and helps: it tells the model that wrote a script what will not work and what to write instead,
and it stops the obvious before anything runs. It is not the boundary. Python's objects reach each other in more ways than
any reading of source text can follow; what holds hostile code is the sandbox around it and the broker behind that.
"""

from agentic.validator.policy import ValidationPolicy
from agentic.validator.sdk import SdkIndex
from agentic.validator.validator import validate

__all__ = ["SdkIndex", "ValidationPolicy", "validate"]
