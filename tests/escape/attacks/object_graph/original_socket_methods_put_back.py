# attack: the guest patches socket in Python and keeps the originals: puts them back and connects to the machine's own ports
# expect: validator
# validator: refused
import sys

import _socket
import socket

TCP_PORT, UDP_PORT = int("@TCP_PORT@"), int("@UDP_PORT@")
network = sys.modules.get("agentic.sandbox.guest_network")


def by_the_kept_originals():
    socket.socket.__init__ = network._original_init
    socket.socket.connect = network._original_connect
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
        stream.settimeout(1)
        stream.connect(("127.0.0.1", TCP_PORT))
        return stream.getpeername()


def by_the_c_class():
    stream = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    stream.settimeout(1)
    stream.connect(("127.0.0.1", TCP_PORT))
    return stream.getpeername()


def by_a_datagram():
    datagram = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    return datagram.sendto(b"out", ("127.0.0.1", UDP_PORT))


def by_a_path():
    stream = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    stream.settimeout(1)
    stream.connect("@UNIX_SOCKET@")
    return stream.getpeername()


for way in (by_the_kept_originals, by_the_c_class, by_a_datagram, by_a_path):
    try:
        print(f"ESCAPED: {way.__name__} reached {way()!r}", flush=True)
    except Exception as error:
        print(way.__name__, type(error).__name__, error)
