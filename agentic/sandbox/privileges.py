"""Giving up what a process may do because of who it is: root's user id, capabilities, and gaining any by starting programs."""

import ctypes
import os
import struct
from pathlib import Path

from agentic.sandbox.libc import prctl, syscall

_PR_SET_KEEPCAPS, _PR_CAPBSET_DROP = 8, 24
_PR_SET_NO_NEW_PRIVS, _PR_GET_NO_NEW_PRIVS = 38, 39
_CAPGET, _CAPSET = {"x86_64": (125, 126), "aarch64": (90, 91)}.get(os.uname().machine, (-1, -1))
_CAPABILITY_VERSION = 0x20080522
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH, _CAP_LAST = 1, 2, 40

# Private numbers, one per zygote: no file belongs to them, and no other process.
_FIRST_USER = 2_000_000_000
_NOBODY = 65534


def no_new_privileges() -> bool:
    """Whether no program that this process starts can have more rights. Refused inside AWS Lambda."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)
    return prctl(_PR_GET_NO_NEW_PRIVS) == 1


def become(user: int) -> bool:
    """Whether root now is `user`, with one capability: to read files whatever their mode.

    An SDK may lie in folders of root's own. To be used only where something else (Landlock, a root of its own) says which
    files there are.
    """
    # Containers often have only the larger of the two; what it adds is writing, which those layers forbid.
    kept = next((one for one in (_CAP_DAC_READ_SEARCH, _CAP_DAC_OVERRIDE) if _has(one)), None)
    try:
        prctl(_PR_SET_KEEPCAPS, 1)
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        _set_capabilities(0 if kept is None else 1 << kept)
    except OSError:
        return False
    return os.getresuid() == (user, user, user)


def drop_capabilities() -> bool:
    """Whether this process has no capabilities; in a user namespace of its own it had all of them there."""
    for capability in range(_CAP_LAST + 1):
        prctl(_PR_CAPBSET_DROP, capability)
    try:
        _set_capabilities(0)
    except OSError:
        return False
    return _capabilities() == 0


def unused_user() -> int:
    """A number that is nobody else's, or nobody's usual one where a container has no others. Reads /proc."""
    wanted = _FIRST_USER + os.getpid()
    for line in Path("/proc/self/uid_map").read_text().splitlines():
        first, _, count = map(int, line.split())
        if first <= wanted < first + count:
            return wanted
    return _NOBODY


def _has(capability: int) -> bool:
    return bool(_capabilities() >> capability & 1)


def _capabilities() -> int:
    """The permitted ones, as a bit set."""
    data = ctypes.create_string_buffer(24)
    syscall(_CAPGET, struct.pack("=Ii", _CAPABILITY_VERSION, 0), data)
    _, low, _, _, high, _ = struct.unpack("=IIIIII", data.raw)
    return low | high << 32


def _set_capabilities(wanted: int) -> None:
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    low, high = wanted & 0xFFFFFFFF, wanted >> 32
    syscall(_CAPSET, header, struct.pack("=IIIIII", low, low, 0, high, high, 0))
