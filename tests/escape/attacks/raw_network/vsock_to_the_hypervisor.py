# attack: in a virtual machine (Firecracker, Lambda) a vsock leads past every network rule to the host or the guest
# expect: sandbox
# validator: refused
import _socket
import ctypes
import fcntl
import os
import struct

AF_VSOCK = 40
libc = ctypes.CDLL(None, use_errno=True)


def own_context_id():
    device = os.open("/dev/vsock", os.O_RDONLY)
    print("ESCAPED: the machine's context id is", struct.unpack("=I", fcntl.ioctl(device, 0x7B9, bytes(4)))[0], flush=True)


def to_itself(kind):
    # CID 1 is the loopback: a server and a client in one process show that the family works. The host (CID 2) is left alone.
    server = _socket.socket(AF_VSOCK, kind)
    server.bind((0xFFFFFFFF, 50123))
    server.listen(1)
    client = _socket.socket(AF_VSOCK, kind)
    client.settimeout(0.2)
    client.connect((1, 50123))
    print("ESCAPED: a vsock connection, type", kind, flush=True)


def bound_by_libc():
    made = libc.socket(AF_VSOCK, 1, 0)
    if made < 0:
        raise OSError(ctypes.get_errno(), "socket")
    # struct sockaddr_vm: family, reserved, port, cid. To be bound is to be reachable for the host.
    address = struct.pack("=HHII4x", AF_VSOCK, 0, 50124, 0xFFFFFFFF)
    if libc.bind(made, address, len(address)) == 0 and libc.listen(made, 1) == 0:
        print("ESCAPED: it waits for the host on a vsock", flush=True)


for attempt in (
    own_context_id,
    lambda: to_itself(_socket.SOCK_STREAM),
    lambda: to_itself(_socket.SOCK_SEQPACKET),
    bound_by_libc,
):
    try:
        attempt()
    except Exception as error:
        print(type(error).__name__, error)
