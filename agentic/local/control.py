"""The command line's side of the background local cloud: find it, start it, replace a stale one, talk to it.

Light on purpose: every `agentic run` imports this, and nothing heavier. One JSON line per message over a Unix socket;
the socket's folder (0700) and file (0600) are the boundary.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

import agentic
from agentic.core.errors import AgenticError, ExitCode, LocalCloudError, StorageError, UnsupportedPlatformError

START_SECONDS = 60.0
STOP_SECONDS = 20.0
_LIFE = "background.lock"
_SOCKET_PATH_LIMIT = 100
# Background processes that this process has started: forgotten while they run, they would be reported as left behind.
_started: list["subprocess.Popen[bytes]"] = []


def home(environ: Mapping[str, str] = os.environ) -> Path:
    """The state folder: AGENTIC_HOME, or `.agentic` in the working directory."""
    return Path(environ.get("AGENTIC_HOME") or ".agentic").absolute()


def program_digest(environ: Mapping[str, str] = os.environ) -> str:
    """Changes when the program, the functions, the stack's settings, the plugins or the interpreter change.

    Told from file names, sizes and times, so that asking costs milliseconds.
    """
    package = Path(agentic.__file__).parent
    plugins = [environ.get(name) for name in ("AGENTIC_LOAD_PLUGINS", "AGENTIC_STRICT_PLUGINS")]
    digest = hashlib.sha256(f"{sys.version}{sys.prefix}{plugins}".encode())
    stack: list[Path] = [package, package.parent / "lambdas", *_development_folders(package.parent)]
    files = [package.parent / name for name in ("__main__.py", "Pulumi.yaml", "Pulumi.dev.yaml", "requirements.lock")]
    # Installing or removing a package changes the time of the folder it lives in.
    files += [Path(entry) for entry in sys.path if entry.endswith("site-packages")]
    while stack:
        with contextlib.suppress(OSError), os.scandir(stack.pop()) as entries:
            for entry in sorted(entries, key=lambda item: item.name):
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != "__pycache__":
                        stack.append(Path(entry.path))
                else:
                    files.append(Path(entry.path))
    for file in files:
        with contextlib.suppress(OSError):
            status = file.stat()
            digest.update(f"{file}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _development_folders(own: Path) -> list[Path]:
    """Folders of packages under development, such as a plugin installed in editable mode: their files count too."""
    installed = (sys.prefix, sys.base_prefix)
    folders = [Path(entry) for entry in sys.path if entry and not entry.startswith(installed)]
    # A command started by its path has its own folder there; the working directory is not the program's.
    return [folder for folder in folders if folder != own and (folder / "pyproject.toml").is_file()] + [
        folder for folder in folders if folder.name == "src" and (folder.parent / "pyproject.toml").is_file()
    ]


class Remote:
    """One request to the background local cloud of a state folder."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._reader = connection.makefile("rb")

    def request(self, operation: str, arguments: Mapping[str, Any], on_event: Callable[[dict[str, Any]], None]) -> Any:
        """The operation's result. Events come while it runs. Raises the error that the other side had.

        Closing the connection while it runs (Ctrl-C) cancels a run.
        """
        self._connection.sendall(json.dumps({"op": operation, **arguments}).encode() + b"\n")
        for line in self._reader:
            message = json.loads(line)
            if "event" in message:
                on_event(message["event"])
            elif "error" in message:
                raise _rebuilt(message["error"])
            else:
                return message["result"]
        raise LocalCloudError(
            "the background local cloud ended in the middle of the work",
            hint=f"run the command again; its log is {home() / 'logs' / 'background.log'}",
        )

    def hold(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        """Begin an operation that lasts until this connection is closed; gives its first answer."""
        return self.request(operation, arguments, lambda event: None)

    def wait(self) -> None:
        """Wait until the other side has ended, or this one is closed."""
        with contextlib.suppress(OSError, ValueError):
            while self._reader.readline():
                pass

    def abandon(self) -> None:
        """End whatever another thread waits for here."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._reader.close()
        self._connection.close()


@contextlib.contextmanager
def connect(folder: Path) -> Generator[Remote | None]:
    """The running background local cloud, or None."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        try:
            with short_address(folder / "control.sock") as address:
                connection.connect(address)
        except (FileNotFoundError, ConnectionRefusedError):
            yield None
            return
        except OSError as error:
            raise LocalCloudError(f"cannot reach the background local cloud: {error.strerror}") from error
        remote = Remote(connection)
        try:
            yield remote
        finally:
            remote.close()
    finally:
        connection.close()


@contextlib.contextmanager
def held(folder: Path, operation: str, arguments: Mapping[str, Any]) -> Generator[Any]:
    """An operation of the background local cloud that lasts as long as the `with`; its answer. Raises its error."""
    with connect(folder) as remote:
        if remote is None:
            raise LocalCloudError("the background local cloud went away", hint="run the command again")
        yield remote.hold(operation, arguments)


def status(folder: Path) -> dict[str, Any] | None:
    """What the background local cloud says of itself; None when none runs."""
    with connect(folder) as remote:
        return remote.request("status", {}, lambda event: None) if remote else None


def stop(folder: Path, seconds: float = STOP_SECONDS) -> bool:
    """Stop the background local cloud and wait until it is gone. False when none was running.

    One that is just starting is waited for: whoever started it may have been killed. One that does not end by itself within
    `seconds` is killed: what it has acknowledged is on the disk.
    """
    deadline = time.monotonic() + START_SECONDS
    running, held = _status_or_none(folder), _is_held(folder)
    while running is None and _is_held(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
        running = _status_or_none(folder)
    if running is None:
        if _is_held(folder):
            raise LocalCloudError("the background local cloud does not answer", hint=f"end the process {_holder(folder)}")
        return held
    with _process(running["pid"]) as process:
        with contextlib.suppress(LocalCloudError, OSError), connect(folder) as remote:
            if remote:
                remote.request("stop", {}, lambda event: None)
        if not _ended(folder, running["pid"], seconds) and process is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(process, signal.SIGKILL)
    if not _ended(folder, running["pid"], STOP_SECONDS):
        raise LocalCloudError(f"the background local cloud (process {running['pid']}) does not end", hint="end that process")
    return True


@contextlib.contextmanager
def _process(pid: int) -> Generator[int | None]:
    """A descriptor of the process, which never means another one; None for one that has ended."""
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _ended(folder: Path, pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while _alive(pid) or _is_held(folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _holder(folder: Path) -> str:
    return (folder / _LIFE).read_text().strip() or "agentic.local.background"


def _is_held(folder: Path) -> bool:
    """Whether a background local cloud lives, from before it starts until it has ended: it has a lock all that time."""
    try:
        with (folder / _LIFE).open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def ensure(folder: Path, on_start: Callable[[str], None]) -> None:
    """Have a fresh background local cloud running. `on_start` is told why one is being started."""
    if not sys.platform.startswith("linux"):
        raise UnsupportedPlatformError(
            f"the local cloud needs Linux, and this is {sys.platform}", hint="open the project in its dev container (README)"
        )
    digest = program_digest()
    running = _status_or_none(folder)
    if running and running["digest"] == digest:
        return
    _make(folder)
    with (folder / "start.lock").open("w") as lock:
        # Whoever comes second waits here, and then finds the first one's.
        fcntl.flock(lock, fcntl.LOCK_EX)
        running = _status_or_none(folder)
        if running and running["digest"] == digest:
            return
        if running:
            on_start("the program or its settings changed: starting a new local cloud")
            stop(folder)
        else:
            on_start("starting the local cloud (further runs answer at once)")
        _spawn(folder, digest)


def _status_or_none(folder: Path) -> dict[str, Any] | None:
    try:
        return status(folder)
    except LocalCloudError:
        # It died while we asked, or its socket is left over: the caller starts another.
        return None


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "logs").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"cannot write the state folder {folder}: {error.strerror}", hint="set AGENTIC_HOME to a folder you can write"
        ) from error


def _spawn(folder: Path, digest: str) -> None:
    reader, writer = os.pipe()
    try:
        with (folder / "logs" / "background.log").open("ab") as log, _life(folder) as life:
            numbers = (str(writer), str(life))
            command = [sys.executable, "-m", "agentic.local.background", str(folder), digest, *numbers]
            process = subprocess.Popen(  # noqa: S603 # our own interpreter and module
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(writer, life),
                start_new_session=True,
                cwd="/",
            )
            _started.append(process)
        os.close(writer)
        writer = -1
        line = _first_line(reader, process)
    except OSError as error:
        raise StorageError(f"cannot start the local cloud: {error.strerror}") from error
    finally:
        os.close(reader)
        if writer >= 0:
            os.close(writer)
    message = json.loads(line or b"{}")
    if "error" in message:
        raise _rebuilt(message["error"])
    if not message.get("ready"):
        raise LocalCloudError("the local cloud did not start", hint=f"see {folder / 'logs' / 'background.log'}")


@contextlib.contextmanager
def _life(folder: Path) -> Generator[int]:
    """The lock that a background local cloud is given for its life. One before it that is just ending is waited for."""
    descriptor = os.open(folder / _LIFE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + STOP_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise LocalCloudError(
                        "the background local cloud neither answers nor ends", hint="`agentic local stop`, then try again"
                    ) from None
                time.sleep(0.05)
        yield descriptor
    finally:
        # Whoever was started with it has it still.
        os.close(descriptor)


def _first_line(reader: int, process: "subprocess.Popen[bytes]") -> bytes:
    import select

    received = b""
    deadline = time.monotonic() + START_SECONDS
    try:
        while not received.endswith(b"\n"):
            ready, _, _ = select.select([reader], [], [], max(deadline - time.monotonic(), 0))
            chunk = os.read(reader, 65536) if ready else b""
            if not chunk:
                break
            received += chunk
    except BaseException:
        # Ctrl-C while it starts: what was not ready is not left behind.
        process.terminate()
        raise
    if not received:
        process.terminate()
    return received


def error_json(error: AgenticError) -> dict[str, Any]:
    """An error as it crosses the socket."""
    return {"code": error.code, "message": error.message, "hint": error.hint, "exit": int(error.exit_code)}


def _rebuilt(data: Mapping[str, Any]) -> AgenticError:
    kind = type("RemoteError", (AgenticError,), {"code": data["code"], "exit_code": ExitCode(data["exit"])})
    return kind(data["message"], hint=data["hint"])


@contextlib.contextmanager
def short_address(path: Path) -> Generator[str]:
    """A Unix socket's address may have 107 bytes: a longer path is reached through its folder's descriptor."""
    if len(os.fsencode(path)) < _SOCKET_PATH_LIMIT:
        yield str(path)
        return
    descriptor = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{path.name}"
    finally:
        os.close(descriptor)


def _alive(pid: int) -> bool:
    """Whether the process runs. One that has ended stays in the table until whoever started it asks; that is not running."""
    for process in [process for process in _started if process.poll() is not None]:
        _started.remove(process)
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
