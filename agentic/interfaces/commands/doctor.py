"""`agentic doctor`: what works here, one line per item, each with the way out where something does not."""

import argparse
import importlib.metadata
import importlib.util
import platform
import shutil
import sys
from collections.abc import Callable, Iterator

from agentic.core.errors import AgenticError, UsageError
from agentic.interfaces.checklist import BAD, GOOD, NOTE, Item, show
from agentic.interfaces.terminal import Terminal
from agentic.local import control
from agentic.registry import Registry


def doctor(options: argparse.Namespace, terminal: Terminal) -> int:
    """This machine; with --aws the account that a stack would be deployed to. Exit code 1 when there is a problem."""
    if options.aws:
        from agentic.interfaces.commands.doctor_aws import doctor_aws

        return doctor_aws(options, terminal)
    if options.stack:
        raise UsageError("--stack goes with --aws", hint=f"agentic doctor --aws --stack {options.stack}")
    return show(list(items()), terminal)


def items() -> Iterator[Item]:
    """What there is to say of this machine."""
    for check in _CHECKS:
        yield from check()


def _machine() -> Iterator[Item]:
    yield Item("Python", GOOD, f"{platform.python_version()} at {sys.prefix}")
    if sys.platform.startswith("linux"):
        yield Item("system", GOOD, f"Linux {platform.release()}, {platform.machine()}")
    else:
        yield Item("system", BAD, f"{sys.platform}: the local cloud and the sandbox need Linux; use the dev container")


def _packages() -> Iterator[Item]:
    needed = {"pulumi": "deploy", "pulumi_aws": "deploy", "moto": "local", "strands": "local", "awslambdaric": "local"}
    missing = {extra for module, extra in needed.items() if importlib.util.find_spec(module) is None}
    if missing:
        extras = ",".join(sorted(missing))
        yield Item("packages", BAD, f"pip install 'agentic-api-developer[{extras}]' brings what is missing")
    else:
        versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("pulumi", "moto", "strands-agents"))
        yield Item("packages", GOOD, versions)
    found = shutil.which("pulumi")
    yield Item(
        "pulumi CLI", GOOD if found else NOTE, found or "not on the PATH; only `pulumi up` needs it, the local cloud does not"
    )


def _plugins() -> Iterator[Item]:
    try:
        registry = Registry.load()
    except AgenticError as error:
        yield Item("plugins", BAD, error.message)
        return
    for plugin in registry.plugins:
        apis = ", ".join(spec.title for spec in plugin.apis)
        yield Item(
            f"plugin {plugin.name}",
            BAD if plugin.error else GOOD,
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
        yield Item("sandbox", BAD, _with_hint(error))
        return
    if not outcome.success:
        yield Item("sandbox", BAD, f"an empty script failed: {outcome.reason or outcome.stderr}")
    for layer, stops in LAYERS.items():
        if layer in outcome.layers:
            yield Item(f"layer {layer}", GOOD, f"stops {stops}" if layer != "relay" else stops)
        elif layer not in _ELSEWHERE:
            yield Item(f"layer {layer}", NOTE, f"not here; it would stop {stops}. {_WAYS.get(layer, '')}".rstrip())
    for fault in missing(outcome.layers, WALLS):
        yield Item("sandbox", BAD, f"{fault}; no script runs here unless agentic:sandbox.require leaves it out")


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
        yield Item("state folder", BAD, f"{folder}: {error.strerror}; AGENTIC_HOME names another one")
        return
    yield Item("state folder", GOOD, f"{folder}{'' if there else ' (made by the first run)'}")
    if there:
        free = shutil.disk_usage(folder).free // (1024 * 1024)
        yield Item("disk", GOOD if free > 500 else BAD, f"{free} MB free")
    try:
        found = control.status(folder)
    except AgenticError as error:
        yield Item("local cloud", NOTE, error.message)
        return
    yield Item("local cloud", GOOD, f"running, process {found['pid']}" if found else "not running (the first run starts it)")


def _keyring() -> Iterator[Item]:
    try:
        import keyring

        backend = keyring.get_keyring()
        works = backend.priority > 0
        yield Item(
            "keyring", GOOD if works else NOTE, backend.name if works else "none here; --live takes keys from the environment"
        )
    except ImportError:
        yield Item("keyring", NOTE, "the package keyring is not installed; --live takes keys from the environment")


_CHECKS: tuple[Callable[[], Iterator[Item]], ...] = (_machine, _packages, _plugins, _sandbox, _local_cloud, _keyring)
