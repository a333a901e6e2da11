"""How APIs come in: the plugin surface and the registry of what is installed."""

from agentic.registry.hookspecs import hookimpl
from agentic.registry.registry import LoadedPlugin, Registry

__all__ = ["LoadedPlugin", "Registry", "hookimpl"]
