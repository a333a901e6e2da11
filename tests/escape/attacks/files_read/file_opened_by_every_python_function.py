# attack: opens a planted file by each of Python's own ways, from open() down to os.open, with text, bytes and numbers for names
# expect: validator
# validator: refused
import codecs
import fileinput
import io
import mmap
import os
import pathlib

CANARY = "CANARY" + "_7f3a"
PATH = "@CANARY_FILE@"


def by_descriptor():
    return os.read(os.open(PATH, os.O_RDONLY), 200)


def by_bytes_name():
    return os.read(os.open(os.fsencode(PATH), os.O_RDONLY | os.O_NOFOLLOW), 200)


def by_folder_descriptor():
    folder = os.open(os.path.dirname(PATH), os.O_RDONLY | os.O_DIRECTORY)
    return os.read(os.open(os.path.basename(PATH), os.O_RDONLY, dir_fd=folder), 200)


def by_an_opener():
    return open(PATH, opener=lambda path, flags: os.open(path, os.O_RDWR)).read()


def by_mapping():
    with open(PATH, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as area:
        return area[:]


def by_sending():
    """The bytes go from the file to the output inside the kernel and are never in this process."""
    return str(os.sendfile(1, os.open(PATH, os.O_RDONLY), 0, 200))


def by_splicing():
    return str(os.splice(os.open(PATH, os.O_RDONLY), 1, 200))


def by_copying():
    return str(os.copy_file_range(os.open(PATH, os.O_RDONLY), 1, 200))


ways = {
    "open": lambda: open(PATH).read(),
    "io.open_code": lambda: io.open_code(PATH).read(),
    "io.FileIO": lambda: io.FileIO(PATH).read(),
    "codecs.open": lambda: codecs.open(PATH, encoding="utf-8").read(),
    "pathlib": lambda: pathlib.Path(PATH).read_text(),
    "fileinput": lambda: "".join(fileinput.input([PATH])),
    "os.open": by_descriptor,
    "bytes": by_bytes_name,
    "dir_fd": by_folder_descriptor,
    "opener": by_an_opener,
    "mmap": by_mapping,
    "sendfile": by_sending,
    "splice": by_splicing,
    "copy_file_range": by_copying,
}
for name, way in ways.items():
    try:
        data = way()
        text = data.decode() if isinstance(data, bytes) else data
        if CANARY in text:
            print(f"ESCAPED: {name} read {text!r}", flush=True)
    except Exception as error:
        print(name, type(error).__name__, error)
