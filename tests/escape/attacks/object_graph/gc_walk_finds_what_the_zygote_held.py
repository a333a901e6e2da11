# attack: thaws what the zygote froze and asks the garbage collector for its sockets, files and texts
# expect: validator
# validator: refused
import gc
import io
import os
import socket
import sys

CANARY = "CANARY" + "_7f3a"

# The zygote calls gc.freeze() before it forks, which only hides its objects from get_objects().
gc.unfreeze()
everything = gc.get_objects()

# One step further: what those objects refer to, for texts are not tracked themselves.
texts = set()
for thing in everything:
    for held in gc.get_referents(thing):
        if isinstance(held, str) and len(held) < 4096 and CANARY in held and held is not CANARY:
            texts.add(held)
        elif isinstance(held, (bytes, bytearray)) and CANARY.encode() in bytes(held):
            texts.add(bytes(held).decode("latin-1"))
if texts:
    print(f"ESCAPED: the fork's memory holds {texts}", flush=True)

# Sockets: the guest's line to its relay is its own; any other open one was the zygote's.
guest_network = sys.modules.get("agentic.sandbox.guest_network")
own = getattr(getattr(guest_network, "_relay", None), "control", None)
for thing in everything:
    try:
        if isinstance(thing, socket.socket) and thing is not own and thing.fileno() >= 0:
            os.fstat(thing.fileno())
            print(f"ESCAPED: an open socket of the zygote's: {thing!r}", flush=True)
        if isinstance(thing, io.FileIO) and not thing.closed and thing.fileno() > 2:
            os.fstat(thing.fileno())
            print(f"ESCAPED: an open file of the zygote's: {thing!r}", flush=True)
    except (OSError, ValueError, ReferenceError):
        continue
