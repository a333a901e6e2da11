"""What a zygote gives up before it imports an SDK, for itself and all its children. Layers are reported only after a look."""

import errno
import os
import socket
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from agentic.sandbox import landlock, namespaces, privileges
from agentic.sandbox.seccomp import Filter
from agentic.sandbox.syscalls import SCRIPT, ZYGOTE

# What local time and time zones are read from, and what compiled modules are linked to.
_TIME = ("/etc/localtime", "/usr/share/zoneinfo")
_SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", *_TIME)


class Confinement:
    """Confines this process, step by step: `enter` before the SDK is imported, `settle` after it, `script_filter` in a child.

    `library` are the folders with the SDK and our own package. `without` names layers to leave out, which is for measuring
    and for tests that show what a layer is good for.
    """

    def __init__(self, library: list[Path], without: Collection[str] = ()) -> None:
        self._library = [Path(os.__file__).parent, *library]
        self._without = without
        self._script_filter: Filter | None = None
        self._landlocked = False

    def enter(self) -> tuple[str, ...]:
        """Returns the layers that stand. What this machine does not offer is left out; the caller decides if that will do."""
        return tuple(self._enter())

    def settle(self) -> None:
        """After the imports: compiled modules are loaded, so that only the Python library needs to stay readable."""
        if self._landlocked:
            landlock.allow_reading([*self._library, *map(Path, _TIME)])

    def filter_script(self) -> bool:
        """In a child: whether the list of system calls for scripts stands."""
        return self._script_filter is not None and self._script_filter.install() and Filter.holds()

    def _enter(self) -> Iterator[str]:
        unprivileged = self._wants("no-new-privs") and privileges.no_new_privileges()
        if unprivileged:
            yield "no-new-privs"
        # Asked while there still is a /proc.
        root, nobody = os.getuid() == 0, privileges.unused_user()
        alone = not root and self._wants("own-root") and namespaces.own_user_namespace()
        if self._wants("own-network") and namespaces.no_network() and _offline():
            yield "own-network"
        if self._wants("own-ipc") and namespaces.own_ipc():
            yield "own-ipc"
        if self._wants("own-root"):
            namespaces.own_name()  # Nothing depends on it: the machine's name is nobody's business.
        rooted = self._wants("own-root") and namespaces.own_root(self._readable()) and _rooted()
        if rooted:
            yield "own-root"
        self._landlocked = self._wants("landlock") and unprivileged and landlock.version() > 0
        # Another user could not read a library in root's own folders without the right to read everything, and that right
        # is given only where there is not everything to be read.
        if root and self._wants("own-user") and (rooted or self._landlocked) and privileges.become(nobody):
            yield "own-user"
        if alone:
            privileges.drop_capabilities()
        if self._landlocked:
            self._landlocked = self._lock_files()
            if self._landlocked:
                yield "landlock"
        if unprivileged and self._wants("seccomp") and self._filter_calls():
            yield "zygote-seccomp"

    def _wants(self, layer: str) -> bool:
        return layer not in self._without

    def _readable(self) -> list[Path]:
        return [*self._library, Path(sys.base_prefix, "lib"), *_loader_path(), *map(Path, _SYSTEM)]

    def _lock_files(self) -> bool:
        try:
            landlock.allow_reading(self._readable())
        except OSError:
            return False
        # The root itself is under no path of the list.
        try:
            os.close(os.open("/", os.O_RDONLY | os.O_DIRECTORY))
        except OSError as error:
            return error.errno == errno.EACCES
        return False

    def _filter_calls(self) -> bool:
        try:
            own, self._script_filter = Filter(ZYGOTE), Filter(SCRIPT)
        except OSError:  # An architecture whose numbers are not known.
            return False
        return own.install() and Filter.holds()


def _loader_path() -> list[Path]:
    return [Path(folder) for folder in os.environ.get("LD_LIBRARY_PATH", "").split(":") if folder]


def _offline() -> bool:
    """Whether there is nothing but a loopback interface that is down."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
            trial.connect(("127.0.0.1", 9))
    except OSError as error:
        return error.errno == errno.ENETUNREACH
    return False


def _rooted() -> bool:
    return bool(os.statvfs("/").f_flag & os.ST_RDONLY) and not Path("/proc/self").exists()
