"""`agentic plugins list`: what is installed, and why what is broken was left out."""

import argparse

from agentic.interfaces.terminal import Terminal, visible
from agentic.registry import Registry


def listing(options: argparse.Namespace, terminal: Terminal) -> int:
    registry = Registry.load()
    rows = [
        {
            "name": plugin.name,
            "package": plugin.package,
            "version": plugin.version,
            "apis": [
                {
                    "name": spec.name,
                    "title": spec.title,
                    "sdk": spec.sdk.requirement,
                    "hosts": [host.name for host in spec.hosts],
                    "recipes": len(spec.recipes),
                    "fake": bool(spec.fake),
                }
                for spec in plugin.apis
            ],
            "error": plugin.error,
        }
        for plugin in registry.plugins
    ]
    if options.json:
        terminal.json({"plugins": rows})
        return 0
    for row in rows:
        origin = f"{row['package']} {row['version']}"
        if row["error"]:
            terminal.line(f"{row['name']}  {terminal.paint('red', 'broken')}  {origin}: {visible(str(row['error']))}")
        for api in row["apis"]:
            fake = "with fake" if api["fake"] else "no fake"
            terminal.line(
                f"{terminal.paint('bold', api['name'])}  {api['title']}, {origin}: "
                f"{', '.join(api['hosts'])}; SDK {api['sdk']}; {api['recipes']} recipes; {fake}"
            )
    terminal.line(terminal.paint("dim", "A plugin is code that you trust: installing one lets it run on this machine."))
    return 0
