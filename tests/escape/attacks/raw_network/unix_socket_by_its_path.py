# attack: Unix sockets are files: they are in every network namespace, and Landlock did not stop a connect for years
# expect: sandbox
# validator: refused
import _socket
import ctypes
import os
import socket
import struct

PATH = "@UNIX_SOCKET@"


def contact(made, where):
    made.settimeout(0.5)
    made.connect(where)
    made.sendall(b"hello")
    print("ESCAPED: connected to", where, flush=True)


def as_python_does():
    contact(socket.socket(socket.AF_UNIX), PATH)


def as_bytes_by_the_c_module():
    contact(_socket.socket(_socket.AF_UNIX), PATH.encode())


def through_a_folder_descriptor():
    # By way of /proc a path never names the folder it goes through.
    folder = os.open(os.path.dirname(PATH), os.O_PATH)
    contact(_socket.socket(_socket.AF_UNIX), f"/proc/self/fd/{folder}/{os.path.basename(PATH)}")


def by_a_packet_socket():
    contact(_socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET), PATH)


def by_libc():
    libc = ctypes.CDLL(None, use_errno=True)
    made = libc.socket(1, 1, 0)
    address = struct.pack("=H", 1) + PATH.encode() + b"\0"
    if libc.connect(made, address, len(address)) != 0:
        raise OSError(ctypes.get_errno(), "connect")
    print("ESCAPED: connected by libc", flush=True)


def to_the_container_engine():
    # Reaching one of these is reaching the machine.
    for path in (
        "/var/run/docker.sock",
        "/run/containerd/containerd.sock",
        "/run/podman/podman.sock",
        "/run/dbus/system_bus_socket",
    ):
        try:
            # Nothing is said to them: where there is no wall they are real.
            _socket.socket(_socket.AF_UNIX).connect(path)
            print("ESCAPED: connected to", path, flush=True)
        except OSError as error:
            print(path, error)


for attempt in (
    as_python_does,
    as_bytes_by_the_c_module,
    through_a_folder_descriptor,
    by_a_packet_socket,
    by_libc,
    to_the_container_engine,
):
    try:
        attempt()
    except Exception as error:
        print(attempt.__name__, type(error).__name__, error)
