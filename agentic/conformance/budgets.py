"""What it costs to import a plugin, in time and memory, measured in a process of its own."""

import json
import subprocess
import sys
from dataclasses import dataclass

from agentic.core.errors import PluginError

from .plugin import Plugin

# Gross faults only. The command line and the local cloud import every plugin; each cold start of a run imports an SDK. The
# function that runs scripts has 1 GiB for SDK and script.
PLUGIN_MIB, SDK_MIB = 150, 400
HANG_SECONDS = 60

# The most memory that this process had so far; what `getrusage` says is its parent's too.
_CODE = """
import importlib, json, re, sys, time
import agentic.registry
def most():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\\s*(\\d+)", status.read())[1]) / 1024
before, started = most(), time.perf_counter()
for module in sys.argv[1:]:
    importlib.import_module(module)
print(json.dumps([(time.perf_counter() - started) * 1000, most() - before]))
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds, and mebibytes of memory at the most, of an import."""

    milliseconds: float
    mebibytes: float

    def __str__(self) -> str:
        return f"{self.milliseconds:.0f} ms, {self.mebibytes:.0f} MiB"


def of_plugin(plugin: Plugin) -> Cost:
    """The module that brings the API."""
    return _import(plugin.module)


def of_sdk(plugin: Plugin) -> Cost:
    """The packages that scripts import."""
    return _import(*plugin.spec.sdk.modules)


def _import(*modules: str) -> Cost:
    command = [sys.executable, "-c", _CODE, *modules]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=HANG_SECONDS, check=False)  # noqa: S603 # this interpreter
    except subprocess.TimeoutExpired:
        raise PluginError(f"importing {', '.join(modules)} takes longer than {HANG_SECONDS} s") from None
    if done.returncode:
        raise PluginError(f"{', '.join(modules)} cannot be imported: {done.stderr.strip().splitlines()[-1]}")
    return Cost(*json.loads(done.stdout.splitlines()[-1]))
