"""How APIs come in: the plugin surface and the registry of what is installed."""

from agentic.registry.alone import alone
from agentic.registry.clashes import LoadedPlugin
from agentic.registry.hookspecs import hookimpl
from agentic.registry.registry import Registry

__all__ = ["LoadedPlugin", "Registry", "alone", "hookimpl"]
