"""`python -m tests.sandbox.poor_container COMMAND…`: runs a command where the kernel refuses Landlock and namespaces.

So it is in containers with default options on a kernel without Landlock: no layer keeps a script from files.
"""

import ctypes
import os
import struct
import sys

from agentic.sandbox.libc import prctl

# landlock_create_ruleset; unshare, mount, pivot_root on x86_64 and aarch64.
_REFUSED = {"x86_64": (444, 272, 165, 155), "aarch64": (444, 97, 40, 41)}
_NO_NEW_PRIVS, _SECCOMP, _FILTER = 38, 22, 2


def become_poor() -> None:
    """Installs a filter that answers EPERM to those calls, for this process and all that it starts."""
    numbers = _REFUSED[os.uname().machine]
    steps = [(0x20, 0, 0, 0)]
    steps += [(0x15, len(numbers) - at, 0, number) for at, number in enumerate(numbers)]
    steps += [(0x06, 0, 0, 0x7FFF0000), (0x06, 0, 0, 0x50001)]
    program = b"".join(struct.pack("=HBBI", *step) for step in steps)
    held = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(held)))
    if prctl(_NO_NEW_PRIVS, 1) or prctl(_SECCOMP, _FILTER, ctypes.addressof(header)):
        raise OSError("no filter can be installed here")


def main() -> None:
    become_poor()
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 (what the caller asks for)


if __name__ == "__main__":
    main()
