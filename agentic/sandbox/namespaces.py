"""A view of the machine of the process's own: a root that holds the given folders only, read-only, and no network.

Root may make it directly; anybody else inside a user namespace, where the kernel and the distribution allow those.
"""

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

from agentic.sandbox.libc import libc, syscall

_NEW_USER, NEW_MOUNT, _NEW_NETWORK, _NEW_IPC = 0x10000000, 0x20000, 0x40000000, 0x08000000
_NEW_UTS = 0x04000000
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 0x2, 0x4, 0x8, 0x1000, 0x4000, 0x40000
_MNT_DETACH = 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_MOUNT_ATTR_RDONLY, _MOUNT_ATTR_NOSUID, _MOUNT_ATTR_NODEV = 0x1, 0x2, 0x4
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_MOUNT_SETATTR = 442  # On every architecture.
# Where the new root may be put together; only inside this process's own view.
_PLACES = ("/tmp", "/mnt", "/media", "/srv", "/opt", "/run", "/var/tmp", "/home")  # noqa: S108 (a mount point; nothing is written)


def own_user_namespace() -> bool:
    """Whether this process now is its own user's alone, with rights over new namespaces and over nothing else. Not for root."""
    user, group = os.getuid(), os.getgid()
    if not _unshare(_NEW_USER):
        return False
    try:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    except OSError:
        return False
    return True


def no_network() -> bool:
    """Whether this process now has a network with nothing in it."""
    return _unshare(_NEW_NETWORK)


def own_ipc() -> bool:
    """Whether this process now shares no System V or POSIX queues, semaphores and memory."""
    return _unshare(_NEW_IPC)


def own_name() -> bool:
    """Whether this process now runs on a machine of no name."""
    name = b"sandbox"
    return _unshare(_NEW_UTS) and libc.sethostname(name, len(name)) == 0


def own_root(paths: Iterable[Path]) -> bool:
    """Whether this process now sees nothing of the file system but `paths`, read-only. What is not there is left out."""
    wanted = [path for path in paths if path.exists()]
    real = [path.resolve() for path in wanted]
    place = next((Path(item) for item in _PLACES if _fits(Path(item), real)), None)
    if place is None or not _unshare(NEW_MOUNT):
        return False
    try:
        mount("none", "/", "", MS_REC | MS_PRIVATE)
        mount("tmpfs", str(place), "tmpfs", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC, "size=1m,mode=0755")
    except OSError:
        return False
    try:
        _fill(place, wanted)
        _set_attributes(place, _MOUNT_ATTR_RDONLY | _MOUNT_ATTR_NOSUID | _MOUNT_ATTR_NODEV)
        os.chdir(place)
        syscall(_PIVOT_ROOT[os.uname().machine], b".", b".")
    except (OSError, KeyError):
        # Nothing is changed yet but for this process's own view of one folder.
        libc.umount2(str(place).encode(), _MNT_DETACH)
        os.chdir("/")
        return False
    libc.umount2(b".", _MNT_DETACH)
    os.chdir("/")
    return True


def _fits(place: Path, paths: list[Path]) -> bool:
    return place.is_dir() and not place.is_symlink() and not any(path.is_relative_to(place) for path in paths)


def _fill(root: Path, paths: list[Path]) -> None:
    before = os.umask(0o022)
    try:
        bound: list[Path] = []
        for path in sorted({path.resolve() for path in paths}):
            if not any(path.is_relative_to(other) for other in bound):
                _bind(path, root / path.relative_to("/"))
                bound.append(path)
        for path in paths:
            _copy_links(path, root)
    finally:
        os.umask(before)


def _bind(source: Path, target: Path) -> None:
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    mount(str(source), str(target), "", MS_BIND | MS_REC)


def _copy_links(path: Path, root: Path) -> None:
    """Makes the symbolic links on the way to `path` again, so that the same name leads to the same place."""
    for part in [*reversed(path.parents), path]:
        here = root / part.relative_to("/")
        if part.is_symlink() and not here.is_symlink() and not here.exists():
            here.parent.mkdir(parents=True, exist_ok=True)
            here.symlink_to(part.readlink())
            target = (part.parent / part.readlink()).absolute()
            _copy_links(Path(os.path.normpath(target)), root)


def _set_attributes(place: Path, attributes: int) -> None:
    """Adds to what each mount already is, which a user namespace may do too; the older remount would have to repeat it all."""
    request = struct.pack("=QQQQ", attributes, 0, 0, 0)
    syscall(_MOUNT_SETATTR, _AT_FDCWD, str(place).encode(), _AT_RECURSIVE, request, len(request))


def _unshare(what: int) -> bool:
    return libc.unshare(what) == 0


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    ctypes.set_errno(0)
    if libc.mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode()) != 0:
        raise OSError(ctypes.get_errno(), f"mount {target}: {os.strerror(ctypes.get_errno())}")
