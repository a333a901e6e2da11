# attack: opens descriptors until the table is full, by pipes, copies and socket pairs, and asks for a bigger table
# expect: validator
# validator: refused
import os
import resource
import select
import socket

opened = []
for name, way in {
    "pipes": lambda: os.pipe(),
    "copies": lambda: (os.dup(1),),
    "pairs": lambda: [end.detach() for end in socket.socketpair()],
    "polls": lambda: (os.dup(select.epoll().fileno()),),
    "events": lambda: (os.eventfd(0),),
    "files": lambda: (os.open(os.__file__, os.O_RDONLY),),
}.items():
    try:
        while len(opened) < 5000:
            opened += way()
    except OSError as error:
        print(name, len(opened), error)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (OSError, ValueError) as error:
        print(soft, hard, error)
if len(opened) >= 1000:
    print(f"ESCAPED: {len(opened)} descriptors at the same time", flush=True)
# The highest number that a copy may have, which is a table as large.
try:
    os.dup2(1, 1_000_000)
    print("ESCAPED: a table of a million descriptors", flush=True)
except OSError as error:
    print(error)
