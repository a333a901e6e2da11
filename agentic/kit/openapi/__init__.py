"""An OpenAPI description (3.0, 3.1), which may be broken or hostile: only checked values of it go on."""

from agentic.kit.openapi.reading import describe

__all__ = ["describe"]
