"""`agentic plugins list`: what is installed, and why what is broken was left out."""

import argparse
from typing import Any

from agentic.core.spec import ApiSpec
from agentic.interfaces.terminal import Terminal, visible
from agentic.registry import LoadedPlugin, Registry


def listing(options: argparse.Namespace, terminal: Terminal) -> int:
    registry = Registry.load()
    if options.json:
        terminal.json({"plugins": [_row(plugin) for plugin in registry.plugins]})
        return 0
    for plugin in registry.plugins:
        origin = f"{plugin.package} {plugin.version}"
        if plugin.error:
            terminal.line(f"{plugin.name}  {terminal.paint('red', 'broken')}  {origin}: {visible(plugin.error)}")
        for spec in plugin.apis:
            fake = "with fake" if spec.fake else "no fake"
            terminal.line(
                f"{terminal.paint('bold', spec.name)}  {spec.title}, {origin}: {', '.join(_hosts(spec))}; "
                f"SDK {spec.sdk.requirement}; {len(spec.recipes)} recipes; {fake}"
            )
    terminal.line(terminal.paint("dim", "A plugin is code that you trust: installing one lets it run on this machine."))
    return 0


def _row(plugin: LoadedPlugin) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "package": plugin.package,
        "version": plugin.version,
        "apis": [
            {
                "name": spec.name,
                "title": spec.title,
                "sdk": spec.sdk.requirement,
                "hosts": _hosts(spec),
                "recipes": len(spec.recipes),
                "fake": bool(spec.fake),
            }
            for spec in plugin.apis
        ],
        "error": plugin.error,
    }


def _hosts(spec: ApiSpec) -> list[str]:
    return [host.name for host in spec.hosts]
