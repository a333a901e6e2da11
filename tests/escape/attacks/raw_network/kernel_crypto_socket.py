# attack: AF_ALG and other rare socket families are old kernel code that no script needs and through which kernels were broken
# expect: sandbox
# validator: refused
import _socket
import hashlib


def kernel_hash():
    made = _socket.socket(38, _socket.SOCK_SEQPACKET)
    made.bind(("hash", "sha256"))
    operation, _ = made._accept() if hasattr(made, "_accept") else (None, None)
    worker = _socket.socket(fileno=operation)
    worker.sendall(b"abc")
    if worker.recv(64) == hashlib.sha256(b"abc").digest():
        print("ESCAPED: the kernel's crypto interface did a computation", flush=True)


def rare_families():
    # TIPC, CAN, Bluetooth, RDS, QIPCRTR, SMC, XDP, KCM, NFC, PPPoX, X.25, AX.25, LLC, phonet, IEEE 802.15.4
    for family in (30, 29, 31, 21, 42, 43, 44, 41, 39, 24, 9, 3, 26, 35, 36):
        for kind in (1, 2, 3, 5):
            for protocol in (0, 1, 2):
                try:
                    made = _socket.socket(family, kind, protocol)
                    name = made.getsockname()
                    print("ESCAPED: a socket of family", family, "is there:", name, flush=True)
                    made.close()
                except OSError:
                    continue


for attempt in (kernel_hash, rare_families):
    try:
        attempt()
    except Exception as error:
        print(attempt.__name__, type(error).__name__, error)
