"""Landlock: a process's own list of folders that it may read; everything else of the file system is out of its reach.

Rules stack: a process may narrow its list again, never widen it. Source: Documentation/userspace-api/landlock.rst.
"""

import os
import struct
from collections.abc import Iterable
from pathlib import Path

from agentic.sandbox.libc import syscall

# The same numbers on every architecture.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG, _PATH_BENEATH = 1, 1

_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
# How many rights over files each version of the interface knows: execute to make_sym, refer, truncate, ioctl_dev.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
# From these versions on: TCP bind and connect; abstract Unix sockets and signals outside its own domain.
_NET_FROM, _NET_RIGHTS = 4, 0b11
_SCOPE_FROM, _SCOPES = 6, 0b11


def version() -> int:
    """The kernel's version of the interface, 0 where there is none."""
    try:
        return syscall(_CREATE_RULESET, 0, 0, _VERSION_FLAG)
    except OSError:
        return 0


def allow_reading(paths: Iterable[Path]) -> int:
    """From now on this process and its children read only files and folders under `paths`; returns the version.

    They can write, make, rename and execute nothing, use no TCP, and reach no abstract Unix socket and no process outside by a
    signal, as far as the version goes. Paths that are not there are left out. Needs no_new_privs. Raises `OSError`.
    """
    found = version()
    if not found:
        raise OSError("the kernel has no Landlock")
    handled = (1 << _FILE_RIGHTS.get(found, max(_FILE_RIGHTS.values()))) - 1
    attributes = struct.pack("=QQQ", handled, _NET_RIGHTS if found >= _NET_FROM else 0, _SCOPES if found >= _SCOPE_FROM else 0)
    # Older kernels take the part of the structure that they know; what follows may only be zero.
    ruleset = syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    try:
        for path in paths:
            _allow(ruleset, path)
        syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return found


def _allow(ruleset: int, path: Path) -> None:
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rights = _READ_FILE | (_READ_DIR if path.is_dir() else 0)
        syscall(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, beneath), 0)
    finally:
        os.close(beneath)
