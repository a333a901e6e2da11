"""The one HTTP endpoint that unchanged AWS SDKs talk to. Read `endpoint.py` first: it is the path of a request."""

from agentic.local.endpoint.endpoint import Endpoint

__all__ = ["Endpoint"]
