# attack: imports the C modules below subprocess and ctypes themselves, which no patch of Python code can reach
# expect: validator
# validator: refused
import os

CANARY = "CANARY" + "_7f3a"


def by_fork_exec():
    """What subprocess calls in the end: fork and exec in one C function."""
    import _posixsubprocess

    reader, writer = os.pipe()
    error_reader, error_writer = os.pipe()
    _posixsubprocess.fork_exec(
        [b"/bin/cat", b"@CANARY_FILE@"], [b"/bin/cat"], True, (writer, error_writer), None, None,
        -1, -1, -1, writer, -1, -1, error_reader, error_writer, False, False, 0, -1, None, None, -1, None, False,
    )  # fmt: skip
    os.close(writer)
    return os.read(reader, 200)


def by_posix():
    """The C module below os: what a patch of os.fork and os.posix_spawn would not see."""
    import posix

    reader, writer = posix.pipe()
    child = posix.posix_spawn("/bin/cat", ["cat", "@CANARY_FILE@"], {}, file_actions=[(posix.POSIX_SPAWN_DUP2, writer, 1)])
    posix.close(writer)
    posix.waitpid(child, 0)
    return posix.read(reader, 200)


def by_a_module_made_in_memory():
    """dlopen by way of the import system. The library's compiled modules may be loaded, one from the script's bytes may not."""
    import _imp
    import sysconfig
    from importlib.machinery import ModuleSpec

    folder = sysconfig.get_path("platstdlib") + "/lib-dynload"
    name = next(name for name in os.listdir(folder) if name.startswith("_lsprof."))
    with open(f"{folder}/{name}", "rb") as file:
        machine_code = file.read()
    memory = os.memfd_create("module")
    os.write(memory, machine_code)
    _imp.create_dynamic(ModuleSpec("_lsprof", None, origin=f"/proc/self/fd/{memory}"))
    print("ESCAPED: machine code was loaded out of memory that the script filled", flush=True)
    return b""


for way in (by_fork_exec, by_posix, by_a_module_made_in_memory):
    try:
        data = way()
        if CANARY.encode() in data:
            print(f"ESCAPED: {way.__name__} read {data!r}", flush=True)
    except Exception as error:
        print(way.__name__, type(error).__name__, error)
