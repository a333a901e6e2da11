"""The backends (setting `agentic:backend`): three ways to drive a run over the same functions and the same declaration."""

import importlib
from collections.abc import Callable

from agentic.topology.parts import Backend, Parts

# Imported only where chosen: each of Pulumi's modules for AWS costs a program a tenth of a second or more.
_MADE_BY = {"harness": "HarnessBackend", "classic": "ClassicBackend", "workflow": "WorkflowBackend"}


def backend_of(name: str) -> Callable[[Parts], Backend]:
    """The class of the backend `name`."""
    return getattr(importlib.import_module(f"{__name__}.{name}"), _MADE_BY[name])
