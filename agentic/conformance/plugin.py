"""The plugin that is looked at: found as the program finds it, with what the suite has to know of where it lies."""

import importlib.metadata
import importlib.util
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agentic.core.errors import PluginError
from agentic.core.spec import ApiSpec
from agentic.registry import Registry

_GROUP = "agentic.apis"


@dataclass(frozen=True, slots=True)
class Plugin:
    """An API's spec and the module that brings it ("agentic_api_acme.plugin")."""

    spec: ApiSpec
    module: str

    @classmethod
    def named(cls, name: str) -> "Plugin":
        """The plugin that brings the API `name`. Raises `PluginError` or `UnknownApiError` with the reason when none does."""
        if not name:
            raise PluginError("which plugin?", hint="pytest --pyargs agentic.conformance --plugin NAME")
        registry = Registry.load()
        bringing = [plugin for plugin in registry.plugins if name in {plugin.name, *(spec.name for spec in plugin.apis)}]
        broken = next((plugin for plugin in bringing if plugin.error), None)
        if broken:
            raise PluginError(f"the plugin {name} cannot be loaded: {broken.error}", hint="nothing else can be looked at")
        spec = registry.get(name)
        brought = bringing[0].name
        modules = [point.module for point in importlib.metadata.entry_points(group=_GROUP) if point.name == brought]
        return cls(spec, modules[0])

    def library(self) -> tuple[str, ...]:
        """The folders that a sandbox adds to the standard library: where packages are installed, and where those of the
        SDK and of the plugin's own hooks are developed. Never the folder of this program."""
        return tuple(dict.fromkeys(self._library()))

    def _library(self) -> Iterator[str]:
        yield sysconfig.get_path("purelib")
        yield sysconfig.get_path("platlib")
        sdk = self.spec.sdk
        for module in (*sdk.modules, sdk.warm_up.partition(":")[0], sdk.bootstrap.partition(":")[0]):
            top = module.partition(".")[0]
            if not top or top == "agentic" or top in sys.stdlib_module_names:
                continue
            found = importlib.util.find_spec(top)
            if found and found.origin:
                origin = Path(found.origin)
                yield str(origin.parent.parent if found.submodule_search_locations else origin.parent)


def missing_modules(spec: ApiSpec) -> list[str]:
    """The packages of the SDK that are not installed here."""
    tops = {module.partition(".")[0] for module in spec.sdk.modules}
    return sorted(top for top in tops if importlib.util.find_spec(top) is None)
