"""The registry of APIs: a typed wrapper that hides pluggy, loads each plugin alone and reports the broken ones."""

import importlib.metadata
import os
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Self

import pluggy

from agentic.core.errors import PluginError, UnknownApiError
from agentic.core.spec import ApiSpec
from agentic.registry import hookspecs
from agentic.registry.alone import SECONDS, alone
from agentic.registry.clashes import LoadedPlugin, clash_of, without_clashes

ENTRY_POINT_GROUP = "agentic.apis"
LOAD_ONLY = "AGENTIC_LOAD_PLUGINS"
STRICT = "AGENTIC_STRICT_PLUGINS"

MOST_APIS = 50
"""One plugin's; a hook that never ends is noticed by it."""

_LIST = "`agentic plugins list` shows all plugins"


class Registry:
    """The APIs that are to be had here. Build it with `Registry.load()`, or from specs in tests and in zips.

    From specs: raises `PluginError` for two with one name, or with hosts of which one covers the other.
    """

    def __init__(self, specs: Iterable[ApiSpec] = (), plugins: Iterable[LoadedPlugin] = ()) -> None:
        self.plugins = tuple(plugins)
        self._specs: dict[str, ApiSpec] = {}
        for spec in specs:
            for other in self._specs.values():
                if what := clash_of(spec, other):
                    raise PluginError(f"{spec.name!r} and {other.name!r} both claim {what}")
            self._specs[spec.name] = spec

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ, *, seconds: float = SECONDS) -> Self:
        """All plugins installed in this interpreter; only those named in AGENTIC_LOAD_PLUGINS where it is set.

        A broken plugin (also one that takes longer than `seconds`, or clashes with another) is kept with its reason and
        does not stop the others. Raises `PluginError` when AGENTIC_LOAD_PLUGINS names one that is not installed, and for
        every broken plugin where AGENTIC_STRICT_PLUGINS is 1.
        """
        plugins = without_clashes([_load(entry_point, seconds) for entry_point in _chosen(environ.get(LOAD_ONLY))])
        broken = [plugin for plugin in plugins if plugin.error]
        if broken and environ.get(STRICT) == "1":
            told = "; ".join(f"{plugin.name} ({plugin.origin}): {plugin.error}" for plugin in broken)
            raise PluginError(f"broken plugins, and {STRICT} is set: {told}", hint=_LIST)
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
            broken = [plugin for plugin in self.plugins if plugin.error and name in (plugin.name, *plugin.claims)]
            if broken:
                reasons = "; ".join(plugin.error for plugin in broken)
                raise PluginError(f"the plugin {name} is broken: {reasons}", hint=_LIST) from None
            known = ", ".join(self._specs) or "none"
            raise UnknownApiError(
                f"unknown API {name!r}; installed: {known}",
                hint="`agentic plugins list` shows what is installed; an API is added by `pip install agentic-api-<name>`",
            ) from None


def _chosen(wanted: str | None) -> list[importlib.metadata.EntryPoint]:
    found = sorted(_entry_points(), key=lambda item: (item.name, item.dist.name if item.dist else ""))
    if wanted is None:
        return found
    names = {name.strip() for name in wanted.split(",") if name.strip()}
    if unknown := sorted(names - {item.name for item in found}):
        installed = ", ".join(dict.fromkeys(item.name for item in found)) or "none"
        raise PluginError(
            f"{LOAD_ONLY} names {', '.join(unknown)}, not installed here; installed: {installed}",
            hint="an API is added by `pip install agentic-api-<name>`",
        )
    return [item for item in found if item.name in names]


def _entry_points() -> Iterable[importlib.metadata.EntryPoint]:
    try:
        return importlib.metadata.entry_points(group=ENTRY_POINT_GROUP)
    # Some package's metadata cannot be read, which spoils the list of all: then each is asked alone.
    except Exception:  # noqa: BLE001
        return [item for distribution in importlib.metadata.distributions() for item in _of(distribution)]


def _of(distribution: importlib.metadata.Distribution) -> list[importlib.metadata.EntryPoint]:
    try:
        return list(distribution.entry_points.select(group=ENTRY_POINT_GROUP))
    # It has nothing that could be loaded, and pip says more about it than we could.
    except Exception:  # noqa: BLE001
        return []


def _load(entry_point: importlib.metadata.EntryPoint, seconds: float) -> LoadedPlugin:
    package = entry_point.dist.name if entry_point.dist else "?"
    version = entry_point.dist.version if entry_point.dist else "?"
    try:
        apis = alone(lambda: _apis(entry_point), seconds)
    except PluginError as error:
        return LoadedPlugin(entry_point.name, package, version, error=error.message)
    return LoadedPlugin(entry_point.name, package, version, apis)


def _apis(entry_point: importlib.metadata.EntryPoint) -> tuple[ApiSpec, ...]:
    # A manager of its own per plugin: what one registers cannot disturb another.
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    plugin = entry_point.load()
    manager.register(plugin, entry_point.name)
    manager.check_pending()
    if not manager.get_hookcallers(plugin):
        raise PluginError(f"{entry_point.value} has no function agentic_apis with @hookimpl before it")
    apis: list[ApiSpec] = []
    for result in manager.hook.agentic_apis():
        if isinstance(result, ApiSpec) or not isinstance(result, Iterable):
            raise PluginError(f"agentic_apis() must give a list of ApiSpec values, not one {type(result).__name__}")
        apis += islice(result, MOST_APIS + 1)  # pyright: ignore[reportUnknownArgumentType] # looked at below
    for spec in apis:
        if not isinstance(spec, ApiSpec):  # pyright: ignore[reportUnnecessaryIsInstance] # a plugin may give anything
            raise PluginError(f"agentic_apis() must give ApiSpec values, not {type(spec).__name__}")
    if not apis:
        raise PluginError("agentic_apis() gave no API")
    if len(apis) > MOST_APIS:
        raise PluginError(f"agentic_apis() gave more than {MOST_APIS} APIs")
    return tuple(apis)
