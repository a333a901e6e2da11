"""What a Pulumi stack says about itself: its settings and the APIs it offers."""

from collections.abc import Sequence

from pulumi.runtime import config

from agentic.core.key_forms import key_forms
from agentic.core.settings import Settings
from agentic.core.spec import ApiSpec
from agentic.registry import Registry


def settings_of_stack(registry: Registry) -> Settings:
    """The stack's settings, all of them checked at once. Raises `ConfigurationError`.

    Keys that stand in the stack's configuration are told by the forms that the plugins of `registry` declare.
    """
    known = {**config.get_config_env(), **config.CONFIG.get()}
    encrypted = {key for key in known if config.is_config_secret(key)} | set(config.get_config_secret_keys_env())
    texts = {key: str(text) for key, text in known.items()}
    return Settings.from_stack(texts, encrypted=encrypted, key_forms=key_forms(registry))


def enabled_specs(settings: Settings, registry: Registry) -> Sequence[ApiSpec]:
    """The specs of the stack's APIs. Raises `UnknownApiError` for one that no plugin brings."""
    return [registry.get(api) for api in settings.apis]
