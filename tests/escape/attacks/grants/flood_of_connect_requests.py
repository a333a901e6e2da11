# attack: a hundred thousand connect requests without reading an answer, and streams that are never used, wear the relay out
# expect: broker
# validator: refused
import json
import os
import socket
import stat
import time


def control_sockets():
    """The socket by which connections are asked of the relay: a Unix socket that keeps messages apart."""
    for number in range(3, 256):
        try:
            if not stat.S_ISSOCK(os.fstat(number).st_mode):
                continue
        except OSError:
            continue
        found = socket.socket(fileno=os.dup(number))
        if found.type == socket.SOCK_SEQPACKET:
            yield found


for control in control_sockets():
    control.setblocking(False)
    sent = 0
    end = time.monotonic() + 0.7
    while time.monotonic() < end and sent < 100_000:
        try:
            control.send(json.dumps({"host": "api.stripe.com", "port": 443}).encode())
            sent += 1
        except BlockingIOError:
            # It is full: the relay waits for us, as it should.
            time.sleep(0.001)
        except OSError as error:
            print(error)
            break
    print("sent", sent)
    streams = []
    end = time.monotonic() + 0.7
    while time.monotonic() < end:
        try:
            answer, descriptors, *_ = socket.recv_fds(control, 4096, 1)
        except BlockingIOError:
            time.sleep(0.001)
            continue
        except OSError as error:
            print(error)
            break
        if not answer:
            break
        streams += descriptors
    print("streams", len(streams))
    if len(streams) > 64:
        print("ESCAPED: one script holds", len(streams), "connections of the relay", flush=True)
