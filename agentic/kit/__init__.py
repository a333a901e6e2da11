"""The kit: writes a complete package for a new API, from a name and a host, or from an OpenAPI description."""

from agentic.kit.description import Description
from agentic.kit.order import Order
from agentic.kit.package import files_of, write

__all__ = ["Description", "Order", "files_of", "write"]
