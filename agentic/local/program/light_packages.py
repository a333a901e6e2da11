"""Loads of pulumi_aws what a program uses. Its packages load all they have: 800 ms for one VPC, 600 ms for one harness.

Only the local cloud's own process does so, where a person waits for it; the real engine loads the packages as they come.
"""

import re
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

_SDK = "pulumi_aws"


def install() -> None:
    """From now on the SDK's packages load their modules one by one. Those that are loaded already stay as they are."""
    sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        package, _, name = fullname.rpartition(".")
        if package != _SDK or not name:
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec is None or spec.loader is None or not spec.submodule_search_locations:
            return None
        spec.loader = _Loader(spec.loader, Path(spec.submodule_search_locations[0]))
        return spec


class _Loader(Loader):
    """A package whose names are looked up when they are asked for."""

    def __init__(self, whole: Loader, folder: Path) -> None:
        self._whole = whole
        self._folder = folder

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        def look_up(name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
            for home in (_module_of(name), "_inputs"):
                if not (self._folder / f"{home}.py").is_file():
                    continue
                if home == "_inputs" and not name.endswith(("Args", "ArgsDict")):
                    continue
                submodule = import_module(f"{module.__name__}.{home}")
                # A function has its module's name, and goes before it; the module itself is wanted by the other modules.
                if name in vars(submodule) or name == home:
                    setattr(module, name, vars(submodule).get(name, submodule))
                    return vars(module)[name]
            # Not where it would be by its name: then as the package itself does it.
            del module.__dict__["__getattr__"]
            self._whole.exec_module(module)
            return getattr(module, name)

        module.__dict__["__getattr__"] = look_up


def _module_of(name: str) -> str:
    """The module that has the name, as the SDK calls them: `VpcEndpoint` is in vpc_endpoint."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
