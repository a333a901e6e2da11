# attack: a file can be changed by name alone: mode, times, owner, length, attributes, a new name (Landlock judges few of these)
# expect: validator
# validator: refused
import ctypes
import os

PATH = "@CANARY_FILE@"
libc = ctypes.CDLL(None, use_errno=True)
X86 = os.uname().machine == "x86_64"
CHMODAT2, UTIMENSAT = 452, 280 if X86 else 88


def changed(name, look, change):
    """Proof is a second look at the file, not that the call returned."""
    try:
        before = look()
        change()
        after = look()
    except OSError as error:
        print(name, error)
        return
    if before != after:
        print(f"ESCAPED: {name}: {before!r} became {after!r}", flush=True)


def times():
    return os.stat(PATH).st_mtime_ns


def attributes():
    return os.listxattr(PATH)


changed("utime", times, lambda: os.utime(PATH, (1, 1)))
changed("utime by path handle", times, lambda: os.utime(os.open(PATH, os.O_PATH), (2, 2)))
changed("utime by number", times, lambda: libc.syscall(ctypes.c_long(UTIMENSAT), -100, PATH.encode(), None, 0))
changed("chmod", lambda: os.stat(PATH).st_mode, lambda: os.chmod(PATH, 0o600))
changed("chmod2", lambda: os.stat(PATH).st_mode, lambda: libc.syscall(ctypes.c_long(CHMODAT2), -100, PATH.encode(), 0o644, 0))
changed("truncate", lambda: os.stat(PATH).st_size, lambda: os.truncate(PATH, 3))
changed("truncate by opening", lambda: os.stat(PATH).st_size, lambda: os.open(PATH, os.O_RDONLY | os.O_TRUNC))
changed("attribute", attributes, lambda: os.setxattr(PATH, "user.mark", b"1"))
changed("owner", lambda: os.stat(PATH).st_uid, lambda: os.chown(PATH, 12345, -1))
changed("name", lambda: os.path.exists(PATH), lambda: os.rename(PATH, PATH + ".moved"))
if os.path.exists(PATH + ".moved"):
    os.rename(PATH + ".moved", PATH)
