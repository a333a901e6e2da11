"""`agentic doctor`: what works here, one line per item, each with the way out where something does not."""

import argparse
import importlib.metadata
import importlib.util
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agentic.core.errors import AgenticError, ExitCode
from agentic.core.values import to_json
from agentic.interfaces.terminal import Terminal, visible
from agentic.local import control
from agentic.registry import Registry

_GOOD, _NOTE, _BAD = "ok", "note", "problem"
_MARKS = {_GOOD: ("green", "✓"), _NOTE: ("yellow", "·"), _BAD: ("red", "✗")}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was looked at. `state` is `ok`, `note` (works, but know this) or `problem`."""

    name: str
    state: str
    text: str


def doctor(options: argparse.Namespace, terminal: Terminal) -> int:
    """Exit code 1 when there is a problem."""
    items = [item for check in _CHECKS for item in check()]
    problems = any(item.state == _BAD for item in items)
    if options.json:
        terminal.json({"healthy": not problems, "items": to_json(items)})
    for item in items:
        style, mark = _MARKS[item.state]
        terminal.line(f"{terminal.paint(style, mark)} {item.name}: {visible(item.text)}")
    return ExitCode.FAILED if problems else ExitCode.DONE


def _machine() -> Iterator[Item]:
    yield Item("Python", _GOOD, f"{platform.python_version()} at {sys.prefix}")
    if sys.platform.startswith("linux"):
        yield Item("system", _GOOD, f"Linux {platform.release()}, {platform.machine()}")
    else:
        yield Item("system", _BAD, f"{sys.platform}: the local cloud and the sandbox need Linux; use the dev container")


def _packages() -> Iterator[Item]:
    needed = {"pulumi": "deploy", "pulumi_aws": "deploy", "moto": "local", "strands": "local", "awslambdaric": "local"}
    missing = {extra for module, extra in needed.items() if importlib.util.find_spec(module) is None}
    if missing:
        extras = ",".join(sorted(missing))
        yield Item("packages", _BAD, f"pip install 'agentic-api-developer[{extras}]' brings what is missing")
    else:
        versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("pulumi", "moto", "strands-agents"))
        yield Item("packages", _GOOD, versions)
    found = shutil.which("pulumi")
    yield Item(
        "pulumi CLI", _GOOD if found else _NOTE, found or "not on the PATH; only `pulumi up` needs it, the local cloud does not"
    )


def _plugins() -> Iterator[Item]:
    try:
        registry = Registry.load()
    except AgenticError as error:
        yield Item("plugins", _BAD, error.message)
        return
    for plugin in registry.plugins:
        apis = ", ".join(spec.title for spec in plugin.apis)
        yield Item(
            f"plugin {plugin.name}",
            _BAD if plugin.error else _GOOD,
            plugin.error or f"{apis} ({plugin.package} {plugin.version})",
        )


def _sandbox() -> Iterator[Item]:
    """Runs an empty script and tells what really stood around it."""
    from agentic.core.spec import Sdk
    from agentic.sandbox import LAYERS, WALLS, Sandbox, SandboxPolicy, Terms, missing

    try:
        with Sandbox(Sdk("", ()), terms=Terms(require=())) as sandbox:
            outcome = sandbox.run("", SandboxPolicy())
    except AgenticError as error:
        yield Item("sandbox", _BAD, _with_hint(error))
        return
    if not outcome.success:
        yield Item("sandbox", _BAD, f"an empty script failed: {outcome.reason or outcome.stderr}")
    for layer, stops in LAYERS.items():
        if layer in outcome.layers:
            yield Item(f"layer {layer}", _GOOD, f"stops {stops}" if layer != "relay" else stops)
        elif layer not in _ELSEWHERE:
            yield Item(f"layer {layer}", _NOTE, f"not here; it would stop {stops}. {_WAYS.get(layer, '')}".rstrip())
    for fault in missing(outcome.layers, WALLS):
        yield Item("sandbox", _BAD, f"{fault}; no script runs here unless agentic:sandbox.require leaves it out")


# Layers that there can only be on AWS, or in a run with an API.
_ELSEWHERE = {"own-function", "relay"}
_NAMESPACES = "Needs root with CAP_SYS_ADMIN, or unprivileged user namespaces (sysctl user.max_user_namespaces)."
_WAYS = {
    "own-network": _NAMESPACES,
    "own-ipc": _NAMESPACES,
    "own-root": f"{_NAMESPACES} Linux 5.12 or newer.",
    "own-user": "Only where root starts it.",
    "landlock": "Needs Linux 5.13 or newer with Landlock switched on (boot parameter lsm=landlock,…).",
    "seccomp": "Needs CONFIG_SECCOMP_FILTER and an x86_64 or aarch64 processor.",
    "zygote-seccomp": "Comes with seccomp.",
    "no-new-privs": "Refused by whatever started this container.",
    "process-limit": "The kernel does not limit root; comes with own-user.",
}


def _with_hint(error: AgenticError) -> str:
    return f"{error.message}; {error.hint}" if error.hint else error.message


def _local_cloud() -> Iterator[Item]:
    folder = control.home()
    try:
        there = folder.exists()
    except OSError as error:
        yield Item("state folder", _BAD, f"{folder}: {error.strerror}; AGENTIC_HOME names another one")
        return
    yield Item("state folder", _GOOD, f"{folder}{'' if there else ' (made by the first run)'}")
    if there:
        free = shutil.disk_usage(folder).free // (1024 * 1024)
        yield Item("disk", _GOOD if free > 500 else _BAD, f"{free} MB free")
    try:
        found = control.status(folder)
    except AgenticError as error:
        yield Item("local cloud", _NOTE, error.message)
        return
    yield Item("local cloud", _GOOD, f"running, process {found['pid']}" if found else "not running (the first run starts it)")


def _keyring() -> Iterator[Item]:
    try:
        import keyring

        backend = keyring.get_keyring()
        works = backend.priority > 0
        yield Item(
            "keyring", _GOOD if works else _NOTE, backend.name if works else "none here; --live takes keys from the environment"
        )
    except ImportError:
        yield Item("keyring", _NOTE, "the package keyring is not installed; --live takes keys from the environment")


_CHECKS: tuple[Callable[[], Iterator[Item]], ...] = (_machine, _packages, _plugins, _sandbox, _local_cloud, _keyring)
