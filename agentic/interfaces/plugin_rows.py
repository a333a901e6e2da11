"""What is known of each installed plugin without running more of it: the rows of `agentic plugins list`."""

import importlib.metadata
import os
import re
from collections.abc import Mapping
from typing import Any

from agentic.core.spec import ApiSpec
from agentic.interfaces import keys
from agentic.registry import LoadedPlugin

_DISTRIBUTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def row_of(plugin: LoadedPlugin, environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """One plugin as JSON: where it is from, its status and reason, its APIs."""
    return {
        "name": plugin.name,
        "package": plugin.package,
        "version": plugin.version,
        "built_in": plugin.built_in,
        "status": "broken" if plugin.error else "ok",
        "error": plugin.error,
        "apis": [_api(spec, environ) for spec in plugin.apis],
    }


def sdk_of(spec: ApiSpec) -> dict[str, Any]:
    """The SDK's requirement, the installed version (empty if none) and whether it fits (None where nobody can tell)."""
    found = _DISTRIBUTION.match(spec.sdk.requirement)
    name = found[0] if found else ""
    try:
        installed = importlib.metadata.version(name) if name else ""
    except importlib.metadata.PackageNotFoundError:
        installed = ""
    fits = _fits(spec.sdk.requirement, installed) if installed else False
    return {"requirement": spec.sdk.requirement, "distribution": name, "installed": installed, "fits": fits}


def _api(spec: ApiSpec, environ: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": spec.name,
        "title": spec.title,
        "surface_version": spec.surface_version,
        "hosts": [host.name for host in spec.hosts],
        "operations": sum(len(host.operations) for host in spec.hosts),
        "sdk": sdk_of(spec),
        "secrets": keys.status(spec, environ),
        "key_check": spec.key_check is not None,
        "fake": bool(spec.fake),
        "recipes": len(spec.recipes),
    }


def _fits(requirement: str, version: str) -> bool | None:
    try:
        from packaging.requirements import InvalidRequirement, Requirement
    except ImportError:  # It comes with the extra `deploy`.
        return None
    try:
        return Requirement(requirement).specifier.contains(version, prereleases=True)
    except InvalidRequirement:
        return None
