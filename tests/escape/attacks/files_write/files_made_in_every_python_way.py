# attack: makes something in a folder that everybody may write: files, folders, links, pipes, sockets, devices, nameless files
# expect: validator
# validator: refused
import os
import pathlib
import shutil
import socket
import tempfile

FOLDER = "@WATCH_DIR@"


def a_socket():
    """bind() makes a file."""
    line = socket.socket(socket.AF_UNIX)
    line.bind(f"{FOLDER}/socket")


def a_nameless_file():
    fd = os.open(FOLDER, os.O_TMPFILE | os.O_RDWR, 0o600)
    os.link(f"/proc/self/fd/{fd}", f"{FOLDER}/nameless", src_dir_fd=0, follow_symlinks=True)


def a_folder():
    os.mkdir(f"{FOLDER}/folder")
    os.rmdir(f"{FOLDER}/folder")
    print("ESCAPED: made a folder, and took it away", flush=True)


def a_tree():
    try:
        shutil.copytree(os.path.dirname(os.__file__) + "/json", f"{FOLDER}/tree")
    finally:
        if os.path.exists(f"{FOLDER}/tree"):
            print("ESCAPED: copied a folder, and took it away", flush=True)
            shutil.rmtree(f"{FOLDER}/tree")


ways = {
    "open": lambda: open(f"{FOLDER}/open", "w").close(),
    "exclusive": lambda: open(f"{FOLDER}/exclusive", "x").close(),
    "append": lambda: open(f"{FOLDER}/append", "a").close(),
    "os.open": lambda: os.close(os.open(f"{FOLDER}/os_open", os.O_CREAT | os.O_WRONLY)),
    "reading, but creating": lambda: os.close(os.open(f"{FOLDER}/created", os.O_CREAT | os.O_RDONLY)),
    "touch": lambda: pathlib.Path(f"{FOLDER}/touched").touch(),
    "mkstemp": lambda: tempfile.mkstemp(dir=FOLDER),
    "symlink": lambda: os.symlink("@CANARY_FILE@", f"{FOLDER}/symlink"),
    "link": lambda: os.link("@CANARY_FILE@", f"{FOLDER}/link"),
    "fifo": lambda: os.mkfifo(f"{FOLDER}/fifo"),
    "node": lambda: os.mknod(f"{FOLDER}/node"),
    "socket": a_socket,
    "nameless": a_nameless_file,
    "folder": a_folder,
    "tree": a_tree,
}
for name, way in ways.items():
    try:
        way()
    except Exception as error:
        print(name, type(error).__name__, error)
