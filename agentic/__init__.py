"""Agentic API Developer: three agents write, check and run API scripts; generated code never holds a key."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agentic.core.errors import AgenticError
    from agentic.core.settings import Settings
    from agentic.core.spec import ApiSpec
    from agentic.core.values import RunResult
    from agentic.deployment import Stack
    from agentic.local.cloud import LocalCloud
    from agentic.registry import hookimpl
    from agentic.topology.component import AgenticApi

__all__ = ["AgenticApi", "AgenticError", "ApiSpec", "LocalCloud", "RunResult", "Settings", "Stack", "hookimpl"]

_HOMES = {
    "AgenticApi": "agentic.topology.component",
    "AgenticError": "agentic.core.errors",
    "ApiSpec": "agentic.core.spec",
    "LocalCloud": "agentic.local.cloud",
    "RunResult": "agentic.core.values",
    "Settings": "agentic.core.settings",
    "Stack": "agentic.deployment",
    "hookimpl": "agentic.registry",
}


def __getattr__(name: str) -> Any:
    # Imported on first use: functions and the command line need little of this, and wait for every import.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)
