# attack: looks for any place that takes a byte and keeps it for the next run: /tmp, /dev/shm, /run, home, here
# expect: validator
# validator: refused
import os
import tempfile

NAME = "left_by_a_script"
PLACES = [
    "/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run", "/run/lock", "/run/user/0", "/var/lock", "/var/spool",
    "/var/crash", os.path.expanduser("~"), os.getcwd(), "/mnt", "/srv", "/home", "/proc/self/cwd", "/proc/self/root/tmp",
    "/dev",
]  # fmt: skip
PLACES += tempfile._candidate_tempdir_list()

for place in dict.fromkeys(PLACES):
    path = os.path.join(place, NAME)
    if os.path.exists(path):
        print(f"ESCAPED: {path} is there from an earlier run", flush=True)
    made = False
    try:
        # One byte would be enough; even an empty file's name is a message.
        fd = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
        made = True
        os.write(fd, b"1")
    except OSError as error:
        print(place, error.strerror)
    if made:
        print(f"ESCAPED: {path} can be made", flush=True)
        os.unlink(path)

for way in (tempfile.NamedTemporaryFile, tempfile.TemporaryFile, tempfile.SpooledTemporaryFile):
    try:
        file = way()
        getattr(file, "rollover", lambda: None)()
        print(f"ESCAPED: {way.__name__} made {getattr(file, 'name', file)!r}", flush=True)
        file.close()
    except OSError as error:
        print(way.__name__, error)
