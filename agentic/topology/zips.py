"""Finds the build of the functions' zips, which lives with the handlers in lambdas/, in a clone and in an installed wheel."""

import importlib
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agentic.core.errors import BuildError
from agentic.core.program import program_folder
from agentic.core.settings import Settings
from agentic.core.spec import ApiSpec
from agentic.topology.functions import sizes

if TYPE_CHECKING:
    from lambdas.build import Builder, Target

# A name of its own: a program that embeds the topology may well have a folder "lambdas" too.
_PACKAGE = "agentic_lambdas"


def build_zips(settings: Settings, specs: Sequence[ApiSpec]) -> Mapping[tuple[str, str], Path]:
    """The stack's zips by function and API ("" for functions that exist once). Raises `BuildError`."""
    builder, target = _builder()
    zips = builder(target(settings.architecture, settings.python_runtime.removeprefix("python"))).build_all(
        specs, sizes(settings)
    )
    return {(item.function, item.api): item.path for item in zips}


def _builder() -> "tuple[type[Builder], type[Target]]":
    folder = program_folder() / "lambdas"
    if _PACKAGE not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            _PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        if spec is None or spec.loader is None or not (folder / "build.py").is_file():
            raise BuildError(f"the functions' code is not in {folder}", hint="install the package again, or use a whole clone")
        module = importlib.util.module_from_spec(spec)
        sys.modules[_PACKAGE] = module
        spec.loader.exec_module(module)
    build = importlib.import_module(f"{_PACKAGE}.build")
    return build.Builder, build.Target
