"""What a Pulumi stack says about itself: its settings and the APIs it offers."""

from collections.abc import Sequence

import pulumi
from pulumi.runtime import config

from agentic.core.errors import AgenticError
from agentic.core.settings import Settings
from agentic.core.spec import ApiSpec
from agentic.registry import Registry
from agentic.topology.topology import Topology

_NAMESPACE = "agentic:"


def settings_of_stack() -> Settings:
    """The stack's settings, all of them checked at once. Raises `ConfigurationError`."""
    known = {**config.get_config_env(), **config.CONFIG.get()}
    texts = {key.removeprefix(_NAMESPACE): str(text) for key, text in known.items() if key.startswith(_NAMESPACE)}
    return Settings.from_config(texts)


def enabled_specs(settings: Settings, registry: Registry) -> Sequence[ApiSpec]:
    """The specs of the stack's APIs. Raises `UnknownApiError` for one that no plugin brings."""
    return [registry.get(api) for api in settings.apis]


def topology_of_stack() -> Topology:
    """The running stack's cloud. Ends the program with one line where something is wrong with its settings."""
    try:
        settings = settings_of_stack()
        specs = enabled_specs(settings, Registry.load())
        return Topology("agentic", environment=pulumi.get_stack(), settings=settings, specs=specs)
    except AgenticError as error:
        raise pulumi.RunError(f"{error.message} ({error.hint})" if error.hint else error.message) from error
