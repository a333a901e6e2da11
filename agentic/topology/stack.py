"""What a Pulumi stack says about itself: its settings and the APIs it offers."""

from collections.abc import Sequence

from pulumi.runtime import config

from agentic.core.errors import ConfigurationError
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
    """The specs of the stack's APIs, with the families of operations that it opens and closes.

    Raises `UnknownApiError` for an API that no plugin brings, `ConfigurationError` for a family that it does not have.
    """
    specs = [registry.get(api) for api in settings.apis]
    given = {"open_families": settings.open_families, "closed_families": settings.closed_families}
    known = {f"{spec.name}.{family}" for spec in specs for family in spec.families}
    faults = [
        f"{key} names {name}, which is no family of operations"
        for key, names in given.items()
        for name in names
        if name not in known
    ]
    if faults:
        raise ConfigurationError("; ".join(faults), hint=f"there are {', '.join(sorted(known))}", faults=tuple(faults))
    return [spec.with_families(*(_of(spec, names) for names in given.values())) for spec in specs]


def _of(spec: ApiSpec, names: Sequence[str]) -> Sequence[str]:
    return [family for api, _, family in (name.partition(".") for name in names) if api == spec.name]
