"""The zygote as its owner sees it: started, asked for a child per run, replaced, ended."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agentic.core.errors import SandboxError
from agentic.core.spec import Sdk
from agentic.sandbox import zygote
from agentic.sandbox.layers import Terms

_START_SECONDS = 60.0
_PACKAGE = Path(__file__).resolve().parents[1]
# Without site, this folder and the user's: sys.path is the standard library alone, to which exactly the given folders are
# added. Not -I, which would not let the hash seed be set; there is no other PYTHON variable (`_environment`).
_OPTIONS = ("-s", "-P", "-S", "-B", "-X", "utf8")
# Sets and what is printed of them have the same order in every zygote, as a replay needs it. An attacker who knows the seed can
# make the hash tables of one script slow: its own.
_HASH_SEED = "0"
# The folder our package lies in is not the script's to read (a clone's has much else in it): once the package is known,
# its parts are found without.
_BOOT = f"""
import json, sys
home, folders, control, facts = json.loads(sys.argv[1])
sys.path.append(home)
from {zygote.__name__} import main
sys.path[-1:] = folders
main(control, facts)
"""


@dataclass(frozen=True, slots=True)
class RunFiles:
    """The descriptors that a run's child gets. `network` is -1 for a run without a relay."""

    status: int
    brief: int
    stdout: int
    stderr: int
    report: int
    network: int = -1


class ZygoteProcess:
    """One zygote. Not started twice; `fork` may be called from several threads."""

    def __init__(self, sdk: Sdk, python_path: Sequence[str], terms: Terms) -> None:
        """Starts it without waiting. Raises `SandboxError` when no process can be started."""
        self.runs = 0
        self.tasks = tasks_now()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control = ours
        self._lock = threading.Lock()
        self._ready = False
        facts = {
            "modules": sdk.modules,
            "warm_up": sdk.warm_up,
            "bootstrap": sdk.bootstrap,
            "library": [*python_path, str(_PACKAGE)],
            "require": terms.require,
            "without": sorted(terms.without),
            "standing": ["own-function"] if terms.own_function else [],
        }
        start = json.dumps([str(_PACKAGE.parent), [*python_path], theirs.fileno(), facts])
        command = [sys.executable, *_OPTIONS, "-c", _BOOT, start]
        try:
            self._process = subprocess.Popen(  # noqa: S603 (this interpreter, with arguments of our own)
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                cwd="/",
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        except OSError as error:
            ours.close()
            raise SandboxError(f"the sandbox could not start Python: {error}") from error
        finally:
            theirs.close()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ready(self, seconds: float = _START_SECONDS) -> bool:
        """Whether the SDK is imported, waiting up to `seconds`. Raises `SandboxError` with the reason when it cannot be."""
        with self._lock:
            if self._ready:
                return True
            self._control.settimeout(seconds)
            try:
                data = self._control.recv(65536)
            except (TimeoutError, BlockingIOError):
                return False
            except OSError:
                data = b""
            finally:
                self._control.settimeout(None)
            answer = json.loads(data) if data else {"failed": "it ended without a word"}
            if "failed" in answer:
                reason = answer["failed"].strip()
                last = reason.splitlines()[-1]
                raise SandboxError(f"the sandbox cannot load the SDK: {last}", hint="is it installed?", details=reason)
            self._ready = True
            return True

    def fork(self, files: RunFiles) -> None:
        """Asks for a child. Raises `OSError` when the zygote is gone."""
        fds = [files.status, files.brief, files.stdout, files.stderr, files.report]
        fds += [files.network] if files.network >= 0 else []
        with self._lock:
            self.runs += 1
            socket.send_fds(self._control, [b"run"], fds)

    def retire(self) -> None:
        """No more children; it ends when its last run has ended."""
        self._control.close()

    def kill(self) -> None:
        """Ends it now, and by the kernel's parent-death signal every child of it."""
        self._process.kill()
        self.wait()

    def settle(self) -> str:
        """Gives a zygote that is ending the time to be gone, and says how it ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return f"it ended with status {self._process.wait(0.5)}"
        return "it did not say why"

    def wait(self) -> None:
        self._control.close()
        try:
            self._process.wait(5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _environment() -> dict[str, str]:
    """Nothing of ours, but for the hash seed and where Lambda's image keeps the interpreter's shared library."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {"HOME": "/nonexistent", "PYTHONHASHSEED": _HASH_SEED, **kept}


def tasks_now(proc: Path = Path("/proc")) -> int:
    """How many tasks this process's user has; 0 for root, for whom the kernel enforces no limit."""
    user, count = os.getuid(), 0
    if user == 0:
        return 0
    for entry in os.scandir(proc):
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if entry.stat().st_uid == user:
                    count += sum(1 for _ in os.scandir(f"{entry.path}/task"))
    return count
