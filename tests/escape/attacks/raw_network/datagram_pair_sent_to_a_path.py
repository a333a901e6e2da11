# attack: socketpair has to be allowed for asyncio, but a datagram end of a pair can still send to, connect to or take any path
# expect: sandbox
# validator: refused
import os
import socket

_socket = socket._socket
FOREIGN = ("@UNIX_SOCKET@", "@UNIX_SOCKET@.datagram", "/dev/log", "/run/systemd/journal/socket", "/run/systemd/notify")


def pair(kind=socket.SOCK_DGRAM):
    return _socket.socketpair(socket.AF_UNIX, kind)[0]


def send_to_paths():
    for path in FOREIGN:
        try:
            # An empty datagram does no harm, and the kernel takes it only when somebody is there.
            pair().sendto(b"", path)
            print("ESCAPED: a datagram was delivered at", path, flush=True)
        except OSError as error:
            print("sendto", path, error)


def reconnect_to_paths():
    for path in FOREIGN:
        try:
            made = pair()
            made.connect(path)
            print("ESCAPED: the pair's end is connected to", path, flush=True)
        except OSError as error:
            print("connect", path, error)


def take_a_path():
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
        try:
            pair(kind).bind(f"@WATCH_DIR@/taken{kind}")
        except OSError as error:
            print("bind", kind, error)


def other_families():
    # A filter that allows socketpair for every family would allow these.
    for family in (socket.AF_INET, socket.AF_INET6, 16, 30):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
            try:
                made = _socket.socketpair(family, kind)[0]
                print("ESCAPED: a pair of family", family, os.readlink(f"/proc/self/fd/{made.fileno()}"), flush=True)
            except OSError:
                continue


for attempt in (send_to_paths, reconnect_to_paths, take_a_path, other_families):
    try:
        attempt()
    except Exception as error:
        print(attempt.__name__, type(error).__name__, error)
