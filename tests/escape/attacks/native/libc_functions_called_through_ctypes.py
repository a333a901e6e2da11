# attack: ctypes calls the C library directly, past every check that could live in Python: open, fopen, popen, socket, fork
# expect: validator
# validator: refused
import ctypes
import os

CANARY = b"CANARY" + b"_7f3a"
libc = ctypes.CDLL(None, use_errno=True)
libc.fopen.restype = libc.popen.restype = libc.opendir.restype = libc.mmap.restype = ctypes.c_void_p
libc.fgets.restype = ctypes.c_char_p


def by_open():
    fd = libc.open(b"@CANARY_FILE@", os.O_RDONLY)
    buffer = ctypes.create_string_buffer(200)
    libc.read(fd, buffer, 200)
    return buffer.raw


def by_fopen():
    stream = libc.fopen(b"@CANARY_FILE@", b"r")
    buffer = ctypes.create_string_buffer(200)
    if stream:
        libc.fgets(buffer, 200, ctypes.c_void_p(stream))
    return buffer.raw


def by_popen():
    stream = libc.popen(b"cat @CANARY_FILE@", b"r")
    buffer = ctypes.create_string_buffer(200)
    if stream:
        libc.fgets(buffer, 200, ctypes.c_void_p(stream))
    return buffer.raw


def by_system():
    return str(libc.system(b"cat @CANARY_FILE@")).encode()


def by_wordexp():
    """Expands words as a shell does, with a shell."""
    words = ctypes.create_string_buffer(64)
    libc.wordexp(b"$(cat @CANARY_FILE@)", words, 0)
    count = ctypes.c_size_t.from_buffer(words).value
    array = ctypes.POINTER(ctypes.c_char_p).from_buffer(words, 8)
    return array[0] if count else b""


def by_socket():
    fd = libc.socket(2, 1, 0)
    port = int("@TCP_PORT@").to_bytes(2, "big")
    answer = libc.connect(fd, b"\x02\x00" + port + bytes([127, 0, 0, 1]) + bytes(8), 16)
    if fd >= 0 and answer == 0:
        print("ESCAPED: libc connected", flush=True)
    return b""


for way in (by_open, by_fopen, by_popen, by_system, by_wordexp, by_socket):
    try:
        data = way()
        if CANARY in data:
            print(f"ESCAPED: {way.__name__} read {data.rstrip(bytes(1))!r}", flush=True)
        else:
            print(way.__name__, os.strerror(ctypes.get_errno()))
    except Exception as error:
        print(way.__name__, type(error).__name__, error)
