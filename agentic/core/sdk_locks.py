"""Which lock pins an API's SDK: this project's own, or the one that the API's plugin brings (`Sdk.lock`)."""

import importlib.util
import re
from pathlib import Path

from agentic.core.errors import PluginError
from agentic.core.program import program_folder
from agentic.core.spec import ApiSpec


def lock_file(spec: ApiSpec) -> Path | None:
    """Where the lock that `sdk.lock` names is, whether or not it is there. None when the spec names none."""
    if not spec.sdk.lock:
        return None
    module, _, name = spec.sdk.lock.partition(":")
    top, *below = module.split(".")
    found = importlib.util.find_spec(top)
    folders = list(found.submodule_search_locations or ()) if found else []
    if not folders:
        raise PluginError(f"the plugin {spec.name} names the lock {spec.sdk.lock}, and {top} is no installed package")
    return Path(folders[0]).joinpath(*below, name)


def own_lock() -> Path:
    """This project's lock."""
    return program_folder() / "requirements.lock"


def distribution_name(text: str) -> str:
    """The one spelling of a distribution's name (Python packaging's names and normalization)."""
    return re.sub(r"[-_.]+", "-", text).lower()


def is_pinned(requirement: str, path: Path) -> bool:
    """Whether the lock at `path` pins the distribution of `requirement`. A lock that is not there pins nothing."""
    named = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", requirement)
    name = distribution_name(named[0]) if named else ""
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError:
        return False
    return any(line.partition("==")[0] == name for line in lines)


def can_be_carried(spec: ApiSpec) -> bool:
    """Whether a lock pins the SDK, so that the functions' zips can take it."""
    try:
        own = lock_file(spec)
    except PluginError:
        own = None
    return any(is_pinned(spec.sdk.requirement, path) for path in (own, own_lock()) if path)
