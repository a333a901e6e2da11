"""What a Pulumi stack says about itself: its settings and the APIs it offers."""

from collections.abc import Sequence

import pulumi
from pulumi.runtime import config

from agentic.core.errors import AgenticError
from agentic.core.settings import Settings, own_settings
from agentic.core.spec import ApiSpec
from agentic.registry import Registry
from agentic.topology.topology import Topology


def settings_of_stack() -> Settings:
    """The stack's settings, all of them checked at once. Raises `ConfigurationError`."""
    known = {**config.get_config_env(), **config.CONFIG.get()}
    return Settings.from_config(own_settings({key: str(text) for key, text in known.items()}))


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
