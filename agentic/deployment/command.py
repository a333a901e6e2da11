"""The `pulumi` command: where it is, and how it is run."""

import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from pulumi import automation as auto
from pulumi.automation.errors import create_command_error

from agentic.core.cache import cache_folder
from agentic.core.errors import ConfigurationError, DeploymentError

# After Ctrl-C the engine lets begun operations finish; AWS takes minutes for some.
_PATIENCE_SECONDS = 600.0
_VERSION = re.compile(r"v(\d+)\.(\d+)\.(\d+)")


def find(environ: Mapping[str, str] = os.environ) -> Path:
    """The command on the PATH, or the newest that `make pulumi` has built. Raises `ConfigurationError` without one."""
    if found := shutil.which("pulumi", path=environ.get("PATH")):
        return Path(found)
    built = [path for path in (cache_folder(environ) / "pulumi").glob("v*/pulumi") if os.access(path, os.X_OK)]
    if built:
        return max(built, key=_version)
    raise ConfigurationError(
        "the Pulumi command is not on the PATH",
        hint="install it (https://www.pulumi.com/docs/install), or build it with `make pulumi` in a clone",
    )


class HostedCommand(auto.PulumiCommand):
    """The command, which finds the program in our own process wherever it would start a language plugin.

    `root` becomes a folder with a link `bin/pulumi`, which is how the Automation API wants to be told of a command.
    Ctrl-C reaches the engine once: it lets begun operations finish and keeps its state; a second one ends it at once.
    """

    def __init__(self, pulumi: Path, root: Path, port: Callable[[], str]) -> None:
        link = root / "bin" / "pulumi"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(pulumi.absolute())
        super().__init__(str(root))
        self._port = port

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Callable[[str], Any] | None = None,
        on_error: Callable[[str], Any] | None = None,
    ) -> auto.CommandResult:
        # Only operations that may run a program say how they are executed.
        hosted = [f"--client=127.0.0.1:{self._port()}"] if "--exec-kind" in args else []
        process = subprocess.Popen(  # noqa: S603 - the person's own engine
            [self.command, "--non-interactive", *args, *hosted],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env={**os.environ, **additional_env, "PULUMI_AUTOMATION_API": "true"},
            encoding="utf-8",
            errors="replace",
            # A terminal sends Ctrl-C to every process of its group; here we pass it on, and wait.
            start_new_session=True,
        )
        output, errors = _Reader(process.stdout, on_output), _Reader(process.stderr, on_error)
        try:
            process.wait()
        except BaseException:
            _interrupt(process)
            raise
        finally:
            output.join()
            errors.join()
        if process.returncode < 0:
            name = signal.Signals(-process.returncode).name
            raise DeploymentError(f"the Pulumi engine was ended by {name}", hint="run the command again", unsure=True)
        result = auto.CommandResult(stdout=output.text, stderr=errors.text, code=process.returncode)
        if result.code:
            raise create_command_error(result)
        return result


class _Reader(threading.Thread):
    """Collects a stream's lines."""

    def __init__(self, stream: IO[str] | None, tell: Callable[[str], Any] | None) -> None:
        super().__init__(name="pulumi output", daemon=True)
        self._stream = stream
        self._tell = tell
        self._lines: list[str] = []
        self.start()

    @property
    def text(self) -> str:
        return "\n".join(self._lines)

    def run(self) -> None:
        if self._stream is None:
            return
        with self._stream:
            for line in self._stream:
                self._lines.append(line.rstrip())
                if self._tell:
                    self._tell(line.rstrip())


def _interrupt(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_PATIENCE_SECONDS)
    finally:
        # Does nothing to a process that has ended; a second Ctrl-C, or too long a wait, ends it here.
        process.kill()
        process.wait()


def _version(path: Path) -> tuple[int, ...]:
    found = _VERSION.match(path.parent.name)
    return tuple(map(int, found.groups())) if found else ()
