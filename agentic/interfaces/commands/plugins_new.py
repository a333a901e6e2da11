"""`agentic plugins new` and `agentic plugins lock`: a package for an API of one's own, and its SDK pinned."""

import argparse
from pathlib import Path

from agentic.core.errors import ExitCode, UsageError
from agentic.interfaces.terminal import Terminal, visible
from agentic.kit import Order, write
from agentic.kit.description import things
from agentic.kit.names import check_host, check_name, choose_sdk
from agentic.registry import Registry


def new(options: argparse.Namespace, terminal: Terminal) -> int:
    """Write the package. Nothing is installed or run."""
    registry = Registry.load()
    name = check_name(options.name, registry)
    host = check_host(options.host, registry) if options.host else ""
    sdk = choose_sdk(options.sdk)
    title = name.replace("_", " ").title()
    if options.openapi:
        from agentic.kit.openapi import describe

        description = describe(Path(options.openapi), title=title, host=host)
        for found in description.hosts:
            check_host(found, registry)
    elif host:
        description = things(title, host)
    else:
        raise UsageError("where is the API? name its host", hint="--host api.acme.dev, or --openapi FILE with servers")
    order = Order(name, sdk, description)
    folder = write(order, Path(options.into))
    if options.json:
        terminal.json({"folder": str(folder), "package": order.package, "hosts": list(description.hosts)})
        return ExitCode.DONE
    terminal.line(
        f"{visible(str(folder))}: {order.package}, a plugin for {visible(description.title)} ({', '.join(description.hosts)})"
    )
    if description.origin:
        terminal.line(
            f"  {len(description.operations)} operations, {len(description.left_out)} left out"
            f": see src/{order.module}/plugin.py"
        )
    for note in description.notes:
        terminal.line(f"  {visible(note)}")
    if sdk.asked and sdk.scripts_with == "requests":
        terminal.line(f"  {sdk.asked} is not installed here, so its scripts use requests; README.md says how to change over")
    pin = "" if sdk.pinned else f" && agentic plugins lock {name}"
    terminal.line(f"next: cd {visible(str(folder))} && pip install -e .{pin} && pytest")
    return ExitCode.DONE


def lock(options: argparse.Namespace, terminal: Terminal) -> int:
    """Pin the SDK of an installed plugin that is written here."""
    from agentic.kit.lock import lock as pin

    path = pin(Registry.load().get(options.name))
    if options.json:
        terminal.json({"lock": str(path)})
    else:
        terminal.line(f"wrote {visible(str(path))}")
    return ExitCode.DONE
