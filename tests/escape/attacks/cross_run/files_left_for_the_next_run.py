# attack: every folder that a run may write to is a mailbox: temporary folders, the library's own, locks and extended attributes
# expect: sandbox
# validator: refused
import fcntl
import os
import sys
import tempfile

import stripe

FOLDERS = ("/tmp", "/dev/shm", "@WATCH_DIR@")
LIBRARY = (stripe.__file__, os.__file__, stripe.__cached__ or stripe.__file__, sys.executable)


def write(folder):
    path = f"{folder}/agentic_attack_{os.getpid()}"
    number = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    print("ESCAPED: a file was left in", folder, flush=True)
    os.close(number)
    os.unlink(path)


def make_folder(folder):
    path = f"{folder}/agentic_attack_folder_{os.getpid()}"
    os.mkdir(path)
    print("ESCAPED: a folder was made in", folder, flush=True)
    os.rmdir(path)


def link(folder):
    path = f"{folder}/agentic_attack_link_{os.getpid()}"
    os.symlink("left", path)
    print("ESCAPED: a link was made in", folder, flush=True)
    os.unlink(path)


def nameless(folder):
    # A file without a name is given one later.
    number = os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600)
    print("ESCAPED: a nameless file in", folder, os.fstat(number).st_ino, flush=True)


def mark(folder):
    # Attributes and locks of what is there already need no new file.
    number = os.open(folder, os.O_RDONLY)
    fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    print("ESCAPED: a lock on", folder, flush=True)
    os.setxattr(folder, "user.agentic", b"left")
    print("ESCAPED: an attribute was left on", folder, flush=True)
    os.removexattr(folder, "user.agentic")


def append_to_the_library(path):
    # Opened, and nothing written: that it opens is enough.
    os.close(os.open(path, os.O_WRONLY | os.O_APPEND))
    print("ESCAPED: a file of the library can be written:", path, flush=True)


for attempt in (write, make_folder, link, nameless, mark):
    for folder in FOLDERS:
        try:
            attempt(folder)
        except OSError as error:
            print(attempt.__name__, folder, error)
for path in LIBRARY:
    try:
        append_to_the_library(path)
    except OSError as error:
        print(path, error)
try:
    print("ESCAPED: a temporary file", tempfile.mkstemp(dir="@WATCH_DIR@"), flush=True)
except OSError as error:
    print(error)
