"""Which plugins claim the same API, the same host or the same key of the person's, and who gives way.

A built-in plugin stays. Of the others, all that clash are refused, so that what answers for an API never depends on names
or on the order of installation.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from agentic.core.host_names import overlap
from agentic.core.names import PROJECT
from agentic.core.spec import ApiSpec


@dataclass(frozen=True, slots=True)
class LoadedPlugin:
    """One installed plugin: the package it came from, and either its APIs or the reason it could not be loaded.

    `claims` are the names of the APIs that a plugin refused for a clash would have brought.
    """

    name: str
    package: str
    version: str
    apis: tuple[ApiSpec, ...] = ()
    error: str = ""
    claims: tuple[str, ...] = ()

    @property
    def built_in(self) -> bool:
        return self.package == PROJECT

    @property
    def origin(self) -> str:
        return f"{self.package} {self.version}"


def without_clashes(plugins: Sequence[LoadedPlugin]) -> list[LoadedPlugin]:
    """The plugins in their order, those refused for a clash without their APIs and with the reason."""
    judged = [_with_itself(plugin) for plugin in plugins]
    built_in = [plugin for plugin in judged if plugin.built_in]
    judged = [plugin if plugin.built_in else _refused(plugin, _reasons(plugin, built_in, "is built in")) for plugin in judged]
    others = [plugin for plugin in judged if not plugin.built_in]
    return [
        plugin
        if plugin.built_in
        else _refused(plugin, _reasons(plugin, [other for other in others if other is not plugin], "is refused too"))
        for plugin in judged
    ]


def clash_of(one: ApiSpec, other: ApiSpec) -> str:
    """What both claim, in words; empty if nothing."""
    if one.name == other.name:
        return f"the API {one.name!r}"
    for host in one.hosts:
        for their in other.hosts:
            if overlap(host.name, their.name):
                return f"the host {host.name}" + (f" ({their.name})" if their.name != host.name else "")
    return ""


def _with_itself(plugin: LoadedPlugin) -> LoadedPlugin:
    return _refused(
        plugin, [f"it brings {what} twice" for one, other in combinations(plugin.apis, 2) if (what := clash_of(one, other))]
    )


def _reasons(plugin: LoadedPlugin, others: Iterable[LoadedPlugin], fate: str) -> list[str]:
    return [
        f"{plugin.origin} and {other.origin}, which {fate}, both claim {what}; uninstall one, or set AGENTIC_LOAD_PLUGINS"
        for other in others
        for one in plugin.apis
        for their in other.apis
        if (what := clash_of(one, their) or _shared_variable(one, their))
    ]


def _shared_variable(one: ApiSpec, other: ApiSpec) -> str:
    """A variable of the person's environment that both take for their key: the one's would be sent to the other's hosts.

    Within one plugin that is meant.
    """
    ours, theirs = ({name for secret in spec.secrets for name in secret.environment} for spec in (one, other))
    return f"the key in {min(shared)}" if (shared := ours & theirs) else ""


def _refused(plugin: LoadedPlugin, reasons: list[str]) -> LoadedPlugin:
    if not reasons:
        return plugin
    return replace(plugin, apis=(), error="; ".join(reasons), claims=tuple(spec.name for spec in plugin.apis))
