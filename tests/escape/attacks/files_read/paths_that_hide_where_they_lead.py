# attack: file rules go by place: comes to the planted file by detours, links in /proc, handles without rights
# expect: validator
# validator: refused
import os

CANARY = "CANARY" + "_7f3a"
PATH = "@CANARY_FILE@"
LIBRARY = os.path.dirname(os.__file__)
UP = "/".join([".."] * 20)


def path_handle_opened_again():
    """O_PATH gives a handle without a right to read; /proc turns it into one with it."""
    handle = os.open(PATH, os.O_PATH)
    return os.open(f"/proc/self/fd/{handle}", os.O_RDONLY)


def folder_handle_then_name():
    folder = os.open(os.path.dirname(PATH), os.O_PATH | os.O_DIRECTORY)
    return os.open(os.path.basename(PATH), os.O_RDONLY, dir_fd=folder)


def changed_folder():
    os.chdir(os.path.dirname(PATH))
    return os.open(os.path.basename(PATH), os.O_RDONLY)


def from_an_allowed_folder():
    """The library's folder is open to it; above it is everything."""
    folder = os.open(LIBRARY, os.O_RDONLY | os.O_DIRECTORY)
    return os.open(UP + PATH, os.O_RDONLY, dir_fd=folder)


def fchdir_and_up():
    os.fchdir(os.open(LIBRARY, os.O_RDONLY | os.O_DIRECTORY))
    return os.open(UP + PATH, os.O_RDONLY)


def linked():
    os.symlink(PATH, "@WATCH_DIR@/link")
    return os.open("@WATCH_DIR@/link", os.O_RDONLY)


ways = {
    "the library's folder and up": lambda: os.open(f"{LIBRARY}/{UP}{PATH}", os.O_RDONLY),
    "own root": lambda: os.open(f"/proc/self/root{PATH}", os.O_RDONLY),
    "the thread's root": lambda: os.open(f"/proc/thread-self/root{PATH}", os.O_RDONLY),
    "the zygote's root": lambda: os.open(f"/proc/{os.getppid()}/root{PATH}", os.O_RDONLY),
    "the owner's root": lambda: os.open(f"/proc/@OWNER_PID@/root{PATH}", os.O_RDONLY),
    "the owner's folder": lambda: os.open(f"/proc/@OWNER_PID@/cwd/{UP}{PATH}", os.O_RDONLY),
    "own folder": lambda: os.open(f"/proc/self/cwd/{UP}{PATH}", os.O_RDONLY),
    "double slashes": lambda: os.open("//" + PATH.replace("/", "/./"), os.O_RDONLY),
    "O_PATH": path_handle_opened_again,
    "a folder's handle": folder_handle_then_name,
    "chdir": changed_folder,
    "dir_fd of the library": from_an_allowed_folder,
    "fchdir": fchdir_and_up,
    "a link": linked,
}
for name, way in ways.items():
    try:
        text = os.read(way(), 200).decode()
        if CANARY in text:
            print(f"ESCAPED: {name}: read {text!r}", flush=True)
    except OSError as error:
        print(name, error)
