"""Pins an outside plugin's SDK: `requirements.lock` in the plugin's own package, with hashes, for the functions' zips."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from agentic.core.errors import BuildError, UsageError
from agentic.core.sdk_locks import lock_file, own_lock
from agentic.core.spec import ApiSpec

_SECONDS = 300
# Of the functions; a stack on another one takes wheels of the same versions.
_PYTHON = "3.12"


def lock(spec: ApiSpec) -> Path:
    """Resolve the SDK's requirement, as far as possible at this project's versions, and write the file that `sdk.lock` names.

    Needs the network and uv. Raises `UsageError` when the plugin is not installed from a folder of one's own or names no
    lock, `BuildError` with the resolver's reason.
    """
    path = lock_file(spec)
    if path is None:
        module = f"agentic_api_{spec.name}"
        raise UsageError(
            f"the plugin {spec.name} names no lock", hint=f'write Sdk(…, lock="{module}:requirements.lock") in its spec'
        )
    installed = (sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))
    if str(path).startswith(installed):
        raise UsageError(
            f"the plugin {spec.name} is installed as a copy, in {path.parent}",
            hint="lock it where it is written: pip install -e FOLDER",
        )
    text = _resolved(spec.sdk.requirement)
    path.write_text(f"# Written by `agentic plugins lock {spec.name}`.\n{text}", "utf-8")
    return path


def _resolved(requirement: str) -> str:
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.is_file() else shutil.which("uv")
    if uv is None:
        raise UsageError("uv resolves the requirement, and is not installed", hint="pip install 'agentic-api-developer[kit]'")
    command = [uv, "pip", "compile", "--quiet", "--universal", "--python-version", _PYTHON, "--generate-hashes"]
    command += ["--no-header", "--no-emit-index-url", "--no-annotate"]
    command += ["--constraint", str(own_lock())] if own_lock().is_file() else []
    try:
        done = subprocess.run(  # noqa: S603 # the installer, with a requirement that the spec has checked
            [*command, "-"], input=requirement, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BuildError(f"{requirement} could not be resolved: {type(error).__name__}", hint="check the network") from error
    if done.returncode:
        told = " ".join(done.stderr.replace("×", "").replace("╰─▶", "").split())
        raise BuildError(f"{requirement} could not be resolved: {told[:400]}", hint="check the name and the network")
    return done.stdout
