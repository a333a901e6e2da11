"""The whole plugin surface: one hook. A plugin is a module (or object) with this function, named by an entry point
in the group `agentic.apis`; see docs/plugins.md.
"""

from collections.abc import Iterable

import pluggy

from agentic.core.spec import ApiSpec

PROJECT = "agentic"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def agentic_apis() -> Iterable[ApiSpec]:  # pyright: ignore[reportReturnType] # a hook specification has no body
    """The APIs that this plugin brings. Called once, when the registry loads; must not touch network or disk state."""
