# attack: writes a zip with a module, in a folder or only in memory, puts it on sys.path and imports code that no validator saw
# expect: validator
# validator: refused
import io
import os
import sys
import zipfile

buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w") as archive:
    archive.writestr("brought_along.py", "ANSWER = 'this code came from a zip'\n")
DATA = buffer.getvalue()


def file_in(folder):
    path = f"{folder}/brought_along_{os.getpid()}.zip"
    with open(path, "wb") as file:
        file.write(DATA)
    return path


def in_memory():
    memory = os.memfd_create("zip")
    os.write(memory, DATA)
    return f"/proc/self/fd/{memory}"


for name, way in {
    "the watched folder": lambda: file_in("@WATCH_DIR@"),
    "/tmp": lambda: file_in("/tmp"),
    "/dev/shm": lambda: file_in("/dev/shm"),
    "memory": in_memory,
}.items():
    path = ""
    try:
        path = way()
        sys.path.insert(0, path)
        import brought_along

        print(f"ESCAPED: from {name}: {brought_along.ANSWER}", flush=True)
    except Exception as error:
        print(name, type(error).__name__, error)
    finally:
        sys.modules.pop("brought_along", None)
        sys.path_importer_cache.clear()
        # What was left by a write that a limit cut short is removed as well, but for the watched folder.
        if "/tmp" == name or "/dev/shm" == name:
            try:
                os.unlink(f"{name}/brought_along_{os.getpid()}.zip")
            except OSError:
                pass
