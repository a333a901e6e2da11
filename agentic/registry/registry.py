"""The registry of APIs: a typed wrapper that hides pluggy, loads each plugin alone and reports the broken ones."""

import importlib.metadata
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

import pluggy

from agentic.core.errors import PluginError, UnknownApiError
from agentic.core.spec import ApiSpec
from agentic.registry import hookspecs

ENTRY_POINT_GROUP = "agentic.apis"
LOAD_ONLY = "AGENTIC_LOAD_PLUGINS"


@dataclass(frozen=True, slots=True)
class LoadedPlugin:
    """One installed plugin: the package it came from, and either its APIs or the reason it could not be loaded."""

    name: str
    package: str
    version: str
    apis: tuple[ApiSpec, ...] = ()
    error: str = ""


class Registry:
    """The APIs that are to be had here. Build it with `Registry.load()`, or from specs in tests and in zips."""

    def __init__(self, specs: Iterable[ApiSpec] = (), plugins: Iterable[LoadedPlugin] = ()) -> None:
        self.plugins = tuple(plugins)
        self._specs: dict[str, ApiSpec] = {}
        for spec in specs:
            self._add(spec)

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """All plugins installed in this interpreter; only those named in AGENTIC_LOAD_PLUGINS where it is set.

        A broken plugin is kept with its reason and does not stop the others. Raises `PluginError` when two plugins
        bring the same API or claim the same host.
        """
        wanted = environ.get(LOAD_ONLY)
        names = None if wanted is None else {name.strip() for name in wanted.split(",") if name.strip()}
        plugins = [
            _load(entry_point)
            for entry_point in sorted(importlib.metadata.entry_points(group=ENTRY_POINT_GROUP), key=lambda item: item.name)
            if names is None or entry_point.name in names
        ]
        return cls((spec for plugin in plugins for spec in plugin.apis), plugins)

    def __iter__(self):
        return iter(self._specs.values())

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._specs)

    def get(self, name: str) -> ApiSpec:
        """The spec of the API `name`. Raises `PluginError` when its plugin is broken, else `UnknownApiError`."""
        try:
            return self._specs[name]
        except KeyError:
            for plugin in self.plugins:
                if plugin.error and plugin.name == name:
                    hint = "`agentic plugins list` shows all plugins"
                    raise PluginError(f"the plugin {name} is broken: {plugin.error}", hint=hint) from None
            known = ", ".join(self._specs) or "none"
            raise UnknownApiError(
                f"unknown API {name!r}; installed: {known}",
                hint="`agentic plugins list` shows what is installed; an API is added by `pip install agentic-api-<name>`",
            ) from None

    def _add(self, spec: ApiSpec) -> None:
        if spec.name in self._specs:
            raise PluginError(f"two plugins bring the API {spec.name!r}", hint="uninstall one, or set AGENTIC_LOAD_PLUGINS")
        claimed = {host.name: other.name for other in self._specs.values() for host in other.hosts}
        for host in spec.hosts:
            if host.name in claimed:
                raise PluginError(f"{spec.name!r} and {claimed[host.name]!r} both claim the host {host.name}")
        self._specs[spec.name] = spec


def _load(entry_point: importlib.metadata.EntryPoint) -> LoadedPlugin:
    package = entry_point.dist.name if entry_point.dist else "?"
    version = entry_point.dist.version if entry_point.dist else "?"
    try:
        # A manager of its own per plugin: what one registers cannot disturb another.
        manager = pluggy.PluginManager(hookspecs.PROJECT)
        manager.add_hookspecs(hookspecs)
        manager.register(entry_point.load(), entry_point.name)
        manager.check_pending()
        apis = tuple(spec for result in manager.hook.agentic_apis() for spec in result)
        for spec in apis:
            if not isinstance(spec, ApiSpec):
                raise PluginError(f"agentic_apis() must give ApiSpec values, not {type(spec).__name__}")
    # A plugin is somebody's code: whatever it raises is its reason for being left out.
    except Exception as error:  # noqa: BLE001
        return LoadedPlugin(entry_point.name, package, version, error=f"{type(error).__name__}: {error}")
    return LoadedPlugin(entry_point.name, package, version, apis)
