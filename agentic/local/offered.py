"""Which APIs the stack offers that each start builds: those of its file whose plugins are there and work, and every other
plugin that is installed beside this package.

One broken plugin must not stop the others. A stack that people deploy is another matter: there a missing plugin is a
fault, because leaving its API out would take away what was made for it.
"""

import json
import os
from collections.abc import Mapping

from agentic.core.sdk_locks import can_be_carried
from agentic.core.setting import Unusable, from_text
from agentic.core.settings_reading import NAMESPACE
from agentic.registry import Registry
from agentic.registry.registry import LOAD_ONLY

_KEY = f"{NAMESPACE}apis"


def overlay(config: Mapping[str, str], registry: Registry, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What to lay over a stack file's configuration: its APIs without those whose plugins are broken or left out by
    AGENTIC_LOAD_PLUGINS, and with those of outside plugins whose SDK the functions can carry.

    Empty where nothing changes. An API that no plugin is known for stays, and is told as a fault; so do all where none is left.
    """
    names: tuple[str, ...] | Unusable = from_text(config.get(_KEY, ""), tuple)
    if isinstance(names, Unusable):
        return {}
    gone = set(names) - set(registry.names)
    broken = {name for plugin in registry.plugins if plugin.error for name in (plugin.name, *plugin.claims)}
    kept = [name for name in names if name not in gone] if LOAD_ONLY in environ or gone <= broken else list(names)
    outside = [spec for plugin in registry.plugins if not plugin.built_in for spec in plugin.apis if spec.name not in names]
    offered = [*kept, *(spec.name for spec in outside if can_be_carried(spec))]
    return {_KEY: json.dumps(offered)} if offered and offered != list(names) else {}
