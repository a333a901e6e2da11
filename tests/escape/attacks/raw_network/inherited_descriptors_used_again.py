# attack: a descriptor that was left open over the fork may be a socket of the owner; each open number is tried as one
# expect: sandbox
# validator: refused
import _socket
import os

for number in range(3, 256):
    try:
        what = os.fstat(number)
    except OSError:
        continue
    try:
        taken = _socket.socket(fileno=os.dup(number))
    except OSError as error:
        print(number, oct(what.st_mode), error)
        continue
    print(number, taken.family, taken.type)
    if taken.family in (_socket.AF_INET, _socket.AF_INET6):
        try:
            print("ESCAPED: an internet socket was inherited:", taken.getsockname(), flush=True)
        except OSError:
            pass
    # A listener would give us somebody else's connections.
    taken.setblocking(False)
    try:
        taken._accept()
        print("ESCAPED: a listener was inherited", flush=True)
    except OSError:
        pass
    # A connected socket may be turned to another place.
    for place in ("@UNIX_SOCKET@", b"\0agentic"):
        try:
            taken.connect(place)
            print("ESCAPED: descriptor", number, "now leads to", place, flush=True)
        except OSError as error:
            print(number, "connect", error)
    # And a bound one may be listened on.
    try:
        taken.bind("@WATCH_DIR@/inherited")
    except OSError as error:
        print(number, "bind", error)
